"""What clients of the Messages API are streamed, whatever happens upstream."""

import msgspec
from anthropic import types
from anthropic.lib.streaming._messages import accumulate_event
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from planoai.apis.anthropic_messages.stream_write import MessagesStreamWriter
from planoai.conversation.event import (
    Cited,
    Ended,
    Event,
    Failed,
    Finished,
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
from planoai.conversation.message import Citation
from planoai.conversation.usage import Usage
from tests.apis.anthropic_messages import events as any_events
from tests.apis.anthropic_messages.protocol import ENVELOPE, check, frames


def write(*events: Event) -> bytes:
    return MessagesStreamWriter(ENVELOPE).write(events)


def accumulated(stream: bytes) -> types.Message:
    """What the official client makes of it."""
    snapshot = None
    buffers: dict[int, bytes] = {}
    for frame in frames(stream):
        if frame["type"] in ("ping", "error"):
            continue
        snapshot = accumulate_event(event=frame, current_snapshot=snapshot, json_bufs=buffers)  # type: ignore[arg-type]
    assert snapshot is not None
    return snapshot


@given(st.lists(any_events.between, max_size=30), any_events.last, st.lists(any_events.between, max_size=3))
def test_any_events_make_a_well_formed_stream(events: list[Event], last: Event, after: list[Event]) -> None:
    check(write(*events, last, *after, last), complete=isinstance(last, Ended))


@given(st.lists(any_events.between, max_size=30), st.data())
def test_how_the_events_are_dealt_out_does_not_matter(events: list[Event], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(events)))
    writer = MessagesStreamWriter(ENVELOPE)

    assert writer.write(events[:cut]) + writer.write([*events[cut:], Ended()]) == write(*events, Ended())


def test_parallel_calls_that_come_one_after_another_are_streamed_as_they_come() -> None:
    writer = MessagesStreamWriter(ENVELOPE)
    writer.write([ToolStarted(0, "a", "f"), ToolDelta(0, '{"x":'), ToolDelta(0, "1}")])

    second = frames(writer.write([ToolStarted(1, "b", "g"), ToolDelta(1, '{"y"')]))

    assert [frame["type"] for frame in second] == ["content_block_stop", "content_block_start", "content_block_delta"]


def test_interleaved_calls_are_told_one_after_another() -> None:
    message = accumulated(
        write(
            Started("chatcmpl-1", "gpt"),
            ToolStarted(0, "a", "f"),
            ToolStarted(1, "b", "g"),
            ToolDelta(1, '{"y":'),
            ToolDelta(0, '{"x":'),
            ToolDelta(1, "2}"),
            ToolDelta(0, "1}"),
            Finished("tool_calls"),
            Ended(),
        )
    )

    assert [(block.name, block.input) for block in message.content if block.type == "tool_use"] == [
        ("f", {"x": 1}),
        ("g", {"y": 2}),
    ]
    assert message.stop_reason == "tool_use"


def test_text_after_a_call_without_arguments_is_not_lost() -> None:
    message = accumulated(write(ToolStarted(0, "a", "f"), TextDelta("and"), TextDelta(" so"), Ended()))

    assert [block.type for block in message.content] == ["tool_use", "text"]
    assert message.content[0].type == "tool_use"
    assert message.content[0].input == {}
    assert message.content[1].type == "text"
    assert message.content[1].text == "and so"


def test_free_text_of_a_custom_tool_becomes_its_input() -> None:
    text = 'say "hi"\n\\ é\t🚀'
    message = accumulated(
        write(
            ToolStarted(0, "a", "shell", custom=True),
            *(ToolDelta(0, letter) for letter in text),
            ToolStarted(1, "b", "f"),
            ToolDelta(1, "{}"),
            Ended(),
        )
    )

    assert [block.input for block in message.content if block.type == "tool_use"] == [{"input": text}, {}]


def test_a_signature_in_pieces_arrives_whole() -> None:
    message = accumulated(
        write(ThinkingDelta("so"), ThinkingSigned("c2ln"), ThinkingSigned("bmVk"), PartEnded(), TextDelta("x"), Ended())
    )

    assert message.content[0].type == "thinking"
    assert (message.content[0].thinking, message.content[0].signature) == ("so", "c2lnbmVk")


def test_two_thoughts_with_an_end_between_them_stay_two() -> None:
    message = accumulated(write(ThinkingDelta("one"), PartEnded(), ThinkingDelta("two"), Ended()))

    assert [block.thinking for block in message.content if block.type == "thinking"] == ["one", "two"]


def test_usage_told_after_the_finish_is_in_the_message_delta() -> None:
    stream = write(TextDelta("x"), Finished("stop"), UsageTold(Usage(fresh=5, cache_read=7, output=3)), Ended())

    start, *_, delta, _ = frames(stream)
    assert start["message"]["usage"]["input_tokens"] == ENVELOPE.input_estimate
    assert delta["usage"] == {
        "input_tokens": 5,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 7,
        "output_tokens": 3,
    }


def test_usage_that_nobody_told_is_not_made_up_at_the_end() -> None:
    start, *_, delta, _ = frames(write(TextDelta("x"), Ended()))

    assert start["message"]["usage"]["input_tokens"] == ENVELOPE.input_estimate
    assert set(delta["usage"].values()) == {0}


def test_usage_known_at_the_start_is_told_there() -> None:
    start = frames(write(UsageTold(Usage(fresh=5, cache_write=2)), TextDelta("x"), Ended()))[0]

    assert start["message"]["usage"]["input_tokens"] == 5
    assert start["message"]["usage"]["cache_creation_input_tokens"] == 2


def test_an_answer_of_nothing_has_one_empty_text() -> None:
    message = accumulated(write(Started("a", "b"), Ended()))

    assert [(block.type, block.text) for block in message.content if block.type == "text"] == [("text", "")]
    assert message.stop_reason == "end_turn"


def test_a_finish_without_content_needs_no_block() -> None:
    message = accumulated(write(Started("a", "b"), Finished("length"), Ended()))

    assert message.content == []
    assert message.stop_reason == "max_tokens"


def test_a_failure_closes_the_open_block_and_says_why() -> None:
    stream = write(TextDelta("half"), Failed(Failure(429, "slow down", "rate_limit_exceeded")), Ended())

    assert [frame["type"] for frame in frames(stream)][-2:] == ["content_block_stop", "error"]
    assert frames(stream)[-1]["error"] == {"type": "rate_limit_error", "message": "slow down"}


def test_ids_and_models_that_nobody_told_come_from_the_envelope() -> None:
    stream = write(ToolStarted(0, "", "f"), ToolStarted(1, "", "f"), Ended())

    message = accumulated(stream)
    assert message.id == "msg_" + ENVELOPE.seed[:24]
    assert message.model == ENVELOPE.model
    ids = [block.id for block in message.content if block.type == "tool_use"]
    assert len(set(ids)) == 2
    assert stream == write(ToolStarted(0, "", "f"), ToolStarted(1, "", "f"), Ended())


def test_citations_of_other_makers_become_web_search_citations() -> None:
    message = accumulated(
        write(TextDelta("it is so"), Cited(Citation("https://example.com", "Example", dialect="openai_chat")), Ended())
    )

    assert message.content[0].type == "text"
    citations = message.content[0].citations
    assert citations is not None
    assert citations[0].type == "web_search_result_location"
    assert citations[0].url == "https://example.com"


def test_raw_json_set_over_many_lines_stays_in_its_frame() -> None:
    raw = Raw(b'{\n  "type": "page_location",\n  "cited_text": "x",\n  "n": 1.50\n}')
    stream = write(TextDelta("x"), Cited(Citation(raw=raw, dialect="anthropic_messages")), Ended())

    cited = [frame["delta"]["citation"] for frame in frames(stream) if frame.get("delta", {}).get("citation")]
    assert cited == [msgspec.json.decode(raw)]
    assert b'"n":1.50' in stream


def test_a_call_that_is_told_again_begins_anew() -> None:
    message = accumulated(
        write(ToolStarted(0, "a", "f"), ToolDelta(0, '{"x":1}'), ToolStarted(0, "b", "g"), ToolDelta(0, "{}"), Ended())
    )

    assert [(block.id, block.input) for block in message.content if block.type == "tool_use"] == [
        ("a", {"x": 1}),
        ("b", {}),
    ]


def test_a_call_whose_arguments_only_look_complete_is_waited_for() -> None:
    events: list[Event] = [
        ToolStarted(0, "a", "f"),
        ToolDelta(0, '{"x":{}'),
        ToolStarted(1, "b", "g"),
        ToolDelta(1, "{}"),
    ]
    message = accumulated(write(*events, ToolDelta(0, "} "), ToolDelta(0, "\n"), Finished("tool_calls"), Ended()))

    assert [block.input for block in message.content if block.type == "tool_use"] == [{"x": {}}, {}]
