"""Server-sent events, read from chunks that may be cut anywhere (WHATWG HTML, section 9.2.6).

A line ends with CR, LF or CRLF and an event with a blank line. Bytes stay bytes: whoever reads an event decodes it.
"""

import re

from msgspec import Struct

from planoai.errors import UpstreamUnreadable

MOST_BYTES = 16 * 1024 * 1024  # of one event: far above any answer, low enough to stop a stream that never ends a line

_BLANK_LINE = re.compile(rb"(?:\n|\r\n?+)(?:\n|\r\n?+)")  # possessive: a CRLF is one line end, never two
_CR = 13
_LONGEST_SEAM = 3  # bytes of a blank line that may lie before a cut
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class SseEvent(Struct, frozen=True, gc=False):
    """`raw` is the event as it came, blank line included. A block of comments alone is an event with no `data`."""

    type: str
    data: bytes
    raw: bytes


class SseSplitter:
    """Chunks -> whole events as raw bytes, each with its blank line. Raises UpstreamUnreadable over MOST_BYTES."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []  # of the event that has not ended; joined once, when it does
        self._size = 0
        self._seam = b""
        self._after_cr = False  # the last event ended with a CR at the very end of a chunk: an LF now belongs to it

    def feed(self, chunk: bytes) -> list[bytes]:
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        if self._parts:
            if not _BLANK_LINE.search(self._seam + chunk):
                self._keep(chunk)
                return []
            chunk = self._take() + chunk
        if chunk.endswith(b"\n\n") and _CR not in chunk:  # as nearly all come; the pattern is slower by far
            if len(chunk) > 2 and chunk.rfind(b"\n\n", 0, -1) < 0:  # one event: most upstreams write them one by one
                return [chunk]
            *ended, rest = chunk.split(b"\n\n")
            if not rest:
                return [block + b"\n\n" for block in ended if block]
        blocks = []
        start = 0
        for blank in _BLANK_LINE.finditer(chunk):
            end = blank.end()
            if end - start > len(blank[0]):  # else a blank line too many, which is no event
                blocks.append(chunk[start:end])
            start = end
        if start < len(chunk):
            self._keep(chunk[start:])
        else:
            self._after_cr = chunk.endswith(b"\r")
        return blocks

    def close(self) -> bytes:
        """What is left of an event whose blank line never came."""
        rest = self._take()
        return rest if rest.strip() else b""

    def _keep(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size > MOST_BYTES:
            raise UpstreamUnreadable(f"an event of the upstream's stream is over {MOST_BYTES} bytes")
        self._parts.append(chunk)
        self._seam = (self._seam + chunk)[-_LONGEST_SEAM:]

    def _take(self) -> bytes:
        kept = b"".join(self._parts)
        self._parts, self._size, self._seam = [], 0, b""
        return kept


class SseReader:
    """Feed it chunks as they arrive; an event comes out once its blank line is in. Raises UpstreamUnreadable over MOST_BYTES."""

    def __init__(self) -> None:
        self._splitter = SseSplitter()

    def feed(self, chunk: bytes) -> list[SseEvent]:
        return [parse_event(block) for block in self._splitter.feed(chunk)]

    def close(self) -> list[SseEvent]:
        """What is left at the end of the input counts as an event even without its blank line."""
        rest = self._splitter.close()
        return [parse_event(rest)] if rest else []


def parse_event(raw: bytes) -> SseEvent:
    """One block of lines -> an event. `id` and `retry` are of no use to us; several `data` lines join with LF."""
    kind = b""
    data: list[bytes] = []
    for line in raw.removeprefix(_BYTE_ORDER_MARK).splitlines():
        name, _, value = line.partition(b":")
        if name == b"data":
            data.append(value.removeprefix(b" "))
        elif name == b"event":
            kind = value.removeprefix(b" ")
    return SseEvent(kind.decode("utf-8", "replace"), data[0] if len(data) == 1 else b"\n".join(data), raw)


def frame(data: bytes, event: str = "") -> bytes:
    """One event. `data` is JSON without line breaks."""
    return b"event: %b\ndata: %b\n\n" % (event.encode(), data) if event else b"data: %b\n\n" % data
