"""A log file that others write: its last lines, and what comes after them, whatever is done to the file."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from planoai.cli.logs.tail import Lines, last_lines

_BLOCK = 1 << 16


class Followed:
    """The log at `path`. One that is moved away or removed is read to its end, and then the new one at `path` from its start; one that
    was cut short is read from its start again.

    A log that shrank and grew past its old size between two looks can not be told from one that only grew.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self.path = path
        self._file: BinaryIO = path.open("rb")
        self._lines = Lines()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def tail(self, count: int) -> bytes:
        """The last `count` lines there are; reading goes on behind them. The last line may not have ended: `end` has it."""
        size = self._file.seek(0, os.SEEK_END)
        last = last_lines(_backwards(self._file, size), count)
        self._file.seek(size)
        return self._lines.feed(last)

    def read(self) -> bytes:
        """Lines that have ended since the last call, from a block of the file at most; b"" when there are none for now."""
        if chunk := self._file.read(_BLOCK):
            return self._lines.feed(chunk)
        return self._renewed()

    def end(self) -> bytes:
        """The line that has not ended."""
        return self._lines.end()

    def _renewed(self) -> bytes:
        """Goes over to the file that is at `path` now, when ours is at its end. What was held of ours is a line then."""
        ours = os.fstat(self._file.fileno())
        if ours.st_size < self._file.tell():
            self._file.seek(0)
            return self._lines.end()
        try:
            if os.path.samestat(self.path.stat(), ours):
                return b""
            fresh = self.path.open("rb")
        except OSError:  # moved away, and no new one yet
            return b""
        last = (
            self._lines.feed(self._file.read()) + self._lines.end()
        )  # written after we last read, before it was moved
        self._file.close()
        self._file = fresh
        return last


def _backwards(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The first `size` bytes, in blocks from their end to their start."""
    for end in range(size, 0, -_BLOCK):
        start = max(end - _BLOCK, 0)
        file.seek(start)
        yield file.read(end - start)
