"""Upstream bytes -> events: whatever the bytes, exactly one end and no exception."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from planoai.apis.anthropic_messages.response_read import read_answer
from planoai.apis.anthropic_messages.response_write import write_answer
from planoai.apis.anthropic_messages.stream_read import MessagesStreamReader
from planoai.apis.anthropic_messages.stream_write import MessagesStreamWriter
from planoai.apis.framing import sse
from planoai.conversation.event import (
    Cited,
    Ended,
    Event,
    Failed,
    Finished,
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
from planoai.conversation.failure import CUT_SHORT, Failure
from planoai.conversation.fold import fold
from planoai.conversation.message import Citation, Opaque, RedactedThinking, Text, Thinking, ToolCall
from planoai.conversation.request import CustomTool, Request
from planoai.conversation.usage import Usage
from planoai.errors import UpstreamUnreadable
from tests.apis.golden import ENVELOPE

START = b'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","model":"m"}}\n\n'
STOP = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'


def read(*chunks: bytes) -> list[Event]:
    reader = MessagesStreamReader(ENVELOPE)
    return [*(event for chunk in chunks for event in reader.feed(chunk)), *reader.close()]


def frames(*events: object) -> bytes:
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


def ends_once(events: list[Event]) -> None:
    ends = [event for event in events if isinstance(event, Ended | Failed)]
    assert ends == events[-1:]


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_no_bytes_make_it_raise(chunks: list[bytes]) -> None:
    ends_once(read(*chunks))


EVENTS = (
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
)
BLOCKS = ("ping", "error", "new", "text", "tool_use", "server_tool_use", "thinking", "redacted_thinking")
DELTAS = ("text_delta", "input_json_delta", "signature_delta", "citations_delta")
KINDS = st.sampled_from((*EVENTS, *BLOCKS, *DELTAS))
VALUES: st.SearchStrategy[object] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-2, 3), st.text(max_size=4), st.just({})),
    lambda inner: (
        st.dictionaries(
            st.sampled_from(
                ["type", "index", "delta", "content_block", "message", "usage", "error", "text", "id", "name"]
            )
            | st.sampled_from(["input", "partial_json", "thinking", "signature", "citation", "stop_reason", "data"]),
            inner | KINDS,
            max_size=5,
        )
        | st.lists(inner, max_size=2)
    ),
    max_leaves=8,
)


@pytest.mark.no_cover
@given(
    st.lists(st.builds(lambda kind, value: {**(value if isinstance(value, dict) else {}), "type": kind}, KINDS, VALUES))
)
def test_no_json_makes_it_raise(events: list[dict[str, object]]) -> None:
    ends_once(read(START, frames(*events)))


def test_after_the_end_everything_is_ignored() -> None:
    reader = MessagesStreamReader(ENVELOPE)
    reader.feed(START + STOP)

    assert reader.feed(START + STOP) == []
    assert reader.close() == []


def test_an_event_without_end_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MOST_BYTES", 100)
    reader = MessagesStreamReader(ENVELOPE)

    events = reader.feed(b"data: " + b"x" * 200)

    assert [type(event) for event in events] == [Failed]
    assert reader.feed(STOP) == []


def test_bad_utf8_in_a_block_nobody_reads_is_a_failure() -> None:
    events = read(
        START, b'data: {"type":"content_block_start","index":0,"content_block":{"type":"new","x":"\xff"}}\n\n'
    )

    assert isinstance(events[-1], Failed)


def test_a_custom_tool_is_given_its_free_text_back() -> None:
    request = Request("m", (), "openai_chat", tools=(CustomTool("shell"),))
    reader = MessagesStreamReader(structs.replace(ENVELOPE, request=request))
    call = {"type": "tool_use", "id": "toolu_1", "name": "shell", "input": {}}
    stream = frames(
        {"type": "content_block_start", "index": 0, "content_block": call},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": '{"inp'}},
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "input_json_delta", "partial_json": 'ut":"l\\n"}'},
        },
        {"type": "content_block_stop", "index": 0},
    )

    assert reader.feed(stream) == [ToolStarted(0, "toolu_1", "shell", custom=True), ToolDelta(0, "l\n"), PartEnded()]


def test_a_server_tool_call_has_the_input_that_was_streamed() -> None:
    block = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
    events = read(
        frames(
            {"type": "content_block_start", "index": 0, "content_block": block},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": '{"q":'}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": "1.0}"}},
            {"type": "content_block_stop", "index": 0},
        )
    )

    added = [event.part for event in events if isinstance(event, PartAdded)]
    assert [bytes(part.json) for part in added if not isinstance(part, RedactedThinking) and hasattr(part, "json")] == [
        b'{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"q":1.0}}'
    ]


@pytest.mark.parametrize("body", [b"", b"[]", b"nope", b'{"content":3}', b'{"id":"x"}', b'{"content":[{}]}', b"\xff"])
def test_an_answer_that_is_none_is_unreadable(body: bytes) -> None:
    with pytest.raises(UpstreamUnreadable):
        read_answer(body, ENVELOPE)


words = st.text(min_size=1, max_size=5)
inputs = st.dictionaries(words, st.integers() | words, max_size=2).map(json.dumps)
citation = Citation("https://example.com", dialect="openai_chat")


def part(index: int, kind: str, one: str, two: str, arguments: str) -> list[Event]:
    match kind:
        case "text":
            return [TextDelta(one), TextDelta(two), PartEnded()]
        case "thinking":
            return [ThinkingDelta(one), ThinkingSigned(two), PartEnded()]
        case "redacted":
            return [PartAdded(RedactedThinking(one))]
        case _:
            middle = len(arguments) // 2
            pieces = [ToolDelta(index, arguments[:middle]), ToolDelta(index, arguments[middle:])]
            return [ToolStarted(index, f"toolu_{index}", "f"), *(piece for piece in pieces if piece.text), PartEnded()]


@st.composite
def answers(draw: st.DrawFn) -> list[Event]:
    count = draw(st.integers(0, 5))
    kinds = st.sampled_from(["text", "thinking", "redacted", "tool"])
    parts = [part(index, draw(kinds), draw(words), draw(words), draw(inputs)) for index in range(count)]
    usage = Usage(*draw(st.tuples(*[st.integers(0, 9)] * 4)))
    called = any(isinstance(event, ToolStarted) for events in parts for event in events)
    finished = Finished("tool_calls" if called else draw(st.sampled_from(["stop", "length", "refusal"])))
    return [
        Started("msg_1", "m"),
        UsageTold(usage),
        *(event for events in parts for event in events),
        finished,
        Ended(),
    ]


@given(answers())
def test_reading_a_stream_we_wrote_gives_back_what_went_in(events: list[Event]) -> None:
    assert fold(read(MessagesStreamWriter(ENVELOPE).write(events))) == fold(events)


@given(answers())
def test_reading_an_answer_we_wrote_gives_back_what_went_in(events: list[Event]) -> None:
    answer = fold(events)

    assert fold(read_answer(write_answer(answer, ENVELOPE), ENVELOPE)) == answer


def test_a_citation_of_another_maker_survives_the_way_through() -> None:
    events = read(MessagesStreamWriter(ENVELOPE).write([TextDelta("x"), Cited(citation), Ended()]))

    assert [event.citation.url for event in events if isinstance(event, Cited)] == ["https://example.com"]


def test_a_call_without_an_id_is_given_one_and_always_the_same() -> None:
    body = b'{"content":[{"type":"tool_use","name":"f","input":{}},{"type":"tool_use","id":"","name":"f","input":{}}]}'

    first, second = (event.id for event in read_answer(body, ENVELOPE) if isinstance(event, ToolStarted))

    assert first.startswith("call_")
    assert first != second
    assert read_answer(body, ENVELOPE) == read_answer(body, ENVELOPE)


@pytest.mark.parametrize(
    ("given_input", "text"),
    [('{"input":"ls"}', "ls"), ('{"other":1}', ""), ('{"input":3}', '{"input":3}'), ("{}", "")],
)
def test_a_custom_tools_whole_input_is_its_free_text(given_input: str, text: str) -> None:
    request = Request("m", (), "openai_chat", tools=(CustomTool("shell"),))
    body = f'{{"content":[{{"type":"tool_use","id":"t","name":"shell","input":{given_input}}}]}}'.encode()

    events = read_answer(body, structs.replace(ENVELOPE, request=request))

    assert [event.text for event in events if isinstance(event, ToolDelta)] == [text]


def test_a_server_tool_call_whose_input_broke_off_keeps_what_it_began_with() -> None:
    block = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}
    events = read(
        frames(
            {"type": "content_block_start", "index": 0, "content_block": block},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": '{"q'}},
            {"type": "content_block_stop", "index": 0},
        )
    )

    (added,) = (event.part for event in events if isinstance(event, PartAdded))
    assert isinstance(added, Opaque)
    assert json.loads(bytes(added.json)) == block


def test_a_block_that_begins_where_another_is_open_ends_that_one() -> None:
    text = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "a"}}

    assert [event for event in read(frames(text, text)) if not isinstance(event, Failed)] == [
        TextDelta("a"),
        PartEnded(),
        TextDelta("a"),
    ]


def test_blocks_that_were_never_stopped_end_with_the_message() -> None:
    call = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
    events = read(frames({"type": "content_block_start", "index": 0, "content_block": call}, {"type": "message_stop"}))

    assert events == [ToolStarted(0, "t", "f"), ToolDelta(0, "{}"), PartEnded(), Ended()]


def test_two_calls_of_one_index_are_two_calls() -> None:
    def call(name: str, arguments: str) -> list[object]:
        block = {"type": "tool_use", "id": f"toolu_{name}", "name": name, "input": {}}
        delta = {"type": "input_json_delta", "partial_json": arguments}
        return [
            {"type": "content_block_start", "index": 0, "content_block": block},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
        ]

    events = read(START, frames(*call("f", '{"a":1}'), *call("g", '{"b":2}')), STOP)

    assert fold(events).message.parts == (ToolCall("toolu_f", "f", '{"a":1}'), ToolCall("toolu_g", "g", '{"b":2}'))


@pytest.mark.parametrize(
    ("told", "failure"),
    [
        (b'data: {"error":{"message":"x","code":500}}\n\n', Failure(500, "x")),
        (b"event: error\ndata: it broke\n\n", Failure(502, "it broke")),
        (b'event: error\ndata: {"message":"x"}\n\n', Failure(502, "x")),
        (b'data: {"type":"error","error":{"type":"overloaded_error","message":"x"}}\n\n', Failure(529, "x")),
        (b'event: message\ndata: {"type":"error","error":{"type":"api_error","message":"x"}}\n\n', Failure(500, "x")),
    ],
)
def test_a_failure_is_read_in_whatever_shape_it_is_told(told: bytes, failure: Failure) -> None:
    assert read(START, told)[-1] == Failed(failure)


ODD_USAGE = {"input_tokens": 5.0, "output_tokens": "7", "cache_read_input_tokens": [], "output_tokens_details": []}
ODD_CITATION = {"type": "page_location", "cited_text": "x", "title": 5}
ODD_ANSWER = {
    "id": 5,
    "model": ["m"],
    "content": [
        {"type": "text", "text": "a", "citations": [ODD_CITATION, 3]},
        {"type": "thinking", "thinking": "b", "signature": 5},
        {"type": "tool_use", "id": 5, "name": "f", "input": None},
    ],
    "stop_reason": 5,
    "stop_sequence": {},
    "usage": ODD_USAGE,
}


def test_an_answer_is_not_lost_over_what_is_said_beside_it() -> None:
    answer = fold(read_answer(json.dumps(ODD_ANSWER).encode(), ENVELOPE))

    text, thought, call = answer.message.parts
    assert isinstance(text, Text)
    assert (text.text, [each.quote for each in text.citations]) == ("a", ["x"])
    assert thought == Thinking("b")
    assert isinstance(call, ToolCall)
    assert (call.name, call.arguments, call.id[:5]) == ("f", "{}", "call_")
    assert answer.finish == "tool_calls"
    assert answer.usage == Usage(fresh=5, output=7)


def test_a_stream_is_not_lost_over_what_is_said_beside_the_answer() -> None:
    begin = {"type": "content_block_start", "index": None, "content_block": {"type": "text", "text": ""}}
    said = {"type": "content_block_delta", "index": None, "delta": {"type": "text_delta", "text": "a"}}
    cited = {"type": "content_block_delta", "delta": {"type": "citations_delta", "citation": 3}}
    last = {"type": "message_delta", "delta": {"stop_reason": 5, "stop_sequence": []}, "usage": ODD_USAGE}

    answer = fold(read(START, frames(begin, said, cited, last), STOP))

    assert answer.message.parts == (Text("a"),)
    assert answer.complete
    assert answer.usage == Usage(fresh=5, output=7)


@pytest.mark.parametrize("delta", [{"type": "text_delta", "text": 5}, {"type": 5, "text": "a"}, "a"])
def test_an_answer_itself_must_be_readable(delta: object) -> None:
    last = read(START, frames({"type": "content_block_delta", "index": 0, "delta": delta}), STOP)[-1]

    assert isinstance(last, Failed)
    assert last.failure.code == "upstream_unreadable"


@pytest.mark.parametrize("content", ["a", {}, [{"type": "text", "text": 5}], [{"type": "thinking", "thinking": 5}]])
def test_the_content_of_an_answer_must_be_readable(content: object) -> None:
    with pytest.raises(UpstreamUnreadable):
        read_answer(json.dumps({"content": content}).encode(), ENVELOPE)


@pytest.mark.parametrize("half", [b'data: {"type":"message_st', b'event: error\ndata: {"type":"err', b"event: mess"])
def test_a_stream_that_breaks_off_in_an_event_was_cut_short(half: bytes) -> None:
    assert read(START, half)[-1] == Failed(CUT_SHORT)
