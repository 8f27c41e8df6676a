"""Chat streams as servers really send them; most cases are golden files."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.apis.framing.sse import MOST_BYTES
from planoai.apis.openai_chat import DIALECT
from planoai.apis.openai_chat.stream_read import ChatStreamReader
from planoai.conversation.event import Ended, Failed, TextDelta, ToolStarted
from planoai.conversation.failure import Failure
from planoai.conversation.fold import fold
from planoai.conversation.message import Text
from planoai.conversation.usage import Usage
from tests.apis import golden

STREAMS = [path for path in golden.streams() if path.parent.name == DIALECT.name]

NAMES = [
    *(
        "id",
        "choices",
        "delta",
        "message",
        "content",
        "tool_calls",
        "custom",
        "function",
        "name",
        "arguments",
        "index",
        "code",
    ),
    *("finish_reason", "usage", "error", "prompt_tokens", "reasoning_content", "thinking_blocks", "type", "object"),
]

json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_no_bytes_make_it_raise(chunks: list[bytes]) -> None:
    events = golden.read_stream(DIALECT.name, chunks)

    assert isinstance(events[-1], Ended | Failed)
    assert sum(isinstance(event, Ended | Failed) for event in events) == 1


@given(st.lists(json_like, max_size=4), st.booleans())
def test_no_json_makes_it_raise(values: list[object], done: bool) -> None:
    stream = b"".join(b"data: " + golden.compact(value) + b"\n\n" for value in values)
    events = golden.read_stream(DIALECT.name, [stream, b"data: [DONE]\n\n" if done else b""])

    assert sum(isinstance(event, Ended | Failed) for event in events) == 1
    assert isinstance(events[-1], Ended | Failed)


@given(st.data())
def test_a_stream_with_damaged_bytes_ends_all_the_same(data: st.DataObject) -> None:
    stream = bytearray(data.draw(st.sampled_from(STREAMS)).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.integers(0, 255))

    assert isinstance(golden.read_stream(DIALECT.name, [bytes(stream)])[-1], Ended | Failed)


def test_after_the_end_everything_is_ignored() -> None:
    reader = ChatStreamReader(golden.ENVELOPE)
    assert isinstance(reader.feed(b"data: [DONE]\n\n")[-1], Ended)

    assert reader.feed(b'data: {"id":"x","choices":[{"delta":{"content":"late"}}]}\n\n') == []
    assert reader.close() == []


def test_an_event_without_end_is_a_failure() -> None:
    reader = ChatStreamReader(golden.ENVELOPE)
    events = [event for _ in range(5) for event in reader.feed(b"x" * (MOST_BYTES // 4))]

    assert [type(event) for event in events] == [Failed]
    assert reader.close() == []


@pytest.mark.parametrize("path", STREAMS, ids=golden.name)
def test_a_whole_answer_means_what_its_stream_means(path: Path) -> None:
    """Written whole and read again, an answer keeps its text, calls, reason and usage."""
    assert DIALECT.client is not None
    streamed = fold(golden.read_stream(DIALECT.name, [path.read_bytes()]))
    if not streamed.complete or not streamed.id:
        return
    whole = fold(DIALECT.upstream.read_answer(DIALECT.client.write_answer(streamed, golden.ENVELOPE), golden.ENVELOPE))

    assert golden.compact([type(part).__name__ for part in whole.message.parts]) == golden.compact(
        [type(part).__name__ for part in streamed.message.parts]
    )
    assert (whole.finish, whole.usage, whole.model) == (streamed.finish, streamed.usage, streamed.model)


def test_an_error_event_may_hold_plain_words() -> None:
    reader = ChatStreamReader(golden.ENVELOPE)

    assert reader.feed(b"event: error\ndata: out of memory\n\n") == [Failed(Failure(502, "out of memory"))]


def test_a_call_without_arguments_is_told_of_before_what_follows_it() -> None:
    reader = ChatStreamReader(golden.ENVELOPE)
    reader.feed(b'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f"}}]}}]}\n\n')

    assert reader.feed(b'data: {"choices":[{"delta":{"content":"x"}}]}\n\n') == [
        ToolStarted(0, "c", "f"),
        TextDelta("x"),
    ]


@pytest.mark.parametrize(
    ("beside", "usage"),
    [
        (b'"usage":{"prompt_tokens":"5","completion_tokens":2}', Usage(fresh=5, output=2)),
        (b'"usage":{"prompt_tokens":5,"prompt_tokens_details":[]}', Usage(fresh=5)),
        (b'"usage":[]', None),
        (b'"model":7,"object":[]', None),
    ],
)
def test_what_is_said_beside_an_answer_may_be_of_any_type(beside: bytes, usage: Usage | None) -> None:
    said = b'"content":"x","annotations":{},"reasoning":{},"thinking_blocks":[7]'
    stream = b'data: {"choices":[{"delta":{%b},"finish_reason":"stop"}],%b}\n\ndata: [DONE]\n\n' % (said, beside)
    whole = b'{"choices":[{"message":{%b},"finish_reason":"stop"}],%b}' % (said, beside)

    for events in (golden.read_stream(DIALECT.name, [stream]), DIALECT.upstream.read_answer(whole, golden.ENVELOPE)):
        answer = fold(events)
        assert (answer.message.parts, answer.usage, answer.complete) == ((Text("x"),), usage, True)
