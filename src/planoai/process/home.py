"""Where a Plano keeps its files, `PLANO_HOME`, and the lock that says whether one runs there."""

import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from planoai.errors import PlanoError

_PRIVATE = 0o700
_PATIENCE = 1.0  # seconds: whoever asks whether the lock is held has it for a moment
_LOOK = 0.02


class Home:
    """The folder and what is in it. `lock` is held by the supervisor for as long as it lives; a process id may have gone to somebody else."""

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
        """The folders, for their owner alone. Raises OSError."""
        for folder in (self.root, self.run, self.logs):
            folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
            if folder.stat().st_mode & 0o077:
                folder.chmod(_PRIVATE)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Makes the folders and holds the lock. Raises PlanoError where another one holds it, OSError where there can be no such files."""
        self.make()
        descriptor = os.open(self.lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not _locked(descriptor):
                raise PlanoError(f"another Plano runs with {self.root}; `planoai down` stops it")
            yield
        finally:
            os.close(descriptor)

    def in_use(self) -> bool:
        """Whether a supervisor lives here."""
        try:
            descriptor = os.open(self.lock, os.O_RDONLY)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False


def _locked(descriptor: int) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_LOOK)
        else:
            return True
