"""A scripted provider on loopback: Chat Completions, Messages, Responses and Converse, whole answers and streams, as cheap as Python can make it.

Run as `python -m bench.upstream`; it binds a free port, prints its number and serves until it is told to stop. It imports nothing of the product, so that
a mistake of ours cannot be answered by the same mistake. What it does is asked for in the request itself, because a proxy may drop headers:

    "stream": true                a stream of CHUNKS pieces of text; of Converse the path says so
    "include_usage": true         Chat Completions: one more event with the usage, as OpenAI sends it
    the text `[pace=20ms]`        one piece every 20 ms; without it one each turn of the loop
"""

import asyncio
import re
import sys
import time
from collections.abc import Callable
from typing import cast

import uvloop
from bench.script import CHUNKS, HEALTHY, SCRIPTS, Script

_STREAM = re.compile(rb'"stream" ?: ?true')
_INCLUDE_USAGE = re.compile(rb'"include_usage" ?: ?true')
_PACE = re.compile(rb"\[pace=(\d+)ms\]")
_LENGTH = re.compile(rb"\r\ncontent-length: ?(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: ?chunked", re.IGNORECASE)

_CONVERSE = re.compile(rb"/model/[^/]+/converse(-stream)?")
_NO_SUCH_PATH = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"


class Provider(asyncio.Protocol):
    """One connection of a proxy: requests one after another, each answered before the next is read."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._timer: asyncio.Handle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(
            "asyncio.Transport", transport
        )  # uvloop's own class, which inherits from BaseTransport only

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  the protocol names it
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        head_end = self._received.find(b"\r\n\r\n")
        if head_end < 0:
            return
        end = _body_end(self._received, head_end)
        if end is None or len(self._received) < end:
            return
        request, self._received = self._received[:end], self._received[end:]
        self._answer(request, head_end)

    def _answer(self, request: bytes, head_end: int) -> None:
        if self._transport is None:
            return
        method, path, _ = request.split(b" ", 2)
        script, streams = _found(path.partition(b"?")[0])
        if method == b"GET":
            self._transport.write(HEALTHY)
        elif script is None:
            self._transport.write(_NO_SUCH_PATH)
        elif not streams and _STREAM.search(request, head_end) is None:
            self._transport.write(script.whole)
        else:
            pace = _PACE.search(request, head_end)
            closing = script.closing_with_usage if _INCLUDE_USAGE.search(request, head_end) else script.closing
            self._transport.write(script.opening + script.piece(time.monotonic_ns()))
            self._next(1, self._loop.time(), int(pace[1]) / 1000 if pace else 0.0, script.piece, closing)

    def _next(self, sent: int, started: float, pace: float, piece: Callable[[int], bytes], closing: bytes) -> None:
        """Sees to it that piece number `sent` leaves when its time has come; times count from the start, so a late piece does not delay the rest."""
        if pace:
            self._timer = self._loop.call_at(started + sent * pace, self._send, sent, started, pace, piece, closing)
        else:
            self._timer = self._loop.call_soon(self._send, sent, started, pace, piece, closing)

    def _send(self, sent: int, started: float, pace: float, piece: Callable[[int], bytes], closing: bytes) -> None:
        if self._transport is None:
            return
        if sent == CHUNKS:
            self._transport.write(closing)
            return
        self._transport.write(piece(time.monotonic_ns()))
        self._next(sent + 1, started, pace, piece, closing)


def _found(path: bytes) -> tuple[Script | None, bool]:
    """Whose words are spoken there, and whether the path asks for a stream."""
    if (converse := _CONVERSE.fullmatch(path)) is not None:
        return SCRIPTS[b"/model/"], converse[1] is not None
    return SCRIPTS.get(path), False


def _body_end(received: bytes, head_end: int) -> int | None:
    """Where the request ends, or None while a chunked body is not complete."""
    length = _LENGTH.search(received, 0, head_end)
    if length is not None:
        return head_end + 4 + int(length[1])
    if _CHUNKED.search(received, 0, head_end) is None:
        return head_end + 4
    last = received.find(b"\r\n0\r\n\r\n", head_end)
    return None if last < 0 else last + 7


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(Provider, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    try:
        uvloop.run(_serve())
    except KeyboardInterrupt:
        sys.exit(0)
