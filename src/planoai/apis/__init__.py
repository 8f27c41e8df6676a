"""The APIs we speak: bytes <-> conversation. Sans-io: no socket, no clock, no randomness.

DIALECTS is the one list of them. To add an API, write a folder and a row.
"""

from collections.abc import Mapping

from planoai.apis.dialect import Dialect

DIALECTS: Mapping[str, Dialect]


def __getattr__(name: str) -> Mapping[str, Dialect]:
    """DIALECTS, made when it is first asked for: to read a config takes `dialect` alone, and all of them take longer than everything else of it."""
    if name != "DIALECTS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from planoai.apis import anthropic_messages, bedrock_converse, openai_chat, openai_responses

    rows = (openai_chat.DIALECT, anthropic_messages.DIALECT, openai_responses.DIALECT, bedrock_converse.DIALECT)
    made = globals()[name] = {each.name: each for each in rows}
    return made
