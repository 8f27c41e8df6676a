"""The APIs we speak: bytes <-> conversation. Sans-io: no socket, no clock, no randomness.

DIALECTS is the one list of them. To add an API, write a folder and a row.
"""

from planoai.apis import anthropic_messages, bedrock_converse, openai_chat, openai_responses

_ROWS = (openai_chat.DIALECT, anthropic_messages.DIALECT, openai_responses.DIALECT, bedrock_converse.DIALECT)

DIALECTS = {each.name: each for each in _ROWS}
