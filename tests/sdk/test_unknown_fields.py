"""What nobody here has heard of goes through between two ends that speak the same API, and is no trouble between two that do not."""

import json
from typing import Any

import pytest

from tests.sdk.apis import APIS
from tests.sdk.conftest import House, Stage
from tests.support.answers import CHAT, CHAT_STREAM, CHAT_USAGE, MESSAGES, MESSAGES_STREAM
from tests.support.upstream import stream, whole

NEW = {"z": [1, {"deep": None}], "a": "ü", "n": 12345678901234567890, "x": 1.10}
ANSWERS: dict[str, Any] = {"chat": CHAT, "messages": MESSAGES}
STREAMS = {"chat": CHAT_STREAM, "messages": MESSAGES_STREAM}


MODELS = {"chat": "openai/gpt-4o", "messages": "anthropic/claude-sonnet-4-5", "responses": "chatty/gpt-4o"}


def with_new_fields(api: str) -> dict[str, Any]:
    """A request with fields that nobody knows: at the top, in a message, in a part, in a tool."""
    schema = {"type": "object", "properties": {}, "x_schema": NEW}
    declared = {"name": "do", "input_schema" if api == "messages" else "parameters": schema, "x_function": NEW}
    tools: dict[str, dict[str, Any]] = {
        "chat": {"type": "function", "function": declared},
        "messages": declared,
        "responses": {"type": "function", "strict": False, **declared},
    }
    part = {"type": "input_text" if api == "responses" else "text", "text": "Hello", "x_part": NEW}
    return {
        "input" if api == "responses" else "messages": [{"role": "user", "content": [part], "x_message": NEW}],
        "tools": [tools[api] | {"x_tool": NEW}],
        "max_output_tokens" if api == "responses" else "max_tokens": 50,
    }


@pytest.mark.parametrize("api", APIS)
async def test_fields_of_a_request_that_nobody_knows_arrive(lenient: House, api: str) -> None:
    talker = lenient.talker_to(api, MODELS[api])
    request = talker.request("") | with_new_fields(api)
    create = lenient.methods(api).with_raw_response.create
    answer = await create(**request, extra_body={"x_body": NEW}, extra_headers={"x-mine": "yes"})
    assert answer.status_code == 200
    [asked] = lenient.asked
    assert asked.headers["x-mine"] == "yes"
    assert asked.json == request | {"x_body": NEW, "model": request["model"].partition("/")[2]}


async def test_fields_that_nobody_knows_do_not_disturb_the_other_api(house: House, pair: tuple[str, str]) -> None:
    """The simulated provider refuses a parameter that its API does not have, as the vendors do."""
    api, upstream = pair
    if api == upstream:
        return
    request = house.talker(api, upstream).request("") | with_new_fields(api)
    answer = await house.methods(api).with_raw_response.create(**request, extra_body={"x_body": NEW})
    assert answer.status_code == 200
    [asked] = house.asked
    assert b"Hello" in asked.body
    left = set(asked.json) & {"x_body"} | {name for name in ("x_message", "x_part") if name.encode() in asked.body}
    assert not left


@pytest.mark.parametrize("api", ["chat", "messages"])
async def test_fields_of_an_answer_that_nobody_knows_come_back(stage: Stage, api: str) -> None:
    body = json.dumps(ANSWERS[api] | {"x_new": NEW}, indent=3).encode()
    stage.upstream.will(whole(body, headers={"x-of-the-upstream": "kept"}))
    answer = await stage.house.methods(api).with_raw_response.create(**stage.house.talker(api, api).request("Hi"))
    assert answer.http_response.content == body
    assert answer.headers["x-of-the-upstream"] == "kept"
    assert (await answer_of(answer)).model_extra["x_new"] == NEW


@pytest.mark.parametrize("api", ["chat", "messages"])
async def test_events_of_a_stream_that_nobody_knows_come_back(stage: Stage, api: str) -> None:
    stage.upstream.will(stream(*STREAMS[api]))
    usage = {"stream_options": {"include_usage": True}} if api == "chat" else {}
    request = stage.house.talker(api, api).request("Hi", stream=True, **usage)
    url = f"{stage.house.url}/v1/{'chat/completions' if api == 'chat' else 'messages'}"
    client: Any = stage.house.openai if api == "chat" else stage.house.anthropic
    async with client._client.stream("POST", url, json=request) as answer:
        content = await answer.aread()
    assert content == b"".join(STREAMS[api])


async def test_usage_that_was_not_asked_for_is_all_that_is_taken_out(stage: Stage) -> None:
    stage.upstream.will(stream(*CHAT_STREAM))
    request = stage.house.talker("chat", "chat").request("Hi", stream=True)
    client: Any = stage.house.openai
    async with client._client.stream("POST", f"{stage.house.url}/v1/chat/completions", json=request) as answer:
        content = await answer.aread()
    assert content == b"".join(event for event in CHAT_STREAM if event != CHAT_USAGE)


async def answer_of(answer: Any) -> Any:
    """What the client's library makes of a raw answer."""
    parsed = answer.parse()
    return await parsed if hasattr(parsed, "__await__") else parsed
