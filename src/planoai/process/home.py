"""Where a Plano keeps its files, `PLANO_HOME`, and the lock that says whether one runs there."""

import fcntl
import os
import stat
import struct
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from planoai.errors import PlanoError

_PRIVATE = 0o700
_PATIENCE = 1.0  # seconds: one that was killed has to be scheduled once more to let go
_LOOK = 0.02

# struct flock of fcntl(2), and where its l_type and l_pid stand in it.
_FLOCK, _TYPE, _PID = ("hhqqi4x", 0, 4) if sys.platform == "linux" else ("qqihh", 3, 2)
_held: set[Path] = set()  # by this process, to which the kernel does not show its own locks


class Home:
    """The folder and what is in it. `lock` is held by the supervisor for as long as it lives; a process id may have gone to somebody else.

    It is a lock of POSIX (fcntl(2)): a process that closes the file, however often it had opened it, has let go. So nobody opens it who holds it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.run = root / "run"
        self.logs = self.run / "logs"
        self.lock = self.run / "plano.lock"
        self.status = self.run / "plano.pid"
        self.log = self.logs / "plano.log"

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Home":
        """`PLANO_HOME`, else `~/.plano`."""
        return cls(Path(environ.get("PLANO_HOME") or "~/.plano").expanduser().absolute())

    def make(self) -> None:
        """The folders, for their owner alone; a root that was there stays as it is, for it may be anything. Raises OSError."""
        self.root.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        for folder in (self.run, self.logs):
            folder.mkdir(mode=_PRIVATE, exist_ok=True)
            if folder.stat().st_mode & 0o077:
                folder.chmod(_PRIVATE)

    def is_open_to_others(self) -> bool:
        """Whether others can put another folder in the place of ours. Raises OSError."""
        mode = self.root.stat().st_mode
        return bool(mode & 0o022) and not mode & stat.S_ISVTX

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Makes the folders and holds the lock; whether one before has left its status behind, which is removed.

        Raises PlanoError where another one holds it, OSError where there can be no such files.
        """
        self.make()
        if self.lock in _held:
            raise self._taken()
        descriptor = os.open(self.lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not _locked(descriptor):
                raise self._taken()
            _held.add(self.lock)
            left = self.status.exists()
            self.status.unlink(missing_ok=True)
            yield left
        finally:
            _held.discard(self.lock)
            os.close(descriptor)

    def holder(self) -> int | None:
        """The process id of the supervisor that lives here, None where none does; 0 where it can not be seen from here, as from another container."""
        if self.lock in _held:
            return os.getpid()
        try:
            descriptor = os.open(self.lock, os.O_RDONLY)
        except OSError:
            return None
        try:
            asked = [0] * 5
            asked[_TYPE] = fcntl.F_WRLCK
            found = struct.unpack(_FLOCK, fcntl.fcntl(descriptor, fcntl.F_GETLK, struct.pack(_FLOCK, *asked)))
        finally:
            os.close(descriptor)
        return None if found[_TYPE] == fcntl.F_UNLCK else max(found[_PID], 0)

    def in_use(self) -> bool:
        """Whether a supervisor lives here."""
        return self.holder() is not None

    def _taken(self) -> PlanoError:
        return PlanoError(f"another Plano runs with {self.root}; `planoai down` stops it")


def _locked(descriptor: int) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):  # POSIX leaves it to the system which one says that it is held
            if time.monotonic() >= deadline:
                return False
            time.sleep(_LOOK)
        else:
            return True
