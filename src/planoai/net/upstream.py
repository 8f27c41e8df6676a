"""One connection to an upstream: a request out, the head of its answer and then its body in, again and again."""

import asyncio
from collections.abc import Callable
from enum import Enum, auto
from math import inf
from typing import cast

import httptools
from msgspec import structs

from planoai.errors import PlanoError, UpstreamClosed, UpstreamTimeout, UpstreamUnreadable
from planoai.net.arrival import Arrived, arrived
from planoai.net.bounds import ClientLimits, Timeouts
from planoai.net.deadline import Deadline
from planoai.net.headers import Headers
from planoai.net.origin import Origin


class Phase(Enum):
    IDLE = auto()
    HEAD = auto()
    BODY = auto()
    REST = auto()  # of a body that nobody wants
    DONE = auto()


# To find one in its class takes CPython 3.11 60 ns, and a piece of a stream asks for seven.
_IDLE, _HEAD, _BODY, _REST, _DONE = Phase

_FRAMING = frozenset((b"content-length", b"transfer-encoding"))


class UpstreamConnection(asyncio.BaseProtocol):
    """The `on_...` methods are the interface of httptools. `lost` is called once, when the connection has gone."""

    __slots__ = (
        "_chunks",
        "_deadline",
        "_ended",
        "_failure",
        "_framed",
        "_head_only",
        "_keep_alive",
        "_limits",
        "_loop",
        "_lost",
        "_pairs",
        "_parser",
        "_paused",
        "_pending",
        "_phase",
        "_settled",
        "_since",
        "_size",
        "_socket",
        "_spoiled",
        "_timeouts",
        "_total_at",
        "_transport",
        "_unsent",
        "_waiter",
        "arrived",
        "gone",
        "headers",
        "heard",
        "origin",
        "rests_since",
        "status",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        origin: Origin,
        limits: ClientLimits,
        lost: Callable[["UpstreamConnection"], None],
    ) -> None:
        self.origin = origin
        self.status = 0
        self.headers = Headers([])
        self.heard = False  # anything of the answer has come
        self.arrived = Arrived.YES  # the request that got no answer
        self.gone = False
        self.rests_since = 0.0  # time of the loop
        self._loop = loop
        self._limits = limits
        self._lost = lost
        self._deadline = Deadline(loop, self._expired)
        self._parser = httptools.HttpResponseParser(self)
        self._phase = _IDLE
        self._pairs: list[tuple[bytes, bytes]] = []
        self._since = 0  # bytes fed since the last byte of a body: what the parser may be holding
        self._framed = False  # the body has an end of its own, not that of the connection
        self._head_only = False
        self._keep_alive = False
        self._spoiled = False  # more came than was asked for
        self._chunks: list[bytes] = []
        self._pending = 0
        self._paused = False
        self._settled: Callable[[UpstreamConnection], None] | None = None  # whom to tell that the rest has come
        self._ended = False  # the other end has sent its last byte
        self._failure: PlanoError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._timeouts = Timeouts()
        self._total_at = inf
        self._unsent = 0
        self._size = 0  # of the request

    async def exchange(self, message: bytes, timeouts: Timeouts, total_at: float, *, head_only: bool) -> None:
        """Sends a whole request and returns when the head of the answer is here; whatever goes wrong closes the connection.

        `total_at` is a time of the loop's clock. Raises UpstreamTimeout, UpstreamClosed and UpstreamUnreadable.
        """
        self._phase = _HEAD
        self.heard = False
        self._head_only = head_only
        self._since = 0
        self._timeouts = timeouts
        self._total_at = total_at
        self._size = len(message)
        try:
            self._transport.write(message)
            if self._failure is None:
                self._unsent = self._transport.get_write_buffer_size()
                await self._news(timeouts.first_byte)
        except BaseException:
            self.abort()
            raise
        if self._phase is _HEAD:
            raise self._failure or self._closed()

    async def chunk(self) -> bytes:
        """All of the body that has come and was not taken; waits for some. b"" at the end. The total limit holds for who never has to wait too."""
        if self._total_at != inf and self._phase is _BODY and self._total_at <= self._loop.time():
            self._fail(self._timeout())
        while not self._chunks and self._phase is not _DONE and self._failure is None:
            await self._news(self._timeouts.idle)
        chunks = self._chunks
        if not chunks:
            if self._phase is _DONE:
                return b""
            raise self._failure or self._closed()
        taken = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        chunks.clear()
        self._pending = 0
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
        return taken

    def extend(self, total: float | None) -> None:
        """The total limit becomes another one, counted from where the first was."""
        before = self._timeouts.total
        self._total_at = inf if total is None or before is None else self._total_at - before + total
        self._timeouts = structs.replace(self._timeouts, total=total)

    @property
    def complete(self) -> bool:
        """The whole body has been taken."""
        return self._phase is _DONE and not self._chunks

    def release(self) -> bool:
        """Ready for the next request, or closed: whether it is ready."""
        clean = self._phase is _DONE and self._keep_alive and not (self._spoiled or self._ended or self._failure)
        if not clean or self._transport.is_closing() or self._transport.get_write_buffer_size():
            self.abort()
            return False
        self._phase = _IDLE
        self._chunks.clear()
        self._pending = 0
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
        self.rests_since = self._loop.time()
        self._deadline.set(self._limits.idle_seconds)
        return True

    def settle(self, settled: Callable[["UpstreamConnection"], None]) -> bool:
        """Drops the rest of the body, and calls `settled` when it has come in time; closes itself otherwise.

        False where that is of no use: nothing is missing, or no request can follow.
        """
        if self._phase is not _BODY or not (self._framed and self._keep_alive) or self._ended or self._failure:
            return False
        self._phase = _REST
        self._settled = settled
        self._chunks.clear()
        self._pending = 0
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
        self._deadline.set(self._limits.settle_seconds)
        return True

    @property
    def usable(self) -> bool:
        return not (self._ended or self._spoiled or self._transport.is_closing())

    def abort(self) -> None:
        self._deadline.clear()
        self._transport.abort()

    # The transport.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._socket = transport.get_extra_info("socket")  # TLS forgets it before it says that it is lost

    def data_received(self, data: bytes) -> None:
        self.heard = True
        phase = self._phase
        if phase is _IDLE or phase is _DONE:
            self._spoil(data[:4])
            return
        self._since += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fail(UpstreamUnreadable(f"{self.origin} switched to another protocol."))
        except httptools.HttpParserError as error:
            self._unreadable(error, data[:4])
        if self._since > self._limits.head_bytes and self._phase is not _DONE:
            self._fail(self._too_large())
        if self._waiter is not None and self._phase is not _HEAD:
            self._wake()
        elif self._settled is not None and self._phase is _DONE:
            settled, self._settled = self._settled, None
            settled(self)

    def eof_received(self) -> None:
        self._notice(in_order=True)
        self._ended = True
        if self._phase is _BODY and not self._framed and self._failure is None:
            self._phase = _DONE
            self._wake()
        elif self._phase is not _DONE:
            self._fail(self._closed())

    def connection_lost(self, exc: Exception | None) -> None:
        self._notice(in_order=exc is None)
        self.gone = self._ended = True
        self._settled = None
        self._deadline.close()
        del self._parser  # it holds our methods, and we hold it
        if self._phase is not _DONE:
            self._fail(self._closed())
        self._lost(self)

    # The parser.

    def on_message_begin(self) -> None:
        if self._phase is _DONE:
            self._spoil(b"")
        self._pairs = []

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called for trailers too, which nobody reads."""
        self._pairs.append((name.lower(), value.rstrip()))

    def on_headers_complete(self) -> None:
        if self._phase is not _HEAD:
            return
        parser = self._parser
        status = parser.get_status_code()
        if status == 101:
            raise UpstreamUnreadable(f"{self.origin} switched to another protocol.")
        if status < 200:  # an interim answer; the real one follows
            return
        pairs = self._pairs
        limit = self._limits.head_bytes
        if self._since > limit < sum(len(name) + len(value) + 4 for name, value in pairs):
            raise self._too_large()
        self.status = status
        self.headers = Headers(pairs)
        self._pairs = []  # for trailers
        self._framed = status in (204, 304)
        for name, value in pairs:
            if name in _FRAMING:
                if name == b"transfer-encoding" and value.lower() != b"chunked":
                    raise UpstreamUnreadable(f"{self.origin} uses a Transfer-Encoding other than chunked.")
                self._framed = True
        self._keep_alive = parser.should_keep_alive() and not self._head_only
        self._since = 0
        self._phase = _DONE if self._head_only else _BODY

    def on_body(self, chunk: bytes) -> None:
        self._since = 0
        if self._phase is _BODY:
            self._chunks.append(chunk)
            self._pending += len(chunk)
            if self._pending > self._limits.pending_bytes and not self._paused:
                self._paused = True
                self._transport.pause_reading()
        elif self._phase is _REST:
            self._pending += len(chunk)
            if self._pending > self._limits.settle_bytes:
                self.abort()

    def on_message_complete(self) -> None:
        if self._phase is _BODY or self._phase is _REST:
            self._phase = _DONE
        elif self._phase is _HEAD:
            self._since = 0

    # Waiting and failing.

    def _news(self, seconds: float) -> asyncio.Future[None]:
        """Ends with `_wake`, which is called for what comes, and for every way to fail; the deadline is one."""
        self._waiter = waiter = self._loop.create_future()
        self._deadline.set(min(seconds, self._total_at - self._loop.time()) if self._total_at != inf else seconds)
        return waiter

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None:
            self._deadline.clear()
            if not waiter.done():
                waiter.set_result(None)

    def _fail(self, failure: PlanoError) -> None:
        if self._failure is None:
            self._failure = failure
        self._transport.abort()
        self._wake()

    def _notice(self, *, in_order: bool) -> None:
        """Finds out, as the connection ends, whether the request had arrived."""
        if self._phase is not _HEAD or self._ended:
            return
        if self.heard or self._socket is None:
            self.arrived = Arrived.YES
        else:
            unsent = self._transport.get_write_buffer_size()
            self.arrived = arrived(self._socket.fileno(), self._size, unsent, in_order=in_order)

    def _unreadable(self, error: httptools.HttpParserError, beginning: bytes) -> None:
        cause = error.__context__
        if isinstance(cause, PlanoError):
            self._fail(cause)
        elif cause is not None:
            raise cause
        elif self._phase is _DONE:
            self._spoil(beginning)
        else:
            self._fail(
                self._not_http_1(beginning) or UpstreamUnreadable(f"{self.origin} did not answer in HTTP/1.1: {error}.")
            )

    def _not_http_1(self, beginning: bytes) -> UpstreamUnreadable | None:
        """What begins as a frame of HTTP/2 (RFC 9113, 3.4: a server's first is SETTINGS) or as an alert of TLS (RFC 8446, 6)."""
        if beginning[:1] == b"\0" and beginning[3:4] in (b"\4", b""):
            return UpstreamUnreadable(f"{self.origin} speaks HTTP/2 only, and only HTTP/1.1 is spoken here.")
        if beginning[:2] == b"\x15\3":
            return UpstreamUnreadable(f"{self.origin} speaks TLS: its address has to begin with https://.")
        return None

    def _spoil(self, beginning: bytes) -> None:
        """Bytes that belong to no request of ours: the next answer could not be told from them."""
        self._spoiled = True
        if self._phase is _IDLE:
            self._fail(self._not_http_1(beginning) or UpstreamUnreadable(f"{self.origin} spoke before it was asked."))

    def _expired(self) -> None:
        if self._phase is _IDLE or self._phase is _REST:
            self.abort()
        elif self._waiter is not None and not self._waiter.done() and not self._still_sending():
            self._fail(self._timeout())

    def _still_sending(self) -> bool:
        """A large request on a slow line: the upstream cannot answer yet, and takes what it is sent."""
        unsent = self._transport.get_write_buffer_size()
        if self._phase is not _HEAD or unsent >= self._unsent or self._total_at <= self._loop.time():
            return False
        self._unsent = unsent
        self._deadline.set(min(self._timeouts.first_byte, self._total_at - self._loop.time()))
        return True

    def _timeout(self) -> UpstreamTimeout:
        timeouts = self._timeouts
        if timeouts.total is not None and self._total_at - self._loop.time() < 0.001:
            what = f"did not complete its answer within {timeouts.total:g} s (total limit)"
        elif self._phase is _HEAD:
            what = f"did not begin its answer within {timeouts.first_byte:g} s (first byte limit)"
        else:
            what = f"sent nothing for {timeouts.idle:g} s (idle limit)"
        return UpstreamTimeout(f"{self.origin} {what}.")

    def _closed(self) -> UpstreamClosed:
        when = "before it answered" if self._phase in (_IDLE, _HEAD) else "before its answer was complete"
        return UpstreamClosed(f"{self.origin} closed the connection {when}.")

    def _too_large(self) -> UpstreamUnreadable:
        return UpstreamUnreadable(
            f"The head or the trailers of {self.origin}'s answer are larger than {self._limits.head_bytes} bytes."
        )
