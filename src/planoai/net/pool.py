"""The connections to all upstreams: new ones, and those that wait for their next request."""

import asyncio
from collections import defaultdict

from planoai.errors import ConnectTimeout
from planoai.net.bounds import ClientLimits, Timeouts
from planoai.net.connecting import Connector
from planoai.net.origin import Origin
from planoai.net.tls_connection import TlsUpstreamConnection, read_buffer
from planoai.net.upstream import UpstreamConnection


class Pool:
    """Idle connections are taken last in, first out: the one used last is the least likely to have been closed by the other end."""

    def __init__(self, limits: ClientLimits, connector: Connector) -> None:
        self._limits = limits
        self._connector = connector
        self._loop = asyncio.get_running_loop()
        self._idle: defaultdict[Origin, list[UpstreamConnection]] = defaultdict(list)
        self._open: set[UpstreamConnection] = set()
        self._changed = asyncio.Event()
        self._buffer = read_buffer()
        self._closed = False

    def take(self, origin: Origin) -> UpstreamConnection | None:
        idle = self._idle.get(origin)
        while idle:
            connection = idle.pop()
            if connection.usable:
                return connection
        return None

    def now(self) -> float:
        return self._loop.time()

    def give(self, connection: UpstreamConnection) -> None:
        """Keeps a connection whose answer was read to its end, if it can be used again; closes it otherwise."""
        if not connection.release():
            return
        idle = self._idle[connection.origin]
        if self._closed or len(idle) >= self._limits.idle_connections:
            connection.abort()
        else:
            idle.append(connection)

    def settle(self, connection: UpstreamConnection) -> None:
        """As `give`, but the rest of the answer may still come; until then the connection is in nobody's hands."""
        if self._closed or not connection.settle(self.give):
            self.give(connection)

    async def connect(self, origin: Origin, timeouts: Timeouts, total_at: float) -> UpstreamConnection:
        """A new one. Raises UpstreamUnreachable and ConnectTimeout."""
        if self._closed:
            raise RuntimeError("the client is closed")
        left = total_at - self._loop.time()
        try:
            async with asyncio.timeout(min(timeouts.connect, left)):
                connection = await self._connector.connect(origin, lambda: self._new(origin))
        except TimeoutError as error:
            limit = (
                f"{timeouts.connect:g} s (connect limit)"
                if timeouts.connect <= left
                else f"{timeouts.total:g} s (total limit)"
            )
            raise ConnectTimeout(f"{origin} took no connection within {limit}.") from error
        if not connection.gone:
            self._open.add(connection)
        return connection

    def _new(self, origin: Origin) -> UpstreamConnection:
        if origin.scheme == "https":
            return TlsUpstreamConnection(self._loop, origin, self._limits, self._lost, self._buffer)
        return UpstreamConnection(self._loop, origin, self._limits, self._lost)

    async def close(self) -> None:
        """Cuts everything, and returns when it is gone."""
        self._closed = True
        for connection in self._open:
            connection.abort()
        while self._open:
            self._changed.clear()
            await self._changed.wait()

    def _lost(self, connection: UpstreamConnection) -> None:
        self._open.discard(connection)
        self._changed.set()
        idle = self._idle.get(connection.origin)
        if idle is not None:
            if connection in idle:
                idle.remove(connection)
            if not idle:
                del self._idle[connection.origin]
