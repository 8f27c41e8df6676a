"""The files of a store: FILE, and FILE-wal and FILE-shm beside it, which SQLite makes with the mode of FILE. All raise OSError."""

import os
from pathlib import Path

_BESIDE = ("", "-wal", "-shm")
_MOST_BROKEN = 3  # that are kept

Identity = tuple[int, int]


def make(path: Path) -> None:
    """The file for its owner alone, in a folder for its owner alone where there was none.

    One that is there is never opened for it: a process that closes a file gives up all its locks of it, those of SQLite too.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        for each in _family(path):
            if each.is_file() and each.stat().st_mode & 0o077:
                each.chmod(0o600)


def identity(path: Path) -> Identity | None:
    """The same as long as it is the same file; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def size(path: Path) -> int:
    """0 where there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def write_ahead(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def move_aside(path: Path) -> Path:
    """Out of the way of a new one, with what belongs to it. The oldest that were moved stay."""
    taken = [path.with_name(f"{path.name}.broken-{number}") for number in range(1, _MOST_BROKEN + 1)]
    aside = next((each for each in taken if not each.exists()), taken[-1])
    for old, new in zip(_family(path), _family(aside), strict=True):
        if old.exists():
            old.replace(new)
        else:
            new.unlink(missing_ok=True)
    return aside


def _family(path: Path) -> list[Path]:
    return [path.with_name(f"{path.name}{end}") for end in _BESIDE]
