"""Undoes content codings (RFC 9110, 8.4.1) piece by piece, with no I/O: gzip, deflate, br and zstd, and rows of them.

What comes out of one step is bounded, whatever goes in: a few bytes can stand for gigabytes.
"""

import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import brotli
import zstandard

from planoai.errors import PlanoError

STEP = 1024 * 1024  # bytes that come out at once, at most
_MOST_CODINGS = 4  # in a row; nobody means more
_ZSTD_WINDOW = 8 * 1024 * 1024  # all that a sender may ask for (RFC 9659)
_ZSTD_SLICE = 128  # bytes; four of them can stand for 128 KiB, and the library has no bound of its own
_MOST_PARTS = (
    4096  # gzip members and zstd frames of one body: empty ones cost time, and give nothing that another limit counts
)
_IDENTITY = ("identity", "")


class _Invalid(Exception):
    """The bytes are not what their coding says."""


class _Stage(Protocol):
    """One coding. `push` adds input, `take` gives the next output, at most about STEP bytes; b"" when it needs more input."""

    touched: bool  # anything was pushed

    @property
    def finished(self) -> bool:
        """The end of the coding has been seen."""

    def push(self, data: bytes) -> None: ...

    def take(self) -> bytes: ...


class Decoder:
    """`failure` makes the error to raise of the end of a sentence about the body, such as "is not valid gzip".

    `codings` are those of `codings_of`, at least one. Raises what `unknown` makes, or else `failure`, for one that is not known.
    """

    __slots__ = ("_failure", "_stages")

    def __init__(
        self,
        codings: Sequence[str],
        failure: Callable[[str], PlanoError],
        unknown: Callable[[str], PlanoError] | None = None,
    ) -> None:
        self._failure = failure
        unknown = unknown or failure
        if len(codings) > _MOST_CODINGS:
            raise unknown(f"has more than {_MOST_CODINGS} content codings")
        for name in codings:
            if name not in _STAGES:
                raise unknown(f"has a content coding that is not known here ({name[:40]!a})")
        # The one applied last is undone first.
        self._stages: list[tuple[str, _Stage]] = [(name, _STAGES[name]()) for name in reversed(codings)]

    def feed(self, data: bytes) -> bytes:
        """Takes `data`, and gives what can be had, at most STEP bytes or a little more. There may be more: ask with b"" until b"" comes."""
        if data:
            self._stages[0][1].push(data)
        return self._take(len(self._stages) - 1)

    def close(self) -> None:
        """The body has ended, and everything was taken. Raises when it was cut short. An empty body is no coding at all, and fine."""
        for name, stage in self._stages:
            if stage.touched and not stage.finished:
                raise self._failure(f"ends before its {name} coding does")

    def _take(self, place: int) -> bytes:
        name, stage = self._stages[place]
        while True:
            try:
                out = stage.take()
            except (_Invalid, zlib.error, brotli.error, zstandard.ZstdError) as error:
                raise self._failure(f"is not valid {name}") from error
            if out or place == 0:
                return out
            before = self._take(place - 1)
            if not before:
                return b""
            stage.push(before)


def codings_of(fields: Iterable[bytes]) -> list[str]:
    """The values of all Content-Encoding fields -> names of codings in the order they were applied, in lower case, without `identity`."""
    names = (name.strip().lower() for value in fields for name in value.decode("latin-1").split(","))
    return [name for name in names if name not in _IDENTITY]


class _Inflated:
    """What gzip and deflate have in common: zlib, fed as far as its output has room."""

    def __init__(self) -> None:
        self.touched = False
        self._input = b""
        self._more = False  # the output was full: zlib may hold more without any input

    def push(self, data: bytes) -> None:
        self.touched = True
        self._input += data

    def _inflate(self, stream: "zlib._Decompress") -> bytes:
        out = stream.decompress(self._input, STEP)
        ended = stream.eof
        self._input = stream.unused_data if ended else stream.unconsumed_tail
        self._more = len(out) == STEP and not ended
        return out


class _Gzip(_Inflated):
    """RFC 1952: members one after another; zeros after the last are padding."""

    def __init__(self) -> None:
        super().__init__()
        self._member = zlib.decompressobj(31)
        self._members = 1

    @property
    def finished(self) -> bool:
        return self._member.eof

    def take(self) -> bytes:
        while self._input or self._more:
            if self._member.eof:
                self._input = self._input.lstrip(b"\0")
                if not self._input:
                    break
                self._member = zlib.decompressobj(31)
                self._members += 1
                if self._members > _MOST_PARTS:
                    raise _Invalid
            if out := self._inflate(self._member):
                return out
        return b""


class _Deflate(_Inflated):
    """The zlib format (RFC 1950), or without it, as some servers have always sent it: the first two bytes tell."""

    def __init__(self) -> None:
        super().__init__()
        self._stream: zlib._Decompress | None = None

    @property
    def finished(self) -> bool:
        return self._stream is not None and self._stream.eof

    def take(self) -> bytes:
        if self._stream is None:
            if len(self._input) < 2:
                return b""
            framed = self._input[0] & 0x8F == 0x08 and int.from_bytes(self._input[:2], "big") % 31 == 0
            self._stream = zlib.decompressobj(15 if framed else -15)
        if not self._input and not self._more:
            return b""
        if self._stream.eof:
            raise _Invalid
        return self._inflate(self._stream)


class _Brotli:
    """RFC 7932."""

    def __init__(self) -> None:
        self.touched = False
        self._input = b""
        self._stream = brotli.Decompressor()
        self._more = False  # it takes more input although it may still hold output: only an empty output tells

    @property
    def finished(self) -> bool:
        return bool(self._stream.is_finished())

    def push(self, data: bytes) -> None:
        self.touched = True
        self._input += data

    def take(self) -> bytes:
        stream = self._stream
        if stream.is_finished():
            if self._input:
                raise _Invalid
            return b""
        data = b""
        if stream.can_accept_more_data():
            data, self._input = self._input, b""
            if not data and not self._more:
                return b""
        out: bytes = stream.process(data, output_buffer_limit=STEP // 2)  # it gives up to twice the limit
        self._more = bool(out)
        return out


class _Zstd:
    """RFC 8878: frames one after another."""

    def __init__(self) -> None:
        self.touched = False
        self._input = memoryview(b"")
        self._output = memoryview(b"")
        self._library = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        self._frame = self._library.decompressobj()
        self._frames = 1

    @property
    def finished(self) -> bool:
        return self._frame.eof

    def push(self, data: bytes) -> None:
        self.touched = True
        self._input = memoryview(bytes(self._input) + data)

    def take(self) -> bytes:
        if not self._output:
            self._output = memoryview(self._decoded())
        taken, self._output = bytes(self._output[:STEP]), self._output[STEP:]
        return taken

    def _decoded(self) -> bytes:
        parts: list[bytes] = []
        size = 0
        while self._input and size < STEP:
            data, self._input = self._input[:_ZSTD_SLICE], self._input[_ZSTD_SLICE:]
            rest: bytes | memoryview = data
            while rest:
                if self._frame.eof:
                    self._frame = self._library.decompressobj()
                    self._frames += 1
                    if self._frames > _MOST_PARTS:
                        raise _Invalid
                part = self._frame.decompress(rest)
                rest = self._frame.unused_data if self._frame.eof else b""
                parts.append(part)
                size += len(part)
        return b"".join(parts)


_STAGES: dict[str, Callable[[], _Stage]] = {
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": _Zstd,
}
