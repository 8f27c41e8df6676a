"""Upstream bytes -> events: whatever the bytes, exactly one end and no exception; and a whole answer is read as a stream of it is."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json as codec

from planoai.apis.dialect import Envelope
from planoai.apis.openai_responses.output_read import finished_response
from planoai.apis.openai_responses.response_read import read_answer
from planoai.apis.openai_responses.stream_read import ResponsesStreamReader
from planoai.conversation.event import (
    Cited,
    Ended,
    Event,
    Failed,
    KeptAlive,
    PartEnded,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolDelta,
    ToolStarted,
)
from planoai.conversation.failure import CUT_SHORT, Failure
from planoai.conversation.fold import fold
from planoai.conversation.message import Text, Thinking, ToolCall
from planoai.errors import UpstreamUnreadable
from tests.apis import golden
from tests.apis.golden import ENVELOPE

NAME = "openai_responses"
STREAMS = sorted((golden.ROOT / "streams" / NAME).glob("*.sse"))
WHOLE = [path for path in STREAMS if ".to_" not in path.name and b'"response.completed"' in path.read_bytes()]
LAST = b'data: {"type":"response.completed","response":{"output":[]}}\n\n'


def read(*chunks: bytes) -> list[Event]:
    reader = ResponsesStreamReader(ENVELOPE)
    return [*(event for chunk in chunks for event in reader.feed(chunk)), *reader.close()]


def frames(*events: object) -> bytes:
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


def ends_once(events: list[Event]) -> None:
    ends = [event for event in events if isinstance(event, Ended | Failed)]
    assert ends == events[-1:]


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_no_bytes_make_it_raise(chunks: list[bytes]) -> None:
    ends_once(read(*chunks))


KINDS = st.sampled_from(
    (
        *("response.created", "response.output_item.added", "response.output_item.done", "response.content_part.added"),
        *("response.output_text.delta", "response.output_text.done", "response.refusal.delta", "response.refusal.done"),
        *("response.output_text.annotation.added", "response.reasoning_summary_text.delta", "response.queued"),
        *("response.reasoning_summary_text.done", "response.reasoning_text.delta", "response.reasoning_text.done"),
        *("response.function_call_arguments.delta", "response.function_call_arguments.done", "error", "new"),
        *("response.custom_tool_call_input.delta", "response.custom_tool_call_input.done"),
        *("message", "reasoning", "function_call", "custom_tool_call", "web_search_call", "output_text", "refusal"),
        *("response.completed", "response.incomplete", "response.failed", "url_citation"),
    )
)
MEMBERS = (
    *("type", "output_index", "content_index", "summary_index", "delta", "text", "refusal", "arguments", "input"),
    *("item", "part", "annotation", "response", "error", "output", "content", "summary", "encrypted_content", "id"),
    *("call_id", "name", "role", "status", "usage", "incomplete_details", "annotations", "url", "start_index"),
)
VALUES: st.SearchStrategy[object] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-2, 3), st.text(max_size=4), KINDS, st.just({})),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=4)),
    max_leaves=12,
)
EVENTS = st.builds(lambda kind, rest: {**rest, "type": kind}, KINDS, st.dictionaries(st.sampled_from(MEMBERS), VALUES))


@pytest.mark.no_cover
@given(st.lists(EVENTS, max_size=8))
def test_no_events_make_it_raise(events: list[object]) -> None:
    ends_once(read(frames(*events)))


@given(VALUES)
def test_no_answer_makes_the_reader_of_whole_ones_raise_anything_but_that_it_is_unreadable(answer: object) -> None:
    with suppress(UpstreamUnreadable):
        ends_once(read_answer(json.dumps(answer).encode(), ENVELOPE))


@pytest.mark.no_cover
@given(st.lists(EVENTS, max_size=5))
def test_no_stream_makes_gathering_it_raise_anything_but_that_it_is_unreadable(events: list[object]) -> None:
    with suppress(UpstreamUnreadable):
        assert isinstance(finished_response(frames(*events)), dict)


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_the_answer_that_a_stream_ends_with_means_what_the_stream_does(path: Path) -> None:
    stream = path.read_bytes()
    gathered = codec.encode(finished_response(stream))

    if path.stem == "bare_deltas":  # whose server never finishes an item
        assert json.loads(gathered)["output"] == []
        return
    assert fold(read_answer(gathered, ENVELOPE)) == fold(read(stream))


def test_items_are_gathered_in_the_order_of_the_answer_where_it_holds_none() -> None:
    done = [{"type": "response.output_item.done", "output_index": place, "item": {"id": place}} for place in (1, 0)]
    last = {"type": "response.completed", "response": {"id": "resp_1", "brand": 1.50, "output": []}}

    gathered = finished_response(frames(*done, last))
    assert {name: bytes(value) for name, value in gathered.items()} == {
        "id": b'"resp_1"',
        "brand": b"1.5",
        "output": b'[{"id": 0},{"id": 1}]',
    }


def test_an_answer_that_has_items_keeps_them() -> None:
    done = {"type": "response.output_item.done", "output_index": 0, "item": {"id": "x"}}
    last = {"type": "response.incomplete", "response": {"output": [{"id": "y"}]}}

    assert bytes(finished_response(frames(done, last))["output"]) == b'[{"id": "y"}]'


@pytest.mark.parametrize("stream", [b"", frames({"type": "response.failed", "response": {}}), b"data: {\n\n"])
def test_a_stream_without_an_answer_can_not_be_gathered(stream: bytes) -> None:
    with pytest.raises(UpstreamUnreadable):
        finished_response(stream)


def test_nothing_is_read_behind_the_last_event() -> None:
    more = frames({"type": "response.output_text.delta", "delta": "more"})
    reader = ResponsesStreamReader(ENVELOPE)

    assert isinstance(reader.feed(LAST + more)[-1], Ended)
    assert reader.feed(more) == []
    assert reader.close() == []


def test_the_last_event_counts_without_its_blank_line() -> None:
    assert isinstance(read(LAST.rstrip())[-1], Ended)


def test_an_event_that_was_cut_is_a_stream_cut_short() -> None:
    assert read(LAST[:-20]) == [Failed(CUT_SHORT)]


def test_an_event_without_end_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planoai.apis.framing.sse.MOST_BYTES", 10)

    (failed,) = read(b"data: 123456789")
    assert isinstance(failed, Failed)
    assert failed.failure.code == UpstreamUnreadable.code


def test_an_empty_event_says_that_the_upstream_is_there() -> None:
    assert read(b": hi\n\n" + LAST)[0] == KeptAlive()


def test_the_proof_of_a_thought_names_its_issuer() -> None:
    item = {"type": "reasoning", "id": "rs_1", "encrypted_content": "gA", "summary": []}
    reader = ResponsesStreamReader(Envelope("0" * 32, 1, "m", issuer="azure_openai"))

    events = reader.feed(frames({"type": "response.output_item.done", "output_index": 0, "item": item}))
    assert events == [ThinkingSigned(encrypted="gA", id="rs_1", issuer="azure_openai"), PartEnded()]


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_an_answer_that_failed_is_not_complete_whatever_its_event_says(status: str) -> None:
    response = {"status": status, "error": {"code": "server_error", "message": "no"}}

    events = read(frames({"type": "response.completed", "response": response}))
    assert events[1:] == [Failed(Failure(500, "no", "server_error"))]


def test_several_summaries_are_one_thought_under_one_proof() -> None:
    summaries = [{"type": "summary_text", "text": each} for each in ("a", "b")]
    item = {"type": "reasoning", "id": "rs_1", "encrypted_content": "gA", "summary": summaries}

    answer = fold(read_answer(json.dumps({"output": [item]}).encode(), ENVELOPE))
    assert answer.message.parts == (Thinking("a\n\nb", encrypted="gA", id="rs_1", summary=True),)


def test_a_thought_beside_its_summary_is_a_part_of_its_own() -> None:
    summary, thought = {"type": "summary_text", "text": "s"}, {"type": "reasoning_text", "text": "t"}
    item = {"type": "reasoning", "summary": [summary], "content": [thought]}

    answer = fold(read_answer(json.dumps({"output": [item]}).encode(), ENVELOPE))
    assert answer.message.parts == (Thinking("s", summary=True), Thinking("t"))


def told(kind: str, index: int, **more: object) -> dict[str, object]:
    return {"type": f"response.{kind}", "output_index": index, **more}


def test_texts_that_take_turns_are_kept_apart() -> None:
    said = [told("output_text.delta", index, delta=str(index)) for index in (0, 1, 1, 0)]

    assert fold(read(frames(*said) + LAST)).message.parts == (Text("0"), Text("11"), Text("0"))


def test_a_call_that_goes_on_behind_a_text_stays_open() -> None:
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": ""}
    events = read(
        frames(
            told("output_item.added", 0, item=call),
            told("function_call_arguments.delta", 0, delta='{"a"'),
            told("output_text.delta", 1, delta="hm"),
            told("function_call_arguments.delta", 0, delta=":1}"),
            told("output_item.done", 0, item={**call, "arguments": '{"a":1}'}),
        )
    )

    assert events[:4] == [ToolStarted(0, "c", "f"), ToolDelta(0, '{"a"'), TextDelta("hm"), ToolDelta(0, ":1}")]
    assert PartEnded() not in events  # it would end the text, which is open
    assert fold(events).message.parts == (ToolCall("c", "f", '{"a":1}'), Text("hm"))


def call(name: str, arguments: str = "") -> dict[str, object]:
    return {"type": "function_call", "id": f"fc_{name}", "call_id": name, "name": name, "arguments": arguments}


@pytest.mark.parametrize("place", [{"output_index": 0}, {}], ids=["one index", "none"])
@pytest.mark.parametrize("done", [True, False])
def test_items_that_share_an_index_are_kept_apart(place: dict[str, int], done: bool) -> None:
    said = {"type": "message", "id": "msg", "role": "assistant", "content": [{"type": "output_text", "text": "hi"}]}
    events: list[object] = []
    for item, kind in ((said, "output_text"), (call("a", "{1}"), "call"), (call("b", "{2}"), "call")):
        empty = {**item, "arguments": "", "content": None}
        kind = "function_call_arguments" if kind == "call" else kind
        delta = item.get("arguments", "hi")
        events.append({"type": "response.output_item.added", "item": empty, **place})
        events.append({"type": f"response.{kind}.delta", "delta": delta, **place})
        events += [{"type": "response.output_item.done", "item": item, **place}] if done else []

    answer = fold(read(frames(*events) + LAST))
    assert answer.message.parts == (Text("hi"), ToolCall("a", "a", "{1}"), ToolCall("b", "b", "{2}"))
    if done:
        gathered = codec.decode(finished_response(frames(*events) + LAST)["output"])
        assert [item["type"] for item in gathered] == ["message", "function_call", "function_call"]


@pytest.mark.parametrize("identifier", ["fc_a", "fc_another"])
def test_what_only_the_end_of_a_stream_tells_is_told(identifier: str) -> None:
    """Some servers tell less in their events than in the answer that ends them, and some under other ids."""
    said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "hi"}]}
    output = [said, {**call("a", "{1}"), "id": identifier}, call("b", "{2}")]
    last = frames({"type": "response.completed", "response": {"output": output}})
    begun = frames(told("output_item.added", 1, item=call("a")))

    parts = (Text("hi"), ToolCall("a", "a", "{1}"), ToolCall("b", "b", "{2}"))
    answer = fold(read(frames(told("output_text.delta", 0, delta="hi")) + begun + last))
    assert (answer.message.parts, answer.finish) == (parts, "tool_calls")
    assert fold(read(begun + last)).message.parts == (parts[1], parts[0], parts[2])
    done = frames(*(told("output_item.done", index, item=item) for index, item in enumerate(output)))
    assert fold(read(done + last)).message.parts == parts


def test_citations_are_not_told_twice() -> None:
    cited = {"type": "url_citation", "url": "https://a.test", "title": "A", "start_index": 0, "end_index": 2}
    part = {"type": "output_text", "text": "hi", "annotations": [cited]}
    item = {"type": "message", "role": "assistant", "content": [part]}
    events = [
        told("output_text.delta", 0, delta="hi", content_index=0),
        told("output_text.annotation.added", 0, annotation=cited, content_index=0),
        told("output_item.done", 0, item=item),
    ]

    assert sum(isinstance(event, Cited) for event in read(frames(*events))) == 1
    assert sum(isinstance(event, Cited) for event in read(frames(events[0], events[2]))) == 1


@pytest.mark.parametrize(
    ("code", "status"),
    [("rate_limit_exceeded", 429), ("server_is_overloaded", 503), ("invalid_prompt", 400), ("brand_new", 502)],
)
def test_a_failure_has_the_status_that_its_code_stands_for(code: str, status: int) -> None:
    failed = {"type": "response.failed", "response": {"error": {"code": code, "message": "no"}}}

    assert read(frames(failed)) == [
        *read(frames({**failed, "type": "response.created"}))[:-1],
        Failed(Failure(status, "no", code)),
    ]


def test_the_part_of_a_thought_that_comes_only_when_it_is_whole_is_told_once() -> None:
    whole = told("reasoning_text.done", 0, content_index=0, text="t")
    item = {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "t"}]}

    thoughts = [
        each for each in read(frames(whole, told("output_item.done", 0, item=item))) if each == ThinkingDelta("t")
    ]
    assert len(thoughts) == 1
