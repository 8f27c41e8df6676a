"""Frames of Amazon's event streams, held against what AWS's own library reads."""

from itertools import pairwise
from struct import pack
from typing import Any
from zlib import crc32

import pytest
from botocore.eventstream import EventStreamBuffer, ParserError
from hypothesis import given
from hypothesis import strategies as st

from planoai.apis.framing.eventstream import MOST, EventStreamReader, Frame
from planoai.errors import UpstreamUnreadable
from tests.support.eventstream import frame

texts = st.text(max_size=20)
names = st.text(min_size=1, max_size=20)


def integers(bits: int) -> st.SearchStrategy[int]:
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


# A header's value as bytes with its type before it, and as text where it is text.
values = st.one_of(
    texts.map(lambda text: (b"\x07" + pack("!H", len(text.encode())) + text.encode(), text)),
    st.binary(max_size=20).map(lambda data: (b"\x06" + pack("!H", len(data)) + data, None)),
    st.sampled_from((b"\x00", b"\x01")).map(lambda kind: (kind, None)),
    integers(8).map(lambda number: (b"\x02" + pack("!b", number), None)),
    integers(16).map(lambda number: (b"\x03" + pack("!h", number), None)),
    integers(32).map(lambda number: (b"\x04" + pack("!i", number), None)),
    integers(64).map(lambda number: (b"\x05" + pack("!q", number), None)),
    integers(64).map(lambda number: (b"\x08" + pack("!q", number), None)),
    st.binary(min_size=16, max_size=16).map(lambda uuid: (b"\x09" + uuid, None)),
)
frames = st.tuples(st.dictionaries(names, values, max_size=5), st.binary(max_size=100))
streams = st.lists(frames, min_size=1, max_size=5)


def framed(block: bytes, payload: bytes) -> bytes:
    lengths = pack("!II", 16 + len(block) + len(payload), len(block))
    before = lengths + pack("!I", crc32(lengths)) + block + payload
    return before + pack("!I", crc32(before))


def encoded(headers: dict[str, tuple[bytes, str | None]], payload: bytes) -> bytes:
    named = ((name.encode(), value) for name, (value, _) in headers.items())
    return framed(b"".join(bytes([len(name)]) + name + value for name, value in named), payload)


def read(chunks: list[bytes]) -> list[Frame]:
    reader = EventStreamReader()
    found = [each for chunk in chunks for each in reader.feed(chunk)]
    reader.close()
    return found


@given(streams)
def test_frames_are_what_botocore_reads(told: list[tuple[dict[str, Any], bytes]]) -> None:
    stream = b"".join(encoded(*each) for each in told)
    buffer = EventStreamBuffer()
    buffer.add_data(stream)
    theirs = [
        ({name: told[place][0][name][1] for name in message.headers}, message.payload)
        for place, message in enumerate(buffer)
    ]

    ours = [(dict(each.headers), each.payload) for each in read([stream])]

    assert ours == [
        ({name: text for name, text in headers.items() if text is not None}, payload) for headers, payload in theirs
    ]


@given(streams, st.data())
def test_where_the_bytes_are_cut_does_not_matter(told: list[tuple[dict[str, Any], bytes]], data: st.DataObject) -> None:
    stream = b"".join(encoded(*each) for each in told)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=9)))
    chunks = [stream[start:end] for start, end in pairwise([0, *cuts, len(stream)])]

    assert read(chunks) == read([stream]) == read([bytes([each]) for each in stream])


GOOD = frame({":event-type": "messageStart"}, b'{"role":"assistant"}')


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_a_byte_that_is_wrong_is_noticed_and_the_frames_before_it_are_not_lost(place: int, change: int) -> None:
    bad = bytearray(GOOD)
    bad[place] ^= change
    stream = GOOD + bytes(bad) + GOOD
    buffer = EventStreamBuffer()
    buffer.add_data(stream)
    with pytest.raises(ParserError):
        list(buffer)

    for chunks in ([stream], [bytes([each]) for each in stream]):
        reader = EventStreamReader()
        assert len([each for chunk in chunks for each in reader.feed(chunk)]) == 1
        assert reader.broken
        with pytest.raises(UpstreamUnreadable):
            reader.close()


def lengths(total: int, length: int) -> bytes:
    prelude = pack("!II", total, length)
    return prelude + pack("!I", crc32(prelude))


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (lengths(MOST + 1, 0), "more than"),
        (lengths(15, 0), "do not fit"),
        (lengths(40, 25), "do not fit"),
        (b"data: {}\n\ndata: [DONE]\n\n", "no stream of frames"),
        (framed(b"\x01a\x0a", b""), "headers"),  # no such type
        (framed(b"\x05ab", b""), "headers"),
        (framed(b"\x01a\x07\x00\x09abc", b""), "headers"),
        (framed(b"\x01a\x07\x00", b""), "headers"),
        (framed(b"\x01a\x04\x00", b""), "headers"),
        (framed(b"\x01\xff\x00", b""), "headers"),
        (framed(b"\x01a\x07\x00\x01\xff", b""), "headers"),
    ],
)
def test_what_is_no_frame_breaks_the_stream(stream: bytes, words: str) -> None:
    reader = EventStreamReader()
    assert reader.feed(stream) == []
    assert words in reader.broken
    assert reader.feed(GOOD) == []
    with pytest.raises(UpstreamUnreadable, match=words):
        reader.close()


@pytest.mark.parametrize("size", [1, 11, 12, len(GOOD) - 1])
def test_a_stream_that_ends_within_a_frame_is_broken(size: int) -> None:
    reader = EventStreamReader()
    assert len(reader.feed(GOOD + GOOD[:size])) == 1
    with pytest.raises(UpstreamUnreadable, match="within a frame"):
        reader.close()


def test_a_stream_may_be_empty() -> None:
    assert read([]) == read([b""]) == []


def test_a_large_frame_that_comes_in_pieces_is_put_together_once() -> None:
    payload = bytes(8 * 1024 * 1024)
    large = frame({":event-type": "x"}, payload)
    chunks = [large[start : start + 4096] for start in range(0, len(large), 4096)]

    (found,) = read(chunks)

    assert found.payload == payload


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_no_bytes_make_it_raise_anything_else(chunks: list[bytes]) -> None:
    reader = EventStreamReader()
    for chunk in chunks:
        reader.feed(chunk)
    try:
        reader.close()
    except UpstreamUnreadable:
        assert any(chunks)
