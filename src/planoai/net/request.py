"""One request of a client: its head, which is complete when a handler sees it, and its body, which may still be on its way."""

import asyncio
from typing import Protocol

from planoai.errors import ClientError, TooLarge
from planoai.net.headers import Headers


class Source(Protocol):
    """The connection that a body comes from."""

    def body_wanted(self, request: "Request") -> None:
        """Somebody waits for the body: read on, tell the client to go on, watch its pace."""


class Request:
    """`target` is the path with its query; `path` and `query` are not percent-decoded. `peer` is the address of the other end, without port.

    `body` is for handlers. The other methods are for the connection that reads it.
    """

    __slots__ = (
        "_failure",
        "_limit",
        "_parts",
        "_source",
        "_waiter",
        "complete",
        "expects_continue",
        "headers",
        "keep_alive",
        "length",
        "method",
        "path",
        "peer",
        "query",
        "received",
        "target",
        "version",
    )

    def __init__(
        self,
        source: Source,
        method: str,
        target: str,
        headers: Headers,
        *,
        peer: str,
        version: str,
        keep_alive: bool,
        expects_continue: bool,
        length: int | None,
        limit: int,
    ) -> None:
        self.method = method
        self.target = target
        self.path, _, self.query = target.partition("?")
        self.headers = headers
        self.peer = peer
        self.version = version  # "1.0" or "1.1"
        self.keep_alive = keep_alive  # whether the client wants to send another one
        self.expects_continue = expects_continue
        self.length = length  # None: chunked, the end shows later
        self.received = 0  # bytes of the body so far
        self.complete = False
        self._source = source
        self._limit = limit
        self._parts: list[bytes] = []
        self._failure: ClientError | None = None
        self._waiter: asyncio.Future[None] | None = None

    async def body(self) -> bytes:
        """The whole body. Raises TooLarge (from Content-Length, before anything is read), RequestTimeout and BadRequest."""
        if not self.complete and self._failure is None:
            if self.length is not None and self.length > self._limit:
                raise self._too_large()
            self._waiter = asyncio.get_running_loop().create_future()
            self._source.body_wanted(self)
            try:
                await self._waiter
            finally:
                self._waiter = None
        if self._failure is not None:
            raise self._failure
        if len(self._parts) > 1:
            self._parts = [b"".join(self._parts)]
        return self._parts[0] if self._parts else b""

    @property
    def wanted(self) -> bool:
        return self._waiter is not None

    def arrived(self, chunk: bytes) -> None:
        self.received += len(chunk)
        if self._failure is not None:
            return
        if self.received > self._limit:
            self.fail(self._too_large())
            return
        self._parts.append(chunk)

    def finish(self) -> None:
        self.complete = True
        self._wake()

    def fail(self, failure: ClientError) -> None:
        """No more of the body is kept; whoever waits for it, now or later, gets `failure`."""
        if self._failure is None:
            self._failure = failure
            self._parts = []
        self._wake()

    @property
    def failed(self) -> bool:
        return self._failure is not None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The body of the request is larger than {self._limit} bytes.")
