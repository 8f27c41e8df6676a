"""Takes connections from a listening socket that other processes may take from as well.

The accepting of an event loop takes all there is as fast as it can, and says nothing, or too much, when the process is out of file descriptors.
"""

import asyncio
import errno
import logging
import socket
import ssl
from collections.abc import Callable
from functools import partial

from planoai.net.connection import Connection
from planoai.net.service import Service
from planoai.net.share import Share
from planoai.net.tls_connection import TlsConnection, read_buffer

logger = logging.getLogger("planoai.net")

_BATCH = 64  # connections taken before others of this process have their turn
_PATIENCE = 0.005  # seconds that another process, which has fewer connections, gets to take one
_LOOK = 0.001  # and how often we look whether it did
_QUEUE = 2048  # connections that can wait in a socket, and a few that come meanwhile
_PAUSE = 0.25  # seconds without accepting when the system can give us no more connections
_QUIET = 60.0  # seconds between two log lines about that

# Of a client that has left already, or of its network (accept(2)): the next may be sound.
_NAMES = "ECONNABORTED EPROTO ENOPROTOOPT ENETDOWN ENETUNREACH EHOSTDOWN EHOSTUNREACH ENONET EOPNOTSUPP EPERM"
_PASSING = frozenset(getattr(errno, name) for name in _NAMES.split() if hasattr(errno, name))


class Accepting:
    """Accepts from `listener` until `close`, and owns it and what becomes of each connection until its protocol has it."""

    def __init__(self, listener: socket.socket, service: Service, tls: ssl.SSLContext | None) -> None:
        self._listener = listener
        self._service = service
        self._loop = service.loop
        self._share: Share | None = service.share
        self._connect = self._loop.connect_accepted_socket
        self._buffer: memoryview | None = None
        if tls is not None:
            self._buffer = read_buffer()
            self._connect = partial(
                self._connect,
                ssl=tls,
                ssl_handshake_timeout=service.limits.head_seconds,
                ssl_shutdown_timeout=service.limits.write_stall_seconds,  # the connection knows better when
            )
        self._patient_until: float | None = None  # others may go first until then
        self._unclaimed: set[socket.socket] = set()  # accepted; their tasks have not begun
        self._timer: asyncio.TimerHandle | None = None  # while the socket is not watched
        self._quiet_until = 0.0
        listener.setblocking(False)
        self._resume()

    def close(self) -> None:
        """Closes our copy of the socket: who else has one goes on. What waits is taken before, for ours may be the last, and then it would be lost."""
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._listener)
        for _ in range(_QUEUE):
            try:
                self._take(self._listener.accept()[0])
            except OSError as error:
                if error.errno not in _PASSING:
                    break
        self._listener.close()

    def _resume(self) -> None:
        if self._share is not None:
            self._share.enter()
        self._look()

    def _look(self) -> None:
        self._timer = None
        self._accept()
        if self._timer is None:
            self._loop.add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        for _ in range(_BATCH):
            if self._others_first():
                self._rest(_LOOK, self._look)
                return
            try:
                connection, _ = self._listener.accept()
            except (BlockingIOError, InterruptedError):
                self._patient_until = None
                return
            except OSError as error:
                if error.errno in _PASSING:
                    continue
                self._exhausted(error)
                return
            self._patient_until = None
            self._take(connection)

    def _take(self, raw: socket.socket) -> None:
        """Has the connection given to its protocol, after the handshake where there is TLS."""
        self._service.opened()
        service, buffer = self._service, self._buffer
        connection = Connection(service) if buffer is None else TlsConnection(service, buffer)
        self._unclaimed.add(raw)
        arriving = self._loop.create_task(self._bring(raw, connection))
        arriving.add_done_callback(lambda _: self._give_up(raw))
        self._service.arrive(arriving, connection)

    async def _bring(
        self, raw: socket.socket, connection: Connection
    ) -> tuple[asyncio.Transport, asyncio.BaseProtocol]:
        self._unclaimed.discard(raw)  # from here on it is closed by whoever has it
        return await self._connect(lambda: connection, raw)

    def _give_up(self, raw: socket.socket) -> None:
        """Closes it where its task was told to end before it began."""
        if raw in self._unclaimed:
            self._unclaimed.discard(raw)
            raw.close()

    def _others_first(self) -> bool:
        share = self._share
        if share is None or not share.ahead():
            return False
        now = self._loop.time()
        if self._patient_until is None:
            self._patient_until = now + _PATIENCE
        elif now >= self._patient_until:
            share.pass_over()
            return False
        return True

    def _exhausted(self, error: OSError) -> None:
        """What waits stays in the queue of the socket, for us or for others."""
        now = self._loop.time()
        if now >= self._quiet_until:
            self._quiet_until = now + _QUIET
            there = len(self._service.connections)
            logger.error("no connection can be accepted (%s) beside the %d that are open", error.strerror, there)
        if self._share is not None:
            self._share.leave()
        self._rest(_PAUSE, self._resume)

    def _rest(self, seconds: float, then: Callable[[], None]) -> None:
        """The socket is not watched meanwhile: what waits in it would wake us without end."""
        self._loop.remove_reader(self._listener)
        self._timer = self._loop.call_later(seconds, then)
