"""How deeply a model is to think: what each client says for it, and what each upstream is told, in every pair of APIs."""

import pytest

from tests.sdk.apis import APIS
from tests.sdk.conftest import House
from tests.sdk.talk import Json

ROOM = {"max_tokens": 20000}  # for a budget is a part of it
# client -> each way to ask -> (its words, the effort that they mean, the tokens that they mean)
ASKED: dict[str, dict[str, tuple[Json, str, int]]] = {
    "chat": {
        "low": ({"reasoning_effort": "low"}, "low", 2048),
        "medium": ({"reasoning_effort": "medium"}, "medium", 8192),
        "high": ({"reasoning_effort": "high"}, "high", 16384),
        "none": ({"reasoning_effort": "none"}, "none", 0),
    },
    "messages": {
        "small budget": ({"thinking": {"type": "enabled", "budget_tokens": 2000}}, "low", 2000),
        "budget": ({"thinking": {"type": "enabled", "budget_tokens": 5000}}, "medium", 5000),
        "large budget": ({"thinking": {"type": "enabled", "budget_tokens": 17000}}, "high", 17000),
        "effort": ({"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}, "high", 16384),
        "disabled": ({"thinking": {"type": "disabled"}}, "none", 0),
    },
    "responses": {
        "low": ({"reasoning": {"effort": "low"}}, "low", 2048),
        "medium": ({"reasoning": {"effort": "medium", "summary": "auto"}}, "medium", 8192),
        "high": ({"reasoning": {"effort": "high"}}, "high", 16384),
        "none": ({"reasoning": {"effort": "none"}}, "none", 0),
    },
}
CASES = [(api, way) for api in APIS for way in ASKED[api]]
UPSTREAMS = {  # upstream API, and which of its models -> the model
    "chat": "openai/gpt-5.2",
    "responses": "chatty/gpt-5.2",
    "messages, budgets": "anthropic/claude-sonnet-4-5",
    "messages, adaptive": "anthropic/claude-opus-4-6",
    "converse, budgets": "amazon_bedrock/us.anthropic.claude-sonnet-4-5-v1:0",
    "converse, adaptive": "amazon_bedrock/us.anthropic.claude-opus-4-6-v1:0",
    "converse, gpt-oss": "amazon_bedrock/openai.gpt-oss-120b-1:0",
    "converse, nova": "amazon_bedrock/amazon.nova-pro-v1:0",
}
NAMES = ("reasoning_effort", "reasoning", "thinking", "output_config", "outputConfig", "additionalModelRequestFields")


@pytest.mark.parametrize("upstream", UPSTREAMS)
@pytest.mark.parametrize(("api", "way"), CASES, ids=[f"{api}, {way}" for api, way in CASES])
async def test_a_model_is_told_in_its_own_words_how_deeply_to_think(
    house: House, api: str, way: str, upstream: str
) -> None:
    words, effort, budget = ASKED[api][way]
    talker = house.talker_to(api, UPSTREAMS[upstream])
    room: Json = ROOM if api == "messages" else {}
    await talker.say(talker.request("Hello", **words, **room), streamed=False)
    body = house.asked[-1].json
    told = {name: body[name] for name in NAMES if name in body}
    if upstream.startswith(api):
        assert told == words
    elif api == "messages" and upstream in ("converse, budgets", "converse, adaptive"):
        assert told == claude_at_bedrock(words)
    else:
        assert told == wanted(upstream, effort, budget, off=way == "disabled")


def wanted(upstream: str, effort: str, budget: int, *, off: bool) -> Json:
    """What an upstream is asked for. Most are not asked at all for no thoughts, as they then think none."""
    thinks = effort != "none"
    enabled = {"thinking": {"type": "enabled", "budget_tokens": budget}}
    adaptive = {"thinking": {"type": "adaptive"}}
    match upstream:
        case "chat":
            return {"reasoning_effort": effort}
        case "responses":
            return {"reasoning": {"effort": effort} | ({"summary": "auto"} if thinks else {})}
        case "converse, gpt-oss":  # which thinks at least a little
            return {} if off else {"additionalModelRequestFields": {"reasoning_effort": effort if thinks else "low"}}
        case "messages, budgets" if thinks:
            return enabled
        case "messages, adaptive" if thinks:
            return adaptive | {"output_config": {"effort": effort}}
        case "converse, budgets" if thinks:
            return {"additionalModelRequestFields": enabled}
        case "converse, adaptive" if thinks:
            return {"additionalModelRequestFields": adaptive, "outputConfig": {"effort": effort}}
        case _:
            return {}


def claude_at_bedrock(words: Json) -> Json:
    """A client of Anthropic's API says it in Claude's own words."""
    thinking, form = words["thinking"], words.get("output_config")
    off = thinking == {"type": "disabled"}  # for which nothing need be said
    told = {} if off else {"additionalModelRequestFields": {"thinking": thinking}}
    return told | ({} if form is None else {"outputConfig": form})
