"""A log that keeps within bounds: two files at most, readable by their owner alone."""

import os
from pathlib import Path

MOST_BYTES = 64 * 1024 * 1024  # of one file


class LogFile:
    """Appends to `path`. A file that is full becomes PATH.1, in place of the one before; one that was moved away or deleted is begun anew.

    Every method but `close` raises OSError.
    """

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES) -> None:
        self._path = path
        self._most = most_bytes
        self._torn = False  # the last line was written in part: the disk was full
        self._open()

    def append(self, lines: bytes) -> None:
        """Whole lines. What does not fit on the disk is lost, and ends no line of those that do."""
        if self._moved():
            self._begin_anew()
        if self._size and self._size + len(lines) > self._most:
            os.replace(self._path, f"{self._path}.1")
            self._begin_anew()
        rest = memoryview(b"\n" + lines if self._torn else lines)
        while rest:
            written = os.write(self._descriptor, rest)
            self._size += written
            rest = rest[written:]
            self._torn = bool(rest)

    def close(self) -> None:
        os.close(self._descriptor)

    def _begin_anew(self) -> None:
        """The file there was stays open until there is another."""
        before = self._descriptor
        self._path.parent.mkdir(mode=0o700, exist_ok=True)
        self._open()
        os.close(before)
        self._torn = False

    def _open(self) -> None:
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.fchmod(self._descriptor, 0o600)  # it may have been there
        found = os.fstat(self._descriptor)
        self._size = found.st_size
        self._identity = (found.st_dev, found.st_ino)

    def _moved(self) -> bool:
        try:
            found = os.stat(self._path)
        except FileNotFoundError:
            return True
        return (found.st_dev, found.st_ino) != self._identity
