"""A Chat stream is well formed whatever the events are."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from planoai.apis.openai_chat import DIALECT
from planoai.apis.openai_chat.stream_write import ChatStreamWriter
from planoai.conversation.event import (
    Cited,
    Ended,
    Event,
    Failed,
    Finished,
    KeptAlive,
    PartAdded,
    PartEnded,
    Started,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolDelta,
    ToolStarted,
    UsageTold,
)
from planoai.conversation.failure import Failure
from planoai.conversation.fold import Answer, fold
from planoai.conversation.message import Citation, RedactedThinking, Text, ToolCall
from planoai.conversation.usage import Usage
from tests.apis.anthropic_messages.events import between, last
from tests.apis.golden import ENVELOPE, read_stream

DONE = "[DONE]"


def written(events: list[Event], *, include_usage: bool = True) -> bytes:
    return ChatStreamWriter(structs.replace(ENVELOPE, include_usage=include_usage)).write(events)


def chunks(stream: bytes) -> list[Any]:
    """The data of every frame; comments are left out, and any other line is a mistake."""
    frames = [frame for frame in stream.decode().split("\n\n") if frame and not frame.startswith(": ")]
    assert all(frame.startswith("data: ") and "\n" not in frame and "\r" not in frame for frame in frames)
    datas = [frame.removeprefix("data: ") for frame in frames]
    return [data if data == DONE else json.loads(data) for data in datas]


def deltas(stream: bytes) -> list[Any]:
    return [
        chunk["choices"][0]["delta"] for chunk in chunks(stream) if chunk != DONE and chunk.get("choices") and chunk
    ]


@given(st.lists(between, max_size=14), last, st.lists(between, max_size=3), st.booleans())
def test_whatever_the_events_the_stream_is_well_formed(
    events: list[Event], end: Event, late: list[Event], include_usage: bool
) -> None:
    stream = written([*events, end, *late], include_usage=include_usage)
    told = chunks(stream)

    if isinstance(end, Failed):
        assert told[-1]["error"]["message"] == end.failure.message
        body = told[:-1]
        assert DONE not in told
        assert not any(choice["finish_reason"] for chunk in body for choice in chunk["choices"])
    else:
        assert told.count(DONE) == 1
        assert told[-1] == DONE
        body = told[:-1]
        if body[-1]["choices"] == []:
            assert include_usage
            assert body.pop()["usage"]["total_tokens"] >= 0
        reasons = [chunk["choices"][0]["finish_reason"] for chunk in body]
        assert reasons[-1] in ("stop", "length", "tool_calls", "content_filter")
        assert not any(reasons[:-1])
    well_formed(body)


def well_formed(body: list[Any]) -> None:
    assert len({(chunk["id"], chunk["created"], chunk["model"], chunk["object"]) for chunk in body}) <= 1
    assert all(len(chunk["choices"]) == 1 and chunk["choices"][0]["index"] == 0 for chunk in body)
    assert [place for place, chunk in enumerate(body) if "role" in chunk["choices"][0]["delta"]] == [0][: len(body)]
    calls = [call for chunk in body for call in chunk["choices"][0]["delta"].get("tool_calls", ())]
    begun = [call["index"] for call in calls if "id" in call]
    assert begun == list(range(len(begun)))
    assert {call["index"] for call in calls} <= set(begun)


@given(st.lists(between, max_size=14), last, st.data())
def test_how_the_events_are_grouped_does_not_matter(events: list[Event], end: Event, data: st.DataObject) -> None:
    every = [*events, end]
    cut = data.draw(st.integers(0, len(every)))
    writer = ChatStreamWriter(ENVELOPE)

    assert writer.write(every[:cut]) + writer.write(every[cut:]) == written(every)


def test_nothing_but_the_error_where_the_first_event_is_a_failure() -> None:
    stream = written([Failed(Failure(429, "slow down", "rate_limit_exceeded"))])

    assert chunks(stream) == [
        {
            "error": {
                "message": "slow down",
                "type": "rate_limit_error",
                "param": None,
                "code": "rate_limit_exceeded",
            }
        }
    ]


def test_usage_is_shown_only_to_a_client_that_asked() -> None:
    events: list[Event] = [Started("a", "m"), UsageTold(Usage(fresh=3, cache_read=2, cache_write=1, output=4)), Ended()]

    assert chunks(written(events))[-2]["usage"] == {
        "prompt_tokens": 6,
        "completion_tokens": 4,
        "total_tokens": 10,
        "prompt_tokens_details": {"cached_tokens": 2, "cache_write_tokens": 1},
        "completion_tokens_details": {"reasoning_tokens": 0},
        "cache_creation_input_tokens": 1,
    }
    assert b"usage" not in written(events, include_usage=False)


def test_an_answer_that_names_nothing_takes_its_names_from_the_envelope() -> None:
    first = chunks(written([TextDelta("x"), Ended()]))[0]

    assert (first["id"], first["model"], first["created"]) == (
        f"chatcmpl-{ENVELOPE.seed}",
        ENVELOPE.model,
        ENVELOPE.created,
    )


def test_calls_count_from_zero_whatever_their_keys() -> None:
    stream = written([TextDelta("x"), ToolStarted(7, "a", "f"), ToolStarted(3, "b", "g"), ToolDelta(7, "{}"), Ended()])
    calls = [call for delta in deltas(stream) for call in delta.get("tool_calls", ())]

    assert [(call["index"], call.get("id")) for call in calls] == [(0, "a"), (1, "b"), (0, None), (1, None)]
    assert calls[-1]["function"]["arguments"] == "{}"  # g was given none, and nothing is not JSON


def test_an_end_without_a_reason_is_a_tool_call_where_there_is_one() -> None:
    with_call = chunks(written([ToolStarted(0, "a", "f"), Ended()]))
    without = chunks(written([Ended()]))

    assert with_call[-2]["choices"][0]["finish_reason"] == "tool_calls"
    assert without[-2]["choices"][0]["finish_reason"] == "stop"


def test_the_first_reason_to_stop_is_the_one_told() -> None:
    told = chunks(written([Finished("length"), Finished("stop"), Ended()]))

    assert told[-2]["choices"][0]["finish_reason"] == "length"


def test_thinking_with_a_signature_comes_back_in_blocks() -> None:
    stream = written(
        [
            ThinkingDelta("one "),
            ThinkingDelta("two"),
            ThinkingSigned("c2"),
            ThinkingSigned("ln"),
            PartEnded(),
            PartAdded(RedactedThinking("ZQ==")),
            ThinkingDelta("unsigned"),
            TextDelta("x"),
            Ended(),
        ]
    )
    told = deltas(stream)

    assert "".join(delta.get("reasoning_content", "") for delta in told) == "one twounsigned"
    assert [block for delta in told for block in delta.get("thinking_blocks", ())] == [
        {"index": 0, "type": "thinking", "thinking": "one two", "signature": "c2ln"},
        {"index": 1, "type": "redacted_thinking", "data": "ZQ=="},
    ]


def test_a_citation_is_about_the_text_that_carries_it() -> None:
    stream = written(
        [
            TextDelta("It rains. "),
            PartEnded(),
            Cited(Citation("https://w.test", "W")),
            TextDelta("Now."),
            Cited(Citation(title="a document without address")),
            PartEnded(),
            Ended(),
        ]
    )

    assert [each for delta in deltas(stream) for each in delta.get("annotations", ())] == [
        {
            "index": 0,
            "type": "url_citation",
            "url_citation": {"start_index": 10, "end_index": 14, "url": "https://w.test", "title": "W"},
        }
    ]


def test_a_sign_of_life_is_passed_on_once_the_stream_has_begun() -> None:
    assert written([KeptAlive()]) == b""
    assert written([Started("a"), KeptAlive()]).endswith(b": keep-alive\n\n")


@pytest.mark.parametrize(
    "text",
    ["plain", 'quote " backslash \\ slash /', "line\nbreak\r\u2028\u2029", "Grüße 👋🏽", "\x00\x1f", "a" * 70_000],
)
def test_any_text_arrives_as_it_was(text: str) -> None:
    stream = written([Started("a"), TextDelta(text), ToolStarted(0, "c", "f"), ToolDelta(0, text), Ended()])
    answer = fold(read_stream(DIALECT.name, [stream]))

    assert answer.message.parts == (Text(text), ToolCall("c", "f", text))
    if text.isprintable():
        assert json.dumps(text, ensure_ascii=False).encode() in stream


@given(st.lists(between, max_size=14))
def test_reading_what_was_written_gives_back_what_chat_can_say(events: list[Event]) -> None:
    """Twice written is once written: what the first writing dropped, Chat has no word for."""
    once = fold(read_stream(DIALECT.name, [written([*events, Ended()])]))
    assert DIALECT.client is not None
    body = DIALECT.client.write_answer(once, ENVELOPE)
    twice = fold(DIALECT.upstream.read_answer(body, ENVELOPE))

    assert said(twice) == said(once)


def said(answer: Answer) -> tuple[object, ...]:
    """A whole answer says everything once, in Chat's own order; a stream says it as it came."""
    text = "".join(part.text for part in answer.message.parts if isinstance(part, Text))
    calls = [
        (part.id, part.name, part.arguments.strip() or "{}")
        for part in answer.message.parts
        if isinstance(part, ToolCall)
    ]
    return (answer.id, answer.model, text, calls, answer.finish, answer.usage, answer.complete)
