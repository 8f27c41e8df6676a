"""The HTTP/1.1 client: a request to an origin, an answer whose body is taken as it comes."""

import asyncio
import ssl
from collections.abc import Coroutine, Sequence
from functools import lru_cache
from math import inf
from types import TracebackType
from typing import Self

from planoai.errors import UpstreamClosed, UpstreamUnreadable
from planoai.net.addresses import Resolve
from planoai.net.arrival import Arrived
from planoai.net.bounds import ClientLimits, Timeouts
from planoai.net.connecting import Connector
from planoai.net.decoding import Decoder, codings_of
from planoai.net.headers import Headers
from planoai.net.lookups import Lookups
from planoai.net.origin import Origin
from planoai.net.pool import Pool
from planoai.net.proxy import Proxies, Proxy
from planoai.net.unreachable import PROXY_AUTHENTICATION_REQUIRED, unreachable_through
from planoai.net.upstream import UpstreamConnection
from planoai.net.wire import header_lines, request_line

__all__ = ["Client", "ClientLimits", "Origin", "Response", "Timeouts"]

_DEFAULT_TIMEOUTS = Timeouts()
_BODY_LIMIT = 100 * 1024 * 1024
_WITHOUT_BODY = frozenset(
    ("GET", "HEAD", "DELETE", "OPTIONS", "TRACE")
)  # an empty body of these needs no content-length
_OF_A_CODED_BODY = frozenset((b"content-encoding", b"content-length"))


class Response:
    """An answer, from the end of its head on. Leaving its `with` keeps a connection that was read to its end, and closes any other.

    A content coding is undone here, so `headers` tell neither of it nor of the length that the body had with it. `replayed` says that a connection had
    ended over the request before, and that it was sent twice.
    """

    __slots__ = ("_codings", "_connection", "_decoder", "_pool", "_settling", "headers", "replayed", "status")

    def __init__(self, connection: UpstreamConnection, pool: Pool, *, replayed: bool) -> None:
        self.status: int = connection.status
        self.replayed = replayed
        self.headers: Headers = connection.headers
        self._connection: UpstreamConnection | None = connection
        self._pool = pool
        self._settling = False
        self._codings: list[str] = []
        self._decoder: Decoder | None = (
            None  # made when the body is asked for: a status can be told whatever the body is
        )
        if self.headers.get(b"content-encoding") is not None:
            self._codings = codings_of(self.headers.all(b"content-encoding"))
            self.headers = Headers([pair for pair in self.headers if pair[0] not in _OF_A_CODED_BODY])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._settling:
            self._pool.settle(connection)
        else:
            self._pool.give(connection)

    def settle(self) -> None:
        """Nobody wants the rest of the body, which is about to end: leaving the `with` keeps a connection on which that end comes soon.

        Nothing waits for it, no task either; `ClientLimits` say how soon.
        """
        self._settling = True

    def extend(self, total: float | None) -> None:
        """From now on another total limit holds, still counted from the call of `send`; None: none."""
        if self._connection is not None:
            self._connection.extend(total)

    def chunk(self) -> Coroutine[None, None, bytes]:
        """What has come of the body since the last call, at least one byte; b"" at the end. Of a compressed body at most about 1 MiB.

        Raises UpstreamClosed, UpstreamTimeout and UpstreamUnreadable, after all that came before.
        """
        connection = self._connection
        if connection is None:
            raise RuntimeError("the answer has been left")
        return self._decoded(connection) if self._codings else connection.chunk()

    async def body(self, limit: int = _BODY_LIMIT) -> bytes:
        """The rest of the body, of at most `limit` bytes once they are decoded. Raises what `chunk` raises."""
        chunks: list[bytes] = []
        size = 0
        connection = self._connection
        if connection is None:
            raise RuntimeError("the answer has been left")
        while self._codings or not connection.complete:
            chunk = await self.chunk()
            if not chunk:
                break
            size += len(chunk)
            if size > limit:
                raise UpstreamUnreadable(f"The answer of the upstream is larger than {limit} bytes.")
            chunks.append(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    async def _decoded(self, connection: UpstreamConnection) -> bytes:
        decoder = self._decoder
        if decoder is None:
            decoder = self._decoder = Decoder(
                self._codings, lambda what: UpstreamUnreadable(f"The body of {connection.origin}'s answer {what}.")
            )
        out = decoder.feed(b"")
        if out:  # a few bytes can stand for very many: others get their turn between
            await asyncio.sleep(0)
        while not out:
            coded = await connection.chunk()
            if not coded:
                decoder.close()
                break
            out = decoder.feed(coded)
        return out


class Client:
    """Open while its `async with` runs; leaving it cuts what is still open.

    `verify` replaces the system's certificate authorities, `resolve` the way in which host names are looked up.
    """

    def __init__(
        self,
        limits: ClientLimits | None = None,
        verify: ssl.SSLContext | None = None,
        *,
        proxies: Proxies | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        self._limits = limits or ClientLimits()
        self._connector = Connector(verify, proxies or Proxies(), resolve or Lookups())
        self._pool: Pool | None = None

    async def __aenter__(self) -> Self:
        self._pool = Pool(self._limits, self._connector)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    async def send(
        self,
        origin: Origin,
        method: str,
        target: str,
        headers: Sequence[tuple[bytes, bytes]],
        body: bytes = b"",
        timeouts: Timeouts = _DEFAULT_TIMEOUTS,
    ) -> Response:
        """Returns at the end of the answer's head; use what it returns in a `with` at once.

        `host` (unless given) and the fields that frame the message are added here; the latter are refused from the caller with ValueError.
        Raises UpstreamUnreachable, UpstreamTimeout, UpstreamClosed and UpstreamUnreadable. A kept connection that ends before anything of the
        answer came is replaced by a new one, once, if the upstream cannot have done the work (RFC 9112, 9.3.1); see `Arrived`.
        """
        pool = self._pool
        if pool is None:
            raise RuntimeError("the client is not open")
        proxy = self._connector.asked_for(origin)
        message = _message(origin, method, target, headers, body, proxy)
        head_only = method == "HEAD"
        total_at = inf if timeouts.total is None else pool.now() + timeouts.total
        replayed = False
        connection = pool.take(origin)
        if connection is not None:
            sent = pool.now()
            try:
                await connection.exchange(message, timeouts, total_at, head_only=head_only)
            except UpstreamClosed:
                if not self._came_too_late(connection, sent, pool.now()):
                    raise
                replayed, connection = True, None
        if connection is None:
            connection = await pool.connect(origin, timeouts, total_at)
            await connection.exchange(message, timeouts, total_at, head_only=head_only)
        if proxy is not None and connection.status == PROXY_AUTHENTICATION_REQUIRED:
            connection.abort()
            raise unreachable_through(proxy, origin, PROXY_AUTHENTICATION_REQUIRED)
        return Response(connection, pool, replayed=replayed)

    def _came_too_late(self, connection: UpstreamConnection, sent: float, ended: float) -> bool:
        """What is known tells; else an end that comes at once after a rest is one for idleness, at which the upstream read no more."""
        if connection.arrived is not Arrived.UNKNOWN:
            return connection.arrived is Arrived.NO
        limits = self._limits
        return ended - sent < limits.stale_seconds and sent - connection.rests_since >= limits.rested_seconds


def _message(
    origin: Origin,
    method: str,
    target: str,
    headers: Sequence[tuple[bytes, bytes]],
    body: bytes,
    proxy: Proxy | None,
) -> bytes:
    """`proxy` is one that is to fetch the target, which has to be told whole then (RFC 9112, 3.2.2)."""
    host = _host_line(origin)
    for name, _ in headers:
        if name == b"host":
            host = b""
    if proxy is not None:
        target = f"{origin}{target}"
        host += proxy.credentials
    length = b"\r\n" if not body and method in _WITHOUT_BODY else b"content-length: %d\r\n\r\n" % len(body)
    return b"".join((request_line(method, target), host, header_lines(headers), length, body))


@lru_cache(maxsize=512)
def _host_line(origin: Origin) -> bytes:
    return b"host: %b\r\n" % origin.authority.encode("ascii")
