"""One request of a client: its head, which is complete when a handler sees it, and its body, which may still be on its way."""

import asyncio
from typing import Protocol

from planoai.errors import BadRequest, ClientError, TooLarge, UnsupportedMedia
from planoai.net.decoding import Decoder, codings_of
from planoai.net.headers import Headers

_SLICE = 64 * 1024  # bytes of a compressed body that are decoded in one go
_SMALL = 1024  # a piece of a body below this is put together with its neighbours: kept by itself it takes some forty bytes more
_LARGE = 1024 * 1024  # bytes; joining more takes milliseconds, for which a thread lets go of the interpreter


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
        "_plain",
        "_small",
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
        self._small: bytearray | None = None  # comes after the parts
        self._plain = False  # the body has been decoded
        self._failure: ClientError | None = None
        self._waiter: asyncio.Future[None] | None = None

    async def body(self) -> bytes:
        """The whole body, content codings undone. Raises TooLarge, RequestTimeout, BadRequest and UnsupportedMedia.

        What Content-Length and Content-Encoding tell is judged before anything is read; the limit holds for the decoded body too.
        """
        decoder = None
        if not self._plain and self.headers.get(b"content-encoding") is not None:
            decoder = self._decoder()
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
        self._put_together()
        if len(self._parts) > 1:
            self._parts = [await joined(self._parts, self.received)]
        if decoder is not None:
            await self._decode(decoder)
        return self._parts[0] if self._parts else b""

    def forget(self) -> None:
        """The body has been used: it may be large, and the answer may take long."""
        self._parts = []

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
        if len(chunk) < _SMALL and self._parts:  # most bodies are one piece
            if self._small is None:
                self._small = bytearray()
            self._small += chunk
            if len(self._small) >= _SLICE:
                self._put_together()
        else:
            self._put_together()
            self._parts.append(chunk)

    def finish(self) -> None:
        self.complete = True
        self._wake()

    def fail(self, failure: ClientError) -> None:
        """No more of the body is kept; whoever waits for it, now or later, gets `failure`."""
        if self._failure is None:
            self._failure = failure
            self._parts = []
            self._small = None
        self._wake()

    @property
    def failed(self) -> bool:
        return self._failure is not None

    def _decoder(self) -> Decoder | None:
        codings = codings_of(self.headers.all(b"content-encoding"))
        if not codings:
            return None
        return Decoder(
            codings,
            lambda what: BadRequest(f"The body of the request {what}."),
            lambda what: UnsupportedMedia(f"The body of the request {what}."),
        )

    async def _decode(self, decoder: Decoder) -> None:
        """Other requests get their turn between: a few bytes can stand for very many."""
        coded = self._parts[0] if self._parts else b""
        parts: list[bytes] = []
        size = 0
        try:
            for start in range(0, len(coded), _SLICE):
                out = decoder.feed(coded[start : start + _SLICE])
                while out:
                    size += len(out)
                    if size > self._limit:
                        raise self._too_large()
                    parts.append(out)
                    await asyncio.sleep(0)
                    out = decoder.feed(b"")
            decoder.close()
        except ClientError as error:
            self.fail(error)
            raise
        self._parts = [await joined(parts, size)]
        self._plain = True

    def _put_together(self) -> None:
        if self._small is not None:
            self._parts.append(bytes(self._small))
            self._small = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The body of the request is larger than {self._limit} bytes.")


async def joined(parts: list[bytes], size: int) -> bytes:
    """`parts`, which are `size` bytes together, as one."""
    if size > _LARGE:
        return await asyncio.to_thread(b"".join, parts)
    return b"".join(parts)
