"""The APIs by the short names that the tests here give them. Clients speak APIS, upstreams speak UPSTREAMS, and every two of them are a pair."""

from itertools import product

from planoai.apis import DIALECTS

DIALECT_OF = {
    "chat": "openai_chat",
    "messages": "anthropic_messages",
    "responses": "openai_responses",
    "converse": "bedrock_converse",
}
UPSTREAMS = tuple(DIALECT_OF)
APIS = tuple(api for api, name in DIALECT_OF.items() if DIALECTS[name].client is not None)
PAIRS = tuple(product(APIS, UPSTREAMS))
