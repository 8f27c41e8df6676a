"""Whether the addresses of a config can be had, and who has them: Linux tells, elsewhere that is left out."""

import errno
import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from planoai.config.schema import Config, Listener
from planoai.net.server import listen
from planoai.process.doors import url_host

_PROC = Path("/proc")
_FAMILIES = ("tcp", "tcp6")  # IPv4 and IPv6
_LISTENING = "0A"  # TCP_LISTEN of tcp_states.h


def taken(config: Config, ours: Collection[str], pid: int | None = None) -> Iterator[str]:
    """Problems that begin with a path. `ours` are the URLs of the gateway that is to be replaced, `pid` its supervisor: what is theirs comes free."""
    freed = [(parts.hostname or "", parts.port) for parts in map(urlsplit, ours)]
    for number, listener in enumerate(config.listeners):
        if (listener.address.lower(), listener.port) in freed:
            continue
        try:
            listen(listener.address, listener.port).close()
        except OSError as error:
            hosts = [host for host, port in freed if port == listener.port]
            if error.errno == errno.EADDRINUSE and _only_by(hosts, listener, pid):
                continue
            who = owner(listener.port, but=pid)
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


def owner(port: int, *, but: int | None = None, families: Collection[str] = _FAMILIES) -> str:
    """`python3 (pid 4711)`: who listens on `port`; "" where that can not be known, as of processes of other users.

    Sockets that the process `but` has are passed over, whoever else has them too.
    """
    wanted = {f"socket:[{inode}]" for table in _tables(families) for inode in listening(table, port)}
    if but is not None and wanted:
        wanted.difference_update(_open_files(but))
    for pid in sorted(int(each.name) for each in _PROC.glob("[0-9]*")) if wanted else ():
        if not wanted.isdisjoint(_open_files(pid)):
            try:
                return f"{(_PROC / str(pid) / 'comm').read_text().strip()} (pid {pid})"
            except OSError:  # it has ended since
                continue
    return ""


def _only_by(hosts: Collection[str], listener: Listener, pid: int | None) -> bool:
    """Whether it is one of `hosts`, on which the process `pid` has the same port, that keeps `listener` from its address."""
    if not any(_overlap(host, listener.address) for host in hosts):
        return False
    if not _is_any(listener.address):  # nobody else can have it then
        return True
    # A socket on `::` takes the connections of IPv4 too.
    return not owner(listener.port, but=pid, families=_FAMILIES if ":" in listener.address else ("tcp",))


def _overlap(one: str, other: str) -> bool:
    """Whether a socket on one of these addresses may keep another from the same port of the other. What a name stands for is not looked up."""
    try:
        return _is_any(one) or _is_any(other) or ip_address(one) == ip_address(other)
    except ValueError:
        return True


def _is_any(address: str) -> bool:
    try:
        return ip_address(address).is_unspecified
    except ValueError:
        return False


def _open_files(pid: int) -> Iterator[str]:
    folder = _PROC / str(pid) / "fd"
    with suppress(OSError):  # it has ended, or is not ours to look into
        for each in os.listdir(folder):
            with suppress(FileNotFoundError):  # closed just now
                yield os.readlink(folder / each)


def _tables(families: Collection[str]) -> Iterator[str]:
    for name in families:
        with suppress(OSError):
            yield (_PROC / "net" / name).read_text()
