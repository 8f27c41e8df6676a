"""Whether the addresses of a config can be had, who has them, and what there is to do."""

import errno
from collections.abc import Collection, Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from planoai.cli.holders import FAMILIES, holder
from planoai.config.load import Loaded
from planoai.config.schema import Config, Listener
from planoai.net.server import listen
from planoai.process.doors import url_host

_TODO = {
    errno.EADDRNOTAVAIL: "; it is no address of this machine: `127.0.0.1` is one, `0.0.0.0` stands for all it has",
    errno.EACCES: "; ports under 1024 are not for everybody: a higher one is",
}


_NEIGHBOURS = 20  # ports that are tried for one that is free


def told(loaded: Loaded, ours: Collection[str], pid: int | None = None, *, written: bool = True) -> Iterator[str]:
    """What `taken` finds, for somebody who has `written` the config, and can change it there, or has not."""
    if written:
        yield from map(loaded.located, taken(loaded.config, ours, pid))
        return
    for problem in taken(loaded.config, ours, pid, otherwise=_other_port(loaded.config)):
        yield problem.partition(": ")[2]


def taken(
    config: Config, ours: Collection[str], pid: int | None = None, *, otherwise: str = "write another `port`"
) -> Iterator[str]:
    """Problems that begin with a path. `ours` are the URLs of the gateway that is to be replaced, `pid` its supervisor: what is theirs comes free.

    `otherwise`: what there is to do where another program has the port, and is to keep it.
    """
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
            reason = (error.strerror or str(error)).lower()
            where = url_host((listener.address, listener.port))
            yield f"listeners[{number}]: {where} can not be bound: {reason}{_more(error, listener, pid, otherwise)}"


def _other_port(config: Config) -> str:
    """The words that take the nearest port that is free."""
    [listener] = config.listeners
    near = range(listener.port + 1, min(listener.port + _NEIGHBOURS, 65536))
    free = next((port for port in near if _is_free(listener.address, port)), "PORT")
    return f"take another port: `planoai up --listener-port {free}`"


def _is_free(address: str, port: int) -> bool:
    try:
        listen(address, port).close()
    except OSError:
        return False
    return True


def _more(error: OSError, listener: Listener, pid: int | None, otherwise: str) -> str:
    """Who is in the way, and what there is to do."""
    if error.errno != errno.EADDRINUSE:
        return _TODO.get(error.errno or 0, "")
    found = holder(listener.port, but=pid)
    return f", by {found.told}; or {otherwise}" if found else f"; {otherwise}"


def _only_by(hosts: Collection[str], listener: Listener, pid: int | None) -> bool:
    """Whether it is one of `hosts`, on which the process `pid` has the same port, that keeps `listener` from its address."""
    if not any(_overlap(host, listener.address) for host in hosts):
        return False
    if not _is_any(listener.address):  # nobody else can have it then
        return True
    # A socket on `::` takes the connections of IPv4 too.
    return holder(listener.port, but=pid, families=FAMILIES if ":" in listener.address else ("tcp",)) is None


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
