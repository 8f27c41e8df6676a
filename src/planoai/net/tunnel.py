"""A connection to a proxy, until the proxy has connected it to the host behind (CONNECT: RFC 9110, 9.3.6)."""

import asyncio
from typing import cast

import httptools

from planoai.net.origin import Origin
from planoai.net.proxy import Proxy
from planoai.net.unreachable import unreachable_through

_HEAD_BYTES = 64 * 1024


class Tunnel(asyncio.Protocol):
    """The `on_...` methods are the interface of httptools."""

    def __init__(self, proxy: Proxy, origin: Origin) -> None:
        self._proxy = proxy
        self._origin = origin
        self._parser = httptools.HttpResponseParser(self)
        self._answered: asyncio.Future[int | str] = asyncio.get_running_loop().create_future()
        self._received = 0
        self._status = 0  # of the answer, once its head is here
        self._more = False  # something follows it
        self.transport: asyncio.Transport

    async def open(self) -> None:
        """Returns when what is written goes to the host. Raises UpstreamUnreachable."""
        try:
            self.transport.write(_connect(self._proxy, self._origin))
            outcome = await self._answered
        except BaseException:
            self.transport.abort()
            raise
        finally:
            del self._parser  # it holds our methods, and we hold it
        if outcome != 200:
            self.transport.abort()
            raise unreachable_through(self._proxy, self._origin, outcome)

    # The transport.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self._answered.done():
            self.transport.abort()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._settle("it did not answer CONNECT in HTTP/1.1")
        if self._status == 200 and self._more:  # a host that speaks TLS waits until it is spoken to
            self._settle("it said more than that the tunnel is open")
        elif self._status:
            self._settle(self._status)
        elif self._received > _HEAD_BYTES:
            self._settle(f"the head of its answer is larger than {_HEAD_BYTES} bytes")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio gives it
        self._settle("it closed the connection")

    # The parser.

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= 200:  # an interim answer comes before the real one
            self._status = 200 if status < 300 else status

    def on_body(self, body: bytes) -> None:  # noqa: ARG002 - httptools gives it
        self._more = True

    def _settle(self, outcome: int | str) -> None:
        if not self._answered.done():
            self._answered.set_result(outcome)


def _connect(proxy: Proxy, origin: Origin) -> bytes:
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    place = f"{host}:{origin.port}".encode("ascii")
    return b"CONNECT %b HTTP/1.1\r\nhost: %b\r\n%b\r\n" % (place, place, proxy.credentials)
