"""A Chat answer in its other form: every choice, every member, as OpenAI's own client puts it together."""

import json
from typing import Any

import pytest
from msgspec import structs
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from planoai.apis.openai_chat.reform import REFORM
from planoai.errors import UpstreamUnreadable
from tests.apis import golden

Json = dict[str, Any]

LOGPROBS = {
    "content": [{"token": "a", "logprob": -0.10, "bytes": [97], "top_logprobs": [{"token": "b", "logprob": -2.5}]}],
    "refusal": None,
}
WEB = {"start_index": 0, "end_index": 1, "url": "https://w.test", "title": "W"}
CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
THREE = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1760000000,
    "model": "gpt-4o",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "a", "refusal": None, "x_mood": {"b": 1.50, "a": [1e2]}},
            "logprobs": LOGPROBS,
            "finish_reason": "stop",
            "x_choice": "kept",
        },
        {
            "index": 1,
            "message": {"role": "assistant", "content": None, "tool_calls": [CALL | {"x_call": {"y": "z"}}]},
            "logprobs": None,
            "finish_reason": "tool_calls",
        },
        {
            "index": 2,
            "message": {
                "role": "assistant",
                "content": "c",
                "reasoning_content": "hm",
                "thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "s"}],
                "annotations": [{"type": "url_citation", "url_citation": WEB}],
            },
            "logprobs": None,
            "finish_reason": "length",
        },
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3, "x_details": {"c": 4}},
    "system_fingerprint": "fp_1",
    "service_tier": "default",
    "x_unknown": {"b": 1, "a": [1e2]},
}


def streamed(answer: Json, *, include_usage: bool = True) -> list[Json]:
    envelope = structs.replace(golden.envelope(), include_usage=include_usage)
    *frames, end, nothing = REFORM.as_stream(json.dumps(answer, indent=1).encode(), envelope).decode().split("\n\n")
    assert (end, nothing) == ("data: [DONE]", "")
    return [json.loads(frame.removeprefix("data: ")) for frame in frames]


def whole(*chunks: Json, done: bool = True) -> Json:
    frames = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
    stream = "".join([*frames, "data: [DONE]\n\n" if done else ""]).encode()
    found: Json = json.loads(REFORM.as_whole(stream, golden.envelope()))
    return found


def chunk(index: int, delta: Json, finish: str | None = None, **more: Any) -> Json:
    choice = {"index": index, "delta": delta, "finish_reason": finish, **more.pop("choice", {})}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [choice],
        **more,
    }


def message(*deltas: Json) -> Json:
    answer = whole(*(chunk(0, delta) for delta in deltas), chunk(0, {}, "stop"))
    found: Json = answer["choices"][0]["message"]
    return found


def test_everything_survives_there_and_back() -> None:
    assert whole(*streamed(THREE)) == THREE


def test_each_choice_is_named_and_speaks_then_each_ends_then_the_usage_is_told() -> None:
    told = streamed(THREE)

    assert [[(each["index"], each["finish_reason"]) for each in piece["choices"]] for piece in told] == [
        *[[(0, None)]] * 2,
        *[[(1, None)]] * 2,
        *[[(2, None)]] * 2,
        [(0, "stop")],
        [(1, "tool_calls")],
        [(2, "length")],
        [],
    ]
    assert told[-1]["usage"] == THREE["usage"]
    assert all(piece["object"] == "chat.completion.chunk" for piece in told)
    assert [piece.get("x_unknown") for piece in told[:2]] == [THREE["x_unknown"], None]
    assert all(piece["system_fingerprint"] == "fp_1" for piece in told)


def test_usage_is_told_to_whoever_asked_for_it() -> None:
    assert not any("usage" in piece for piece in streamed(THREE, include_usage=False))


@pytest.mark.parametrize("index", [0, 1, 2])
def test_the_official_client_reads_both_forms(index: int) -> None:
    state: ChatCompletionStreamState[None] = ChatCompletionStreamState()
    for piece in streamed(THREE):
        state.handle_chunk(ChatCompletionChunk.model_validate(piece))
    seen = state.current_completion_snapshot
    told = ChatCompletion.model_validate(THREE)

    assert seen.choices[index].finish_reason == told.choices[index].finish_reason
    assert seen.choices[index].message.content == told.choices[index].message.content
    assert seen.choices[index].logprobs == told.choices[index].logprobs
    assert seen.usage == told.usage
    for ours, theirs in zip(
        seen.choices[index].message.tool_calls or (), told.choices[index].message.tool_calls or (), strict=True
    ):
        assert ours.model_dump(include={"id", "function"}).items() >= {"id": theirs.id}.items()
        assert ours.function.arguments == getattr(theirs, "function").arguments  # noqa: B009 (or a custom call)


def test_choices_may_speak_in_turns() -> None:
    answer = whole(
        chunk(1, {"role": "assistant", "content": "B"}),
        chunk(0, {"role": "assistant", "content": "a"}, choice={"logprobs": {"content": [{"token": "a"}]}}),
        chunk(2, {"role": "assistant", "tool_calls": [{"index": 0, **CALL}]}),
        chunk(0, {"content": "b"}, "stop", choice={"logprobs": {"content": [{"token": "b"}]}}),
        chunk(1, {"content": "C"}, "length", service_tier="flex"),
        chunk(2, {}, "tool_calls", usage={"total_tokens": 7}),
    )

    assert [each["index"] for each in answer["choices"]] == [0, 1, 2]
    assert [each["message"]["content"] for each in answer["choices"]] == ["ab", "BC", None]
    assert [each["finish_reason"] for each in answer["choices"]] == ["stop", "length", "tool_calls"]
    assert answer["choices"][0]["logprobs"] == {"content": [{"token": "a"}, {"token": "b"}]}
    assert answer["choices"][2]["message"]["tool_calls"] == [CALL]
    assert (answer["service_tier"], answer["usage"]) == ("flex", {"total_tokens": 7})


def test_a_choice_that_was_cut_makes_no_answer() -> None:
    cut = (chunk(0, {"content": "a"}, "stop"), chunk(1, {"content": "b"}))

    assert whole(*cut)["choices"][1]["finish_reason"] == "stop"  # the server says that it is done
    with pytest.raises(UpstreamUnreadable, match="cut short"):
        whole(*cut, done=False)


def test_what_is_said_again_in_every_chunk_is_said_once() -> None:
    answer = whole(
        {"id": "", "model": "", "created": 0, "choices": [], "prompt_filter_results": [{"prompt_index": 0}]},
        chunk(0, {"role": "assistant", "content": "a"}, obfuscation="xy", citations=["https://a.test"]),
        chunk(0, {"role": "assistant", "content": "b"}, citations=["https://a.test", "https://b.test"]),
        chunk(0, {}, "stop", choice={"content_filter_results": {"hate": {"severity": "safe"}}}),
        {"choices": [], "usage": {"total_tokens": 7}},
    )

    assert (answer["id"], answer["model"], answer["created"]) == ("chatcmpl-1", "m", 1)
    assert answer["choices"][0]["message"] == {"role": "assistant", "content": "ab"}
    assert answer["choices"][0]["content_filter_results"] == {"hate": {"severity": "safe"}}
    assert answer["citations"] == ["https://a.test", "https://b.test"]
    assert answer["prompt_filter_results"] == [{"prompt_index": 0}]
    assert "obfuscation" not in answer


def test_members_that_nobody_knows_go_on() -> None:
    pieces: list[Json] = [
        {"x_text": "a", "x_deep": {"log": "1", "list": [1]}, "x_count": 1},
        {"x_text": "b", "x_deep": {"log": "2", "list": [2]}, "x_count": 2, "x_none": None},
        {"x_text": None},
    ]

    assert message(*pieces) == {
        "role": "assistant",
        "content": None,
        "x_text": "ab",
        "x_deep": {"log": "12", "list": [1, 2]},
        "x_count": 2,
        "x_none": None,
    }


def test_details_of_reasoning_go_on_by_their_index() -> None:
    def detail(**more: Any) -> Json:
        return {"reasoning_details": [{"type": "reasoning.text", "index": 0, "format": "anthropic-claude-v1", **more}]}

    assert message(detail(text="a"), detail(text="b"), detail(signature="s"))["reasoning_details"] == [
        {"type": "reasoning.text", "index": 0, "format": "anthropic-claude-v1", "text": "ab", "signature": "s"}
    ]


@pytest.mark.parametrize("again", ["", "First. Then."])
def test_a_thought_in_pieces_is_one_block(again: str) -> None:
    """Some gateways repeat the thought in the block that brings its signature."""

    def block(text: str, signature: str = "") -> Json:
        return {"thinking_blocks": [{"type": "thinking", "thinking": text, "signature": signature}]}

    told = message(block("First. "), block("Then."), block(again, "s1"), block("More.", "s2"))

    assert told["thinking_blocks"] == [
        {"type": "thinking", "thinking": "First. Then.", "signature": "s1"},
        {"type": "thinking", "thinking": "More.", "signature": "s2"},
    ]


def test_content_may_change_from_parts_to_text() -> None:
    def thinking(text: str) -> Json:
        return {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": text}]}]}

    assert message(thinking("a"), thinking("b"), {"content": "c"}, {"content": "d"})["content"] == [
        {"type": "thinking", "thinking": [{"type": "text", "text": "ab"}]},
        {"type": "text", "text": "cd"},
    ]


def test_and_from_text_to_parts() -> None:
    assert message({"content": ""}, {"content": "a"}, {"content": [{"type": "text", "text": "b"}]})["content"] == [
        {"type": "text", "text": "ab"}
    ]


def test_a_call_keeps_what_its_issuer_wants_back() -> None:
    extra = {"google": {"thought_signature": "s"}}
    told = message(
        {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": '{"a"', "x_more": "1"}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": ": 1}"}, "extra_content": extra}]},
    )

    assert told["tool_calls"] == [
        {
            "id": "c",
            "type": "function",
            "function": {"name": "f", "arguments": '{"a": 1}', "x_more": "1"},
            "extra_content": extra,
        }
    ]


def test_a_custom_call_keeps_its_text() -> None:
    custom = {"id": "c", "type": "custom", "custom": {"name": "sql", "input": "SELECT 1"}}

    assert message({"tool_calls": [{"index": 0, **custom}]})["tool_calls"] == [custom]


def test_arguments_that_are_an_object_are_streamed_as_their_text() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": {"a": 1.5}}}
    choice = {"index": 0, "message": {"role": "assistant", "tool_calls": [call]}, "finish_reason": None}
    told = streamed({"choices": [choice]})

    assert told[1]["choices"][0]["delta"]["tool_calls"] == [
        {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a":1.5}'}}
    ]
    assert told[2]["choices"][0]["finish_reason"] == "tool_calls"
    assert (told[0]["id"], told[0]["model"]) == ("chatcmpl-0123456789abcdef0123456789abcdef", "configured-model")


def test_the_end_alone_is_an_empty_answer() -> None:
    assert whole()["choices"] == [
        {"index": 0, "message": {"role": "assistant", "content": None}, "finish_reason": "stop"}
    ]


def test_a_whole_message_within_a_stream_is_taken_as_it_is() -> None:
    told = whole(
        {"choices": [{"index": 0, "message": {"content": "a", "tool_calls": [CALL]}, "finish_reason": "stop"}]}
    )

    assert told["choices"][0]["message"] == {"role": "assistant", "content": "a", "tool_calls": [CALL]}


@pytest.mark.no_cover
@pytest.mark.timeout(60)
def test_calls_and_blocks_by_the_thousand_are_put_together_at_once() -> None:
    """Nobody bounds how many an upstream sends, and nothing else is served meanwhile: minutes, when it grew with the square of them."""
    calls = [{"index": place, **CALL, "id": f"c{place}"} for place in range(20_000)]
    blocks = [{"index": place, "type": "thinking", "thinking": "x"} for place in range(20_000)]
    chunks = [{"choices": [{"index": 0, "delta": {"tool_calls": [each]}}]} for each in calls]
    chunks += [{"choices": [{"index": 0, "delta": {"thinking_blocks": [each]}}]} for each in blocks]
    message = whole(*chunks)["choices"][0]["message"]

    assert [call["id"] for call in message["tool_calls"]] == [call["id"] for call in calls]
    assert message["thinking_blocks"] == [{"type": "thinking", "thinking": "x"}] * 20_000
