"""The HTTP/1.1 server: sockets in, one call of the handler for each request, and an orderly end."""

import asyncio
import errno
import socket
import ssl
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from planoai.net.accepting import Accepting
from planoai.net.limits import Limits
from planoai.net.refusal import Refusal, Refuse, Refused, refuse_in_json
from planoai.net.reply import Reply
from planoai.net.request import Request
from planoai.net.service import Handler, Service
from planoai.net.share import Share

__all__ = ["Handler", "Limits", "Refusal", "Refuse", "Refused", "Reply", "Request", "Server", "Share", "listen"]

_BACKLOG = 1024


def listen(host: str, port: int) -> socket.socket:
    """A listening, non-blocking socket on a name or an address, IPv4 or IPv6; port 0 takes a free one. Raises OSError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except UnicodeError as error:  # IDNA cannot encode it
        sentence = "the host is not a name: each part between its dots has 1 to 63 characters"
        raise OSError(errno.EINVAL, sentence) from error
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setblocking(False)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


class Server:
    """Serves while its `async with` runs, and closes the sockets it was given. Other processes may accept from the same ones: `share` tells them how
    many connections are open here, and keeps this process from taking theirs. It outlives the server. With `tls` nothing else is spoken.

    Leaving it drains: it stops accepting and answers what runs with `connection: close`. An idle connection may begin one more request for
    `idle_grace_seconds`, so that a keep-alive client which sends just then loses nothing. What is not done after `drain_seconds`, from `drain` on, is cut.

    `refuse` writes header fields and body of what is answered without the handler: to the target of the request as it came, empty where it is
    not known, and to the Refusal with its status, code and message. `refused` is called for each of those that no handler ever saw, with the same
    target and Refusal, the address of the client, and the header fields it was answered with.
    """

    def __init__(
        self,
        handler: Handler,
        sockets: Sequence[socket.socket],
        limits: Limits | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        share: Share | None = None,
        drain_seconds: float = 5.0,
        idle_grace_seconds: float = 0.0,
        refuse: Refuse | None = None,
        refused: Refused | None = None,
    ) -> None:
        self._handler = handler
        self._sockets = tuple(sockets)
        self._limits = limits or Limits()
        self._drain_seconds = drain_seconds
        self._idle_grace_seconds = idle_grace_seconds
        self._refuse = refuse or refuse_in_json
        self._refused = refused
        self._tls = tls
        self._share = share
        self._accepting: list[Accepting] = []
        self.addresses: list[tuple[str, int]] = [each.getsockname()[:2] for each in sockets]

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._service = Service(self._handler, self._limits, loop, self._refuse, self._share, self._refused)
        self._accepting = [Accepting(each, self._service, self._tls) for each in self._sockets]
        return self

    @property
    def running(self) -> int:
        """Requests in the hands of the handler."""
        service = self._service
        return len(service.leaving) + sum(each.task is not None for each in service.connections)

    def drain(self) -> None:
        """What leaving begins with, for who has more than one server to leave. The second call does nothing."""
        service = self._service
        if service.draining:
            return
        for each in self._accepting:
            each.close()
        if service.share is not None:
            service.share.leave()
        service.draining = True
        self._drain_until = service.loop.time() + self._drain_seconds
        service.idle_seconds = self._idle_grace_seconds
        for connection in list(service.connections):
            connection.drain()

    def cut(self) -> None:
        """Drains, and ends what runs."""
        self.drain()
        service = self._service
        for connection in list(service.connections):
            connection.kill()
        for task in service.leaving | service.arriving.keys():
            task.cancel()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drain()
        try:
            async with asyncio.timeout_at(self._drain_until):
                await self._gone()
        except TimeoutError:
            pass
        finally:
            self.cut()
            await self._gone()

    async def _gone(self) -> None:
        service = self._service
        while service.connections or service.leaving or service.arriving:
            service.changed.clear()
            await service.changed.wait()
