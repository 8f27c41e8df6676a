"""The answer to one request: in one piece with `send`, or streamed with `start`, `write` and `end`."""

from collections.abc import Iterable
from itertools import chain
from time import perf_counter
from typing import Protocol

from planoai.net.request import Request
from planoai.net.wire import date_line, header_lines, status_line


class Sink(Protocol):
    """The connection that an answer goes to."""

    congested: bool  # the client does not read as fast as we write

    def keeps(self, request: Request) -> bool:
        """Whether another request may follow this one; settled when the head of the answer is written."""

    def write(self, data: bytes) -> None: ...

    async def uncongested(self) -> None: ...

    def write_soon(self, reply: "Reply") -> None:
        """Calls `reply.flush` on the next turn of the loop."""

    def cut(self, *, reset: bool) -> None:
        """Close without completing the answer; `reset` when the end of the connection would look like its completion."""


class Reply:
    """Header fields that frame a message (content-length, connection, date and the like) are added here and refused from the caller.

    `send` and `start` raise ValueError for those and for values with CR, LF or NUL, before anything is written. `fields` go with whatever head is sent.
    """

    __slots__ = (
        "_bodyless",
        "_chunked",
        "_held",
        "_request",
        "_sink",
        "ended",
        "fields",
        "keep_alive",
        "sent",
        "started",
        "started_at",
        "status",
    )

    def __init__(self, sink: Sink, request: Request) -> None:
        self.fields: Iterable[tuple[bytes, bytes]] = ()
        self.started = False  # a status went out, or is buffered to go out
        self.ended = False  # and all that belongs to it
        self.keep_alive = False
        self.status = 0  # until there is one
        self.started_at = 0.0  # seconds of the performance counter
        self.sent = 0  # bytes of the body so far
        self._sink = sink
        self._request = request
        self._held = b""  # the head of a streamed answer, until there is something to send it with
        self._chunked = False
        self._bodyless = False

    def send(self, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes = b"") -> None:
        """The whole answer in one write. A HEAD request gets the head alone; 204 and 304 have no body (RFC 9110, 6.4.1)."""
        if status in (204, 304):
            head, body = self._head(status, headers, b""), b""
        else:
            head = self._head(status, headers, b"content-length: %d\r\n" % len(body))
        self.started = self.ended = True
        if self._request.method == "HEAD":
            body = b""
        self.sent = len(body)
        self._sink.write(head + body)

    def start(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Chunked for HTTP/1.1; for 1.0 the end of the connection ends the body. The head leaves with the first write, or on the next turn."""
        bodyless = self._request.method == "HEAD" or status in (204, 304)
        chunked = self._request.version == "1.1"
        framing = b"transfer-encoding: chunked\r\n" if chunked and status not in (204, 304) else b""
        self._held = self._head(status, headers, framing, self_delimited=chunked or bodyless)
        self.started = True
        self._bodyless = bodyless
        self._chunked = chunked and not bodyless
        self._sink.write_soon(self)

    async def write(self, chunk: bytes) -> None:
        """Sends `chunk` at once, then waits while the client has more than the high-water mark left to read."""
        self.push(chunk)
        if self._sink.congested:
            await self._sink.uncongested()

    def push(self, chunk: bytes) -> None:
        """Sends `chunk` at once and waits for nothing: for the few bytes of a sign of life."""
        if self.ended or not self.started:
            raise RuntimeError("write belongs between start and end")
        if self._bodyless or not chunk:  # an empty chunk would end the body
            return
        self.sent += len(chunk)
        if self._chunked:
            self._sink.write(b"%b%x\r\n%b\r\n" % (self._held, len(chunk), chunk))
        else:
            self._sink.write(self._held + chunk if self._held else chunk)
        self._held = b""

    async def end(self) -> None:
        """Completes a streamed answer. Does nothing to one that is complete."""
        if self.ended:
            return
        if not self.started:
            raise RuntimeError("end belongs after start")
        self.ended = True
        last = self._held + b"0\r\n\r\n" if self._chunked else self._held
        self._held = b""
        if last:
            self._sink.write(last)

    def abort(self) -> None:
        """Cuts the connection, so that an answer that could not be completed does not look complete."""
        if self.ended:
            return
        self.flush()
        self.started = self.ended = True
        self.keep_alive = False
        # Without chunks the client takes the end of the connection for the end of the body; a reset tells it otherwise.
        self._sink.cut(reset=not self._chunked)

    def flush(self) -> None:
        """Sends a head that still waits for its first chunk."""
        if self._held:
            self._sink.write(self._held)
            self._held = b""

    def _head(
        self, status: int, headers: Iterable[tuple[bytes, bytes]], framing: bytes, *, self_delimited: bool = True
    ) -> bytes:
        if self.started:
            raise RuntimeError("the answer has already been started")
        head = status_line(status) + header_lines(chain(headers, self.fields))
        self.status = status
        self.started_at = perf_counter()
        self.keep_alive = self_delimited and self._sink.keeps(self._request)
        if not self.keep_alive:
            connection = b"connection: close\r\n"
        elif self._request.version == "1.0":
            connection = b"connection: keep-alive\r\n"
        else:
            connection = b""
        return b"".join((head, date_line(), framing, connection, b"\r\n"))
