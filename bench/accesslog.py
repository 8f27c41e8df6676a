"""Does the access log hold a line for each request, and had the recorder its answer? Read from where we ended last time, over the log's turning."""

import os
import time
from pathlib import Path
from typing import BinaryIO

from bench.script import USAGE
from msgspec import Struct

_STILL = 0.3
"""Seconds without a new line after which none is expected; lines are written at most 0.2 s late."""

_STUCK = 3.0
"""The same while lines are missing."""

_MOST_SECONDS = 60.0

# Quotes and blanks are escaped in what clients send, so that neither mark can stand in a line by their doing.
_LINE = b'"POST /v1/'
_USAGE = b" output_tokens=%d" % USAGE[1]


class Records(Struct, frozen=True):
    """What the log has of so many requests. A line without the usage is of an answer that the recorder did not get whole: a body was dropped.

    None: the log turned over more than once since it was last looked at, and nobody can tell.
    """

    missing: int | None
    without_usage: int | None


class Count(Struct, frozen=True):
    lines: int = 0
    usages: int = 0


class AccessLog:
    """The lines of requests for models, counted as they come. A log that turns over is moved to its name and `.1`."""

    def __init__(self, path: Path, *, still: float = _STILL, stuck: float = _STUCK) -> None:
        self._path = path
        self._still = still
        self._stuck = stuck
        self._file: BinaryIO | None = None
        self._lost = False
        self.count = Count()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def read(self) -> Count | None:
        """What there is by now; None while there is no log."""
        if self._file is None and not self._open():
            return None
        self._read_on()
        if not self._is_at(self._path):
            self._read_on()  # what came after we had read and before it turned
            self._lost = self._lost or not self._is_at(self._path.with_name(self._path.name + ".1"))
            self.close()
            if self._open():
                self._read_on()
        return self.count

    def since(self, before: Count, requests: int) -> Records:
        """Waits until the lines of `requests` are there and no more come; a request that a load generator gave up at its end has a line, too."""
        until = time.monotonic() + _MOST_SECONDS
        last, changed = self.count, time.monotonic()
        while (now := time.monotonic()) < until:
            self.read()
            if self.count != last:
                last, changed = self.count, now
            elif now - changed > (self._still if last.lines - before.lines >= requests else self._stuck):
                break
            time.sleep(0.02)
        lost, self._lost = self._lost, False
        if lost:
            return Records(None, None)
        return Records(
            missing=max(0, requests - (self.count.lines - before.lines)),
            without_usage=max(0, requests - (self.count.usages - before.usages)),
        )

    def _open(self) -> bool:
        try:
            self._file = self._path.open("rb")
        except FileNotFoundError:
            return False
        return True

    def _read_on(self) -> None:
        """Whole lines only: the writer may be in the middle of one."""
        while self._file is not None and (data := self._file.read(1 << 20)):
            whole = data.rfind(b"\n") + 1
            self._file.seek(whole - len(data), os.SEEK_CUR)
            if not whole:
                return
            self.count = Count(
                self.count.lines + data.count(_LINE, 0, whole), self.count.usages + data.count(_USAGE, 0, whole)
            )

    def _is_at(self, path: Path) -> bool:
        """Whether the file that we read is the one of this name."""
        try:
            return self._file is not None and os.path.samestat(os.fstat(self._file.fileno()), path.stat())
        except FileNotFoundError:
            return False
