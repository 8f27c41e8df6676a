"""Frames of `application/vnd.amazon.eventstream`: bytes in, frames out.

All numbers are big-endian: the length of the frame, the length of its headers, a checksum of these two; then the headers, the payload, and a
checksum of all before it (https://smithy.io/2.0/aws/amazon-eventstream.html).
"""

import struct
from collections.abc import Iterator, Mapping
from functools import lru_cache
from zlib import crc32

from msgspec import Struct

from planoai.errors import UpstreamUnreadable

MOST = 16 * 1024 * 1024  # bytes of a frame

_PRELUDE = struct.Struct("!III")
_CHECKSUM = struct.Struct("!I")
_LENGTH = struct.Struct("!H")
_AROUND = _PRELUDE.size + _CHECKSUM.size  # bytes of a frame that are neither headers nor payload

_STRING = 7
_SIZES = {
    0: 0,
    1: 0,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    8: 8,
    9: 16,
}  # of a header's value, by its type: true, false, numbers, time, UUID
_BYTES = 6

_REMEMBERED = 256  # headers of frames: those of one kind of event are always the same
_WORTH_REMEMBERING = 512  # bytes


class Frame(Struct, frozen=True, gc=False):
    """`headers` has those whose value is text. It is shared among frames: nobody may change it."""

    headers: Mapping[str, str]
    payload: bytes


class EventStreamReader:
    """Feed it chunks as they arrive; a frame comes out once its last byte is in.

    `broken` says why nothing can be read any more; nothing comes out then. The frames before the broken one have come out.
    """

    def __init__(self) -> None:
        self.broken = ""
        self._parts: list[bytes] = []  # of the frame that has not ended; joined once, when it does
        self._size = 0  # bytes of them
        self._needed = _PRELUDE.size  # bytes before anything can be said

    def feed(self, chunk: bytes) -> list[Frame]:
        if self.broken:
            return []
        self._parts.append(chunk)
        self._size += len(chunk)
        if self._size < self._needed:
            return []
        data = b"".join(self._parts)
        frames = list(self._frames(data))
        rest = self._size
        self._parts = [data[-rest:]] if rest and not self.broken else []
        return frames

    def close(self) -> None:
        """Raises UpstreamUnreadable where the bytes did not end with a frame."""
        if self.broken:
            raise UpstreamUnreadable(self.broken)
        if self._size:
            raise UpstreamUnreadable("the upstream's stream ends within a frame")

    def _frames(self, data: bytes) -> Iterator[Frame]:
        """Leaves in `_size` how much at the end of `data` is not read yet."""
        start = 0
        while not self.broken:
            self._size = len(data) - start
            self._needed = _PRELUDE.size
            if self._size < self._needed:
                return
            total, length, checksum = _PRELUDE.unpack_from(data, start)
            self.broken = _wrong(data[start : start + 8], total, length, checksum)
            if self.broken:
                return
            self._needed = total
            if self._size < total:
                return
            end = start + total - _CHECKSUM.size
            if _CHECKSUM.unpack_from(data, end)[0] != crc32(memoryview(data)[start:end]):
                self.broken = "a frame of the upstream's stream has a wrong checksum"
                return
            place = start + _PRELUDE.size
            block = data[place : place + length]
            try:
                headers = _known_headers(block) if length <= _WORTH_REMEMBERING else _headers(block)
            except (struct.error, IndexError, KeyError, UnicodeDecodeError):
                self.broken = "a frame of the upstream's stream has headers that can not be read"
                return
            yield Frame(headers, data[place + length : end])
            start += total


def _wrong(lengths: bytes, total: int, length: int, checksum: int) -> str:
    """What is wrong with a frame that begins so; nothing where it may be a frame."""
    if checksum != crc32(lengths):
        return "the upstream's stream is no stream of frames, or one of them has a wrong checksum"
    if total > MOST:
        return f"a frame of the upstream's stream has {total} bytes, more than {MOST}"
    if total < _AROUND or length > total - _AROUND:
        return "a frame of the upstream's stream has lengths that do not fit together"
    return ""


def _headers(block: bytes) -> dict[str, str]:
    """Raises one of several errors for what are no headers."""
    headers = {}
    place = 0
    while place < len(block):
        start = place + 1 + block[place]
        name, kind = block[place + 1 : start].decode(), block[start]
        place = start + 1
        if kind in (_STRING, _BYTES):
            (size,) = _LENGTH.unpack_from(block, place)
            place += _LENGTH.size
        else:
            size = _SIZES[kind]
        if place + size > len(block):
            raise IndexError
        if kind == _STRING:
            headers[name] = block[place : place + size].decode()
        place += size
    return headers


_known_headers = lru_cache(_REMEMBERED)(_headers)
