"""Server-sent events from bytes that may be cut anywhere."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.apis.framing.sse import MOST_BYTES, SseReader, SseSplitter, frame, parse_event
from planoai.errors import UpstreamUnreadable

# Enough to make every kind of line, end of line and event, and little else.
MARK = b"\xef\xbb\xbf"  # a byte order mark, which means something only where a stream begins
PIECES = [
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\r\n\r\n",
    b"data: x",
    b"data:",
    b"event: e",
    b": c",
    b"id: 1",
    b"d",
    b"\xc3\xa9",
]
STREAMS = st.lists(st.sampled_from(PIECES), max_size=24).map(b"".join)
MARKED = st.lists(st.sampled_from([*PIECES, MARK]), max_size=24).map(b"".join)


def read(chunks: list[bytes]) -> list[tuple[str, bytes]]:
    reader = SseReader()
    events = [event for chunk in chunks for event in reader.feed(chunk)]
    return [(event.type, event.data) for event in [*events, *reader.close()]]


def expected(stream: bytes) -> list[tuple[str, bytes]]:
    """The same by the plainest means: lines, then blank lines between events."""
    events: list[list[bytes]] = [[]]
    for line in stream.splitlines():
        if line:
            events[-1].append(line)
        else:
            events.append([])
    return [(each.type, each.data) for lines in events if lines for each in [parse_event(b"\n".join(lines))]]


@given(STREAMS)
def test_any_bytes_are_read_as_their_lines_say(stream: bytes) -> None:
    assert [each for each in read([stream]) if each != ("", b"")] == [
        each for each in expected(stream) if each != ("", b"")
    ]


@given(MARKED, st.data())
def test_where_the_bytes_are_cut_does_not_matter(stream: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)))))
    edges = [0, *cuts, len(stream)]
    chunks = [stream[start:end] for start, end in pairwise(edges)]

    assert read(chunks) == read([stream])


@given(MARKED)
def test_one_byte_at_a_time_is_the_same(stream: bytes) -> None:
    assert read([stream[place : place + 1] for place in range(len(stream))]) == read([stream])


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"], ids=["LF", "CR", "CRLF"])
def test_every_line_end_ends_a_line(end: bytes) -> None:
    stream = end.join([b"event: a", b"data: 1", b"", b"data: 2", b"", b""])

    assert read([stream]) == [("a", b"1"), ("", b"2")]


def test_a_space_after_the_colon_is_optional_and_only_one_is_taken() -> None:
    assert read([b"data:x\n\ndata: x\n\ndata:  x\n\n"]) == [("", b"x"), ("", b"x"), ("", b" x")]


def test_several_data_lines_join_with_a_line_feed() -> None:
    assert read([b"data: {\r\ndata: }\r\n\r\n"]) == [("", b"{\n}")]


def test_a_comment_alone_is_an_event_without_data() -> None:
    assert read([b": OPENROUTER PROCESSING\n\n"]) == [("", b"")]


def test_other_fields_are_ignored() -> None:
    assert read([b"id: 1\nretry: 5\nx\ndata: 1\n\n"]) == [("", b"1")]


def test_the_last_event_needs_no_blank_line() -> None:
    assert read([b"data: 1\n\ndata: 2"]) == [("", b"1"), ("", b"2")]


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert read([b"\xef\xbb", b"\xbfdata: 1\n\n"]) == [("", b"1")]


def test_an_event_without_end_is_refused() -> None:
    splitter = SseSplitter()
    for _ in range(4):
        splitter.feed(b"x" * (MOST_BYTES // 4))

    with pytest.raises(UpstreamUnreadable, match="over 16777216 bytes"):
        splitter.feed(b"x")


def test_the_blocks_of_a_splitter_are_the_bytes_as_they_came() -> None:
    splitter = SseSplitter()
    stream = b": c\n\nevent: a\ndata: 1\n\ndata: 2\r\n\r\n"

    assert b"".join([*splitter.feed(stream[:9]), *splitter.feed(stream[9:])]) == stream
    assert splitter.close() == b""


def test_what_frame_writes_is_read_back() -> None:
    assert read([frame(b'{"a":1}'), frame(b"{}", "ping")]) == [("", b'{"a":1}'), ("ping", b"{}")]
