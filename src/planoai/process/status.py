"""What a supervisor says of itself in the file `plano.pid`, for `down`, `reload` and whoever else looks."""

import os
from hashlib import sha256
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from planoai.process.home import Home

_DIGITS = 12  # of a digest, to tell one text of a file from another

State = Literal["starting", "serving", "draining"]


class Reloads(Struct, frozen=True):
    """`asked`: how many were asked for; `number`: how many of those are done or refused. `problems` are those of the last; none: it is served."""

    asked: int = 0
    number: int = 0
    problems: tuple[str, ...] = ()


class Status(Struct, frozen=True, kw_only=True):
    """`pid` is the supervisor's, `started` seconds since the epoch, `listeners` URLs; `workers` and `recorder` are process ids.

    `digest`: of the text of the config that is served; "" before one is. `waiting`: requests that still run in workers which take no new ones.
    `shutdown_timeout`: seconds they may take.
    """

    pid: int
    started: float
    config: str
    digest: str = ""
    state: State = "starting"
    listeners: tuple[str, ...] = ()
    workers: tuple[int, ...] = ()
    recorder: int | None = None
    waiting: int = 0
    shutdown_timeout: float = 0.0
    reload: Reloads = Reloads()


def write(path: Path, status: Status) -> None:
    """Whoever reads the file sees all of the old or all of the new. Raises OSError."""
    beside = path.with_suffix(".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(status), indent=2) + b"\n")
    beside.replace(path)


def read(home: Home) -> Status | None:
    """None where no supervisor lives, whatever file one has left; or where it has said nothing yet.

    `pid` of one that runs in another container is what that container calls it: only `home.holder` names a process that may be sent a signal.
    """
    holder = home.holder()
    if holder is None:
        return None
    try:
        found = msgspec.json.decode(home.status.read_bytes(), type=Status)
    except (OSError, msgspec.MsgspecError):
        return None
    return found if holder in (found.pid, 0) else None


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:_DIGITS]


def digest_of(file: Path) -> str | None:
    """What `digest` would be if the config were served as it is now; None where it can not be read, and nobody waits for a pipe."""
    try:
        return digest(file.read_text(encoding="utf-8")) if file.is_file() else None
    except (OSError, UnicodeDecodeError):
        return None
