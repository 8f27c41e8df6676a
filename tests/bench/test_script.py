"""The scripted provider's bytes: what each API's own library makes of them."""

import json
import re

import pytest
from bench.script import CHUNKS, MARK, SCRIPTS, TEXT, whole_body
from botocore.eventstream import EventStreamBuffer

NOW = 12_345_678_901


def body(chunked: bytes) -> bytes:
    """The chunks of a body, put together (RFC 9112, section 7.1)."""
    found = []
    while chunked:
        size, _, rest = chunked.partition(b"\r\n")
        found.append(rest[: int(size, 16)])
        assert rest[int(size, 16) :].startswith(b"\r\n")
        chunked = rest[int(size, 16) + 2 :]
    return b"".join(found)


def stream(path: bytes) -> bytes:
    script = SCRIPTS[path]
    opening = script.opening.partition(b"\r\n\r\n")[2]
    return body(opening + script.piece(NOW) * CHUNKS + script.closing_with_usage)


@pytest.mark.parametrize("path", SCRIPTS)
def test_every_piece_tells_when_it_was_written(path: bytes) -> None:
    assert [int(mark) for mark in MARK.findall(body(SCRIPTS[path].piece(NOW)))] == [NOW]


@pytest.mark.parametrize("path", [path for path in SCRIPTS if path != b"/model/"])
def test_a_stream_is_events_of_json(path: bytes) -> None:
    data = re.findall(rb"^data: (.*)$", stream(path), re.MULTILINE)

    assert sum(b"and so the answer goes on" in each for each in data) >= CHUNKS
    for each in data:
        assert each == b"[DONE]" or json.loads(each)


def test_a_stream_of_converse_is_frames_that_amazons_library_reads() -> None:
    frames = EventStreamBuffer()
    frames.add_data(stream(b"/model/"))
    read = [(frame.headers[":event-type"], json.loads(frame.payload)) for frame in frames]

    assert [kind for kind, _ in read] == [
        "messageStart",
        *["contentBlockDelta"] * CHUNKS,
        "contentBlockStop",
        "messageStop",
        "metadata",
    ]
    assert read[1][1]["delta"] == {"text": f" and so the answer goes on @{NOW:020d}@"}


@pytest.mark.parametrize("path", SCRIPTS)
def test_a_whole_answer_says_the_text(path: bytes) -> None:
    assert TEXT in json.dumps(json.loads(whole_body(path)))
