"""An upstream that speaks the client's API: what nobody here knows must arrive as it was sent, both ways."""

import json
import logging
from typing import Any

import pytest
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI

from tests.gateway.conftest import Setting
from tests.support.answers import (
    CHAT,
    CHAT_DONE,
    CHAT_STREAM,
    CHAT_USAGE,
    MESSAGES,
    MESSAGES_STREAM,
    chat_chunk,
    messages_event,
)
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


def openai_client(setting: Setting) -> Any:
    return AsyncOpenAI(base_url=f"{setting.url}/v1", api_key="x", max_retries=0, http_client=setting.http)


def anthropic_client(setting: Setting) -> Any:
    return AsyncAnthropic(base_url=setting.url, api_key="x", max_retries=0, http_client=setting.http)


LOGPROBS = {"content": [{"token": "x", "logprob": -0.25, "bytes": [120], "top_logprobs": []}], "refusal": None}
THREE = {
    **CHAT,
    "choices": [
        {
            "index": index,
            "message": {"role": "assistant", "content": text, "refusal": None, "x_new": {"of": text}},
            "logprobs": LOGPROBS,
            "finish_reason": "stop",
        }
        for index, text in enumerate(("one", "two", "three"))
    ],
}
ASKED_THRICE = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], "n": 3}


async def test_all_choices_of_a_whole_answer_reach_a_client_that_wants_a_stream(setting: Setting) -> None:
    setting.upstream.will(whole(THREE))
    snapshot: Any = None
    more = {"stream_options": {"include_usage": True}}
    async with openai_client(setting).chat.completions.stream(**ASKED_THRICE, **more) as stream:
        async for event in stream:
            if event.type == "chunk":
                snapshot = event.snapshot

    told = snapshot.model_dump()
    assert [choice["message"]["content"] for choice in told["choices"]] == ["one", "two", "three"]
    assert [choice["message"]["x_new"] for choice in told["choices"]] == [{"of": "one"}, {"of": "two"}, {"of": "three"}]
    assert [choice["logprobs"]["content"] for choice in told["choices"]] == [LOGPROBS["content"]] * 3
    assert (told["usage"]["total_tokens"], told["system_fingerprint"]) == (29, "fp_1")


async def test_all_choices_of_a_stream_reach_a_client_that_wants_a_whole_answer(setting: Setting) -> None:
    pieces = [
        chat_chunk({"role": "assistant", "content": ""}, system_fingerprint="fp_1").replace(
            b'"index": 0', b'"index": %d' % index
        )
        for index in (1, 0, 2)
    ]
    said = [
        chat_chunk({"content": text, "x_new": text}, finish).replace(b'"index": 0', b'"index": %d' % index)
        for text, finish in (("a", None), ("b", "stop"))
        for index in (0, 2, 1)
    ]
    setting.upstream.will(stream(*pieces, *said, CHAT_USAGE, CHAT_DONE))
    told = (await openai_client(setting).chat.completions.create(**ASKED_THRICE)).model_dump()

    assert [(each["message"]["content"], each["message"]["x_new"]) for each in told["choices"]] == [("ab", "ab")] * 3
    assert [each["index"] for each in told["choices"]] == [0, 1, 2]
    assert (told["usage"]["total_tokens"], told["system_fingerprint"]) == (29, "fp_1")


async def test_a_stream_of_which_a_choice_was_cut_is_no_answer(setting: Setting) -> None:
    cut = chat_chunk({"content": "b"}).replace(b'"index": 0', b'"index": 1')
    setting.upstream.will(stream(chat_chunk({"content": "a"}, "stop"), cut))
    answer = await setting.http.post("/v1/chat/completions", json=ASKED_THRICE)

    assert answer.status_code == 502
    assert "cut short" in answer.json()["error"]["message"]


BLOCKS: list[dict[str, Any]] = [
    {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
    {"type": "redacted_thinking", "data": "aGlkZGVu"},
    {"type": "text", "text": "It rains.", "citations": None, "x_new": [1]},
    {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": {"b": 1.5}}},
]
ASKED = {"model": "deep", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}


async def test_a_whole_message_reaches_a_client_that_wants_a_stream(setting: Setting) -> None:
    setting.upstream.will(whole(MESSAGES | {"content": BLOCKS, "stop_reason": "tool_use"}))
    async with anthropic_client(setting).messages.stream(**ASKED) as stream:
        told = (await stream.get_final_message()).model_dump()

    known = [
        {name: told_block[name] for name in block} for told_block, block in zip(told["content"], BLOCKS, strict=True)
    ]
    assert known == BLOCKS
    assert (told["stop_reason"], told["x_unknown"]) == ("tool_use", {"b": 1, "a": [1e2]})
    assert told["usage"]["cache_read_input_tokens"] == 7
    assert told["usage"]["output_tokens"] == 9


async def test_a_stream_reaches_a_client_that_wants_a_whole_message(setting: Setting) -> None:
    hologram = messages_event("content_block_start", index=1, content_block={"type": "hologram", "depth": 1})
    setting.upstream.will(
        stream(
            *MESSAGES_STREAM[:-2],
            hologram,
            messages_event("content_block_delta", index=1, delta={"type": "hologram_delta", "light": "a"}),
            messages_event("content_block_delta", index=1, delta={"type": "hologram_delta", "light": "b"}),
            messages_event("content_block_stop", index=1),
            *MESSAGES_STREAM[-2:],
        )
    )
    told = (await anthropic_client(setting).messages.create(**ASKED)).model_dump(warnings=False)

    assert told["content"][0]["text"] == "Hello there."
    assert told["content"][1].items() >= {"type": "hologram", "depth": 1, "light": "ab"}.items()
    assert (told["stop_reason"], told["usage"]["output_tokens"], told["usage"]["input_tokens"]) == ("end_turn", 9, 10)


async def test_a_failure_in_place_of_an_answer_is_told_before_anything_is_streamed(setting: Setting) -> None:
    setting.upstream.will(whole({"error": {"message": "no", "type": "server_error", "code": None}}))
    answer = await setting.http.post("/v1/chat/completions", json={**ASKED_THRICE, "stream": True})

    assert answer.status_code >= 500
    assert answer.json()["error"]["message"] == "no"


async def test_what_an_answer_loses_is_logged_once_with_its_path(
    setting: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    searched = {"type": "web_search_tool_result", "tool_use_id": "s", "content": []}
    answer = MESSAGES | {"content": [searched, searched, {"type": "text", "text": "x"}], "stop_sequence": "END"}
    setting.upstream.will(whole(answer | {"stop_reason": "stop_sequence"}))
    with caplog.at_level(logging.DEBUG, logger="planoai.gateway"):
        await setting.http.post("/v1/chat/completions", json={**ASKED_THRICE, "model": "deep", "n": 1})

    [line] = [message for message in caplog.messages if " answer: " in message]
    assert "'output (web_search_tool_result)', 'stop_sequence' of anthropic/claude-sonnet-4-5 is lost" in line
