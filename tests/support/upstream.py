"""A scripted upstream on loopback: it answers what it is told to, byte for byte, and remembers what it was asked.

It shares no code with planoai, so that a mistake of ours is not made twice.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


class Cut:
    """A step of a script: close the connection here, whatever was promised."""


class Hold:
    """A step of a script: wait until `release` is set, or the other side goes."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.release = asyncio.Event()


Step = bytes | Cut | Hold


@dataclass
class Asked:
    """One request as it arrived; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Upstream:
    """`script` is what the next requests get, in order; the last one is given again and again."""

    port: int = 0
    tls: bool = False
    scripts: list[Sequence[Step]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)  # a caller went away before its answer was complete
    connections: int = 0
    open: dict[asyncio.StreamWriter, asyncio.Task[None]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}" if self.tls else f"http://127.0.0.1:{self.port}"

    def will(self, *scripts: Sequence[Step]) -> None:
        self.scripts = list(scripts)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self.open[writer] = task
        try:
            while asked := await _read(reader):
                self.asked.append(asked)
                script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
                if not await self._play(script, reader, writer):
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            self.left.set()
        finally:
            writer.close()
            del self.open[writer]

    async def _play(self, script: Sequence[Step], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        for step in script:
            match step:
                case bytes():
                    writer.write(step)
                    await writer.drain()
                case Cut():
                    return False
                case Hold():
                    step.reached.set()
                    if not await self._held(step, reader):
                        return False
        return True

    async def _held(self, hold: Hold, reader: asyncio.StreamReader) -> bool:
        gone = asyncio.ensure_future(reader.read(1))
        released = asyncio.ensure_future(hold.release.wait())
        await asyncio.wait({gone, released}, return_when=asyncio.FIRST_COMPLETED)
        if gone.done():
            released.cancel()
            self.left.set()
            return False
        gone.cancel()
        return True


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, target, headers, body)


@asynccontextmanager
async def scripted(context: ssl.SSLContext | None = None) -> AsyncIterator[Upstream]:
    """Over TLS if there is a `context`; its certificate is to be one for localhost."""
    upstream = Upstream(tls=context is not None)
    server = await asyncio.start_server(upstream.serve, "127.0.0.1", 0, ssl=context)
    upstream.port = server.sockets[0].getsockname()[1]
    try:
        yield upstream
    finally:
        server.close()
        for writer in upstream.open:
            writer.transport.abort()
        while upstream.open:
            await asyncio.wait(upstream.open.values())
        await server.wait_closed()


def whole(body: object, status: int = 200, headers: dict[str, str] | None = None) -> list[Step]:
    """An answer in one piece; `body` is JSON unless it is bytes already."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {"content-type": "application/json", "content-length": str(len(data)), **(headers or {})}
    return [_head(status, fields) + data]


def stream(*steps: Step, headers: dict[str, str] | None = None) -> list[Step]:
    """A chunked event stream; each bytes step is one chunk."""
    fields = {"content-type": "text/event-stream", "transfer-encoding": "chunked", **(headers or {})}
    chunks = [b"%x\r\n%b\r\n" % (len(step), step) if isinstance(step, bytes) else step for step in steps]
    return [_head(200, fields), *chunks, b"0\r\n\r\n"]


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Status\r\n{lines}\r\n".encode("latin-1")
