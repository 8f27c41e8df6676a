"""Whether the addresses of a config can be had, and who has them: Linux tells, elsewhere that is left out."""

import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from planoai.config.schema import Config
from planoai.net.server import listen
from planoai.process.doors import url_host

_PROC = Path("/proc")
_LISTENING = "0A"  # TCP_LISTEN of tcp_states.h


def taken(config: Config, ours: Collection[str]) -> Iterator[str]:
    """Problems that begin with a path. `ours` are the URLs of the gateway that is to be replaced: their ports come free."""
    freed = {url.rpartition(":")[2] for url in ours}
    for number, listener in enumerate(config.listeners):
        if str(listener.port) in freed:
            continue
        try:
            listen(listener.address, listener.port).close()
        except OSError as error:
            who = owner(listener.port)
            reason = (error.strerror or str(error)).lower()
            where = url_host((listener.address, listener.port))
            yield f"listeners[{number}]: {where} can not be bound: {reason}{f', by {who}' if who else ''}"


def listening(table: str, port: int) -> set[str]:
    """The inodes of the sockets that listen on `port`, from the text of /proc/net/tcp or tcp6 (proc(5)). Pure."""
    found = set()
    for line in table.splitlines()[1:]:
        fields = line.split()
        if len(fields) > 9 and fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
            found.add(fields[9])
    return found


def owner(port: int) -> str:
    """`python3 (pid 4711)`: who listens on `port`; "" where that can not be known, as of processes of other users."""
    wanted = {f"socket:[{inode}]" for table in _tables() for inode in listening(table, port)}
    for pid in sorted(int(each.name) for each in _PROC.glob("[0-9]*")) if wanted else ():
        if not wanted.isdisjoint(_open_files(pid)):
            try:
                return f"{(_PROC / str(pid) / 'comm').read_text().strip()} (pid {pid})"
            except OSError:  # it has ended since
                continue
    return ""


def _open_files(pid: int) -> Iterator[str]:
    folder = _PROC / str(pid) / "fd"
    with suppress(OSError):  # it has ended, or is not ours to look into
        for each in os.listdir(folder):
            with suppress(FileNotFoundError):  # closed just now
                yield os.readlink(folder / each)


def _tables() -> Iterator[str]:
    for name in ("tcp", "tcp6"):
        with suppress(OSError):
            yield (_PROC / "net" / name).read_text()
