"""What was fetched and is kept in PLANO_HOME for the next start."""

import os
from collections.abc import Callable
from logging import Logger
from pathlib import Path
from tempfile import mkstemp
from typing import TypeVar

T = TypeVar("T")


def read(file: Path, decoded: Callable[[bytes], T], log: Logger, command: str) -> T | None:
    """None where there is no file, or none that can be read: nothing is refused for that. `command` writes it anew."""
    try:
        return decoded(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        log.warning("%s is left out: %s", file, (error.strerror or str(error)).lower())
    except ValueError as error:
        log.warning("%s is left out: %s; `%s` writes it anew", file, error, command)
    return None


def write(file: Path, data: bytes) -> None:
    """Whoever reads the file sees all of the old or all of the new, and nobody but its owner sees any; also where others write it now. Raises OSError."""
    descriptor, beside = mkstemp(prefix=f".{file.name}-", dir=file.parent)  # nobody else's, and for its owner alone
    try:
        with open(descriptor, "wb") as written:
            written.write(data)
        os.replace(beside, file)
    except BaseException:
        os.unlink(beside)
        raise
