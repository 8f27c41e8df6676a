"""An upstream that speaks the client's API: what nobody here knows must arrive as it was sent, both ways."""

import json

import pytest

from tests.gateway.conftest import Setting
from tests.support.answers import CHAT, CHAT_DONE, CHAT_STREAM, CHAT_USAGE, MESSAGES, MESSAGES_STREAM
from tests.support.upstream import stream, whole

CHAT_BODY = (
    b'{"model":"gpt-4o","messages":[{"role":"user","content":"hi","x_part":{"z":1,"a":2.50}}],'
    b'"temperature":1.0,"seed":123456789012345678901234567890,"x_unknown":{"b":1,"a":[1e2]}}'
)
MESSAGES_BODY = (
    b'{"model":"claude-sonnet-4-5","max_tokens":10,"messages":[{"role":"user","content":[{"type":"x_new","z":1.50}]}],'
    b'"context_management":{"edits":[{"type":"clear_tool_uses_20250919"}]}}'
)


async def test_a_body_that_needs_no_change_goes_on_byte_for_byte(setting: Setting) -> None:
    setting.upstream.will(whole(CHAT))
    await setting.http.post("/v1/chat/completions", content=CHAT_BODY)
    assert setting.upstream.asked[0].body == CHAT_BODY


async def test_the_answer_comes_back_byte_for_byte(setting: Setting) -> None:
    body = json.dumps(CHAT, indent=1).encode()
    setting.upstream.will(whole(body))
    answer = await setting.http.post("/v1/chat/completions", content=CHAT_BODY)
    assert answer.content == body
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("asked", ["fast", "openai/gpt-4o", "default", "none", ""])
async def test_only_the_name_of_the_model_changes(setting: Setting, asked: str) -> None:
    setting.upstream.will(whole(CHAT))
    body = CHAT_BODY.replace(b'"gpt-4o"', json.dumps(asked).encode())
    await setting.http.post("/v1/chat/completions", content=body)
    assert setting.upstream.asked[0].body == CHAT_BODY


async def test_a_request_without_a_model_gets_the_default_one(setting: Setting) -> None:
    setting.upstream.will(whole(CHAT))
    await setting.http.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": "hi"}]})
    assert setting.upstream.asked[0].json["model"] == "gpt-4o"


async def test_messages_go_through_as_they_are(setting: Setting) -> None:
    setting.upstream.will(whole(MESSAGES))
    answer = await setting.http.post("/v1/messages?beta=true", content=MESSAGES_BODY)
    assert setting.upstream.asked[0].body == MESSAGES_BODY
    assert setting.upstream.asked[0].target == "/v1/messages?beta=true"
    assert answer.json() == MESSAGES


async def test_fields_that_speak_to_the_gateway_do_not_go_on(setting: Setting) -> None:
    setting.upstream.will(whole(CHAT))
    body = {
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": "hi"}],
        "routing_preferences": [],
        "metadata": {"plano_preference_config": "x", "mine": "y"},
    }
    await setting.http.post("/v1/chat/completions", json=body)
    assert setting.upstream.asked[0].json == {
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": "hi"}],
        "metadata": {"mine": "y"},
    }


async def test_a_chat_stream_that_tells_its_usage_comes_through_untouched(setting: Setting) -> None:
    setting.upstream.will(stream(*CHAT_STREAM))
    body = {
        "model": "gpt-4o",
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "user", "content": "hi"}],
    }
    answer = await setting.http.post("/v1/chat/completions", json=body)
    assert answer.content == b"".join(CHAT_STREAM)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert setting.upstream.asked[0].json == body


async def test_usage_that_only_the_gateway_asked_for_is_not_shown(setting: Setting) -> None:
    setting.upstream.will(stream(*CHAT_STREAM))
    body = {"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    answer = await setting.http.post("/v1/chat/completions", json=body)
    assert answer.content == b"".join(CHAT_STREAM).replace(CHAT_USAGE, b"")
    assert setting.upstream.asked[0].json == {**body, "stream_options": {"include_usage": True}}


async def test_a_messages_stream_comes_through_untouched(setting: Setting) -> None:
    setting.upstream.will(stream(*MESSAGES_STREAM))
    body = {
        "model": "claude-sonnet-4-5",
        "max_tokens": 9,
        "stream": True,
        "messages": [{"role": "user", "content": "hi"}],
    }
    answer = await setting.http.post("/v1/messages", json=body)
    assert answer.content == b"".join(MESSAGES_STREAM)


async def test_a_missing_last_frame_is_given(setting: Setting) -> None:
    setting.upstream.will(stream(*CHAT_STREAM[:-1]))
    body = {
        "model": "gpt-4o",
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "user", "content": "hi"}],
    }
    answer = await setting.http.post("/v1/chat/completions", json=body)
    assert answer.content == b"".join(CHAT_STREAM[:-1]) + CHAT_DONE


async def test_a_failure_of_the_same_api_comes_through_untouched(setting: Setting) -> None:
    failure = {
        "error": {"message": "slow down", "type": "tokens", "param": None, "code": "rate_limit_exceeded", "x": 1}
    }
    setting.upstream.will(whole(failure, 429, {"retry-after": "7", "x-ratelimit-remaining-tokens": "0"}))
    answer = await setting.http.post("/v1/chat/completions", content=CHAT_BODY)
    assert (answer.status_code, answer.json()) == (429, failure)
    assert answer.headers["retry-after"] == "7"
    assert answer.headers["x-ratelimit-remaining-tokens"] == "0"


async def test_connections_to_the_upstream_are_used_again(setting: Setting) -> None:
    setting.upstream.will(whole(CHAT), stream(*CHAT_STREAM), whole(CHAT))
    for streaming in (False, True, False):
        body = {"model": "gpt-4o", "stream": streaming, "messages": [{"role": "user", "content": "hi"}]}
        await setting.http.post("/v1/chat/completions", json=body)
    assert setting.upstream.connections == 1
