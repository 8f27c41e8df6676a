"""The listening sockets of a config. The supervisor keeps them open for as long as they are served, so that no worker's end closes one."""

import errno
import socket

from planoai.config.schema import Config, Listener
from planoai.errors import ConfigError
from planoai.net.server import listen

Address = tuple[str, int]  # host and port, as the config has them


def opened(config: Config, *, port: int | None = None) -> list[socket.socket]:
    """One for each listener, in their order. Raises ConfigError, and then none is open. `port` replaces those of the config; 0 takes a free one."""
    doors: list[socket.socket] = []
    for number, listener in enumerate(config.listeners):
        place = (listener.address, listener.port if port is None else port)
        try:
            doors.append(listen(*place))
        except OSError as error:
            for door in doors:
                door.close()
            raise ConfigError([f"listeners[{number}]: {_unbound(place, error)}"]) from None
    return doors


def places_of(config: Config) -> list[Address]:
    return [(listener.address, listener.port) for listener in config.listeners]


class Doors:
    """Those that are open, by their place."""

    def __init__(self) -> None:
        self._open: dict[Address, socket.socket] = {}

    def take(self, places: list[Address]) -> list[socket.socket]:
        """A socket for each place, new ones where there is none yet. Raises ConfigError with every one that can not be had, and then opens none."""
        fresh: dict[Address, socket.socket] = {}
        problems = []
        for number, place in enumerate(places):
            if place in self._open or place in fresh:
                continue
            try:
                fresh[place] = listen(*place)
            except OSError as error:
                problems.append(f"listeners[{number}]: {self._refused(place, error)}")
        if problems:
            for door in fresh.values():
                door.close()
            raise ConfigError(problems)
        self._open |= fresh
        return [self._open[place] for place in places]

    def keep(self, places: list[Address]) -> None:
        """Closes the others."""
        for place in set(self._open) - set(places):
            self._open.pop(place).close()

    def _refused(self, place: Address, error: OSError) -> str:
        own = next((where for where in self._open if where[1] == place[1]), None)
        if error.errno == errno.EADDRINUSE and own is not None:
            return f"{url_host(own)} is open and keeps {url_host(place)} from being bound; `planoai down` and `up` change the address of a port"
        return _unbound(place, error)


def url_host(place: Address) -> str:
    """RFC 3986, 3.2.2: an address of IPv6 stands in brackets."""
    host, port = place
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def url(listener: Listener) -> str:
    return f"{'http' if listener.tls is None else 'https'}://{url_host((listener.address, listener.port))}"


def _unbound(place: Address, error: OSError) -> str:
    return f"{url_host(place)} can not be bound: {(error.strerror or str(error)).lower()}"
