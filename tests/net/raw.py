"""Bytes on loopback, with no HTTP of ours in between: a client that says what it is told, and an upstream that follows a script."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from planoai.net.client import Origin
from planoai.net.server import Handler, Limits, Refuse, Refused, Server, listen


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Raw:
    """One connection, seen from either end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def head(self) -> tuple[str, dict[str, str]]:
        """Start line and fields of the next message."""
        text = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = text.removesuffix("\r\n\r\n").split("\r\n")
        return first, {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    async def request(self) -> tuple[str, dict[str, str], bytes]:
        """A request with a sized body, or none."""
        first, headers = await self.head()
        return first, headers, await self.reader.readexactly(int(headers.get("content-length", "0")))

    async def answer(self, *, bodyless: bool = False) -> Answer:
        first, headers = await self.head()
        status = int(first.split(" ")[1])
        if bodyless or status < 200 or status in (204, 304):
            body = b""
        elif headers.get("transfer-encoding") == "chunked":
            body = await self._chunks()
        elif "content-length" in headers:
            body = await self.reader.readexactly(int(headers["content-length"]))
        else:
            body = await self.reader.read()
        return Answer(status, headers, body)

    async def rest(self) -> bytes:
        """Everything up to the end of the connection."""
        return await self.reader.read()

    async def _chunks(self) -> bytes:
        chunks: list[bytes] = []
        while True:
            size = int(await self.reader.readuntil(b"\r\n"), 16)
            chunk = await self.reader.readexactly(size + 2)
            assert chunk.endswith(b"\r\n")
            if size == 0:
                return b"".join(chunks)
            chunks.append(chunk[:-2])


@asynccontextmanager
async def serving(
    handler: Handler,
    limits: Limits | None = None,
    *,
    host: str = "127.0.0.1",
    drain_seconds: float = 5.0,
    refuse: Refuse | None = None,
    refused: Refused | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Server]:
    listener = listen(host, 0)
    async with Server(
        handler, [listener], limits, drain_seconds=drain_seconds, refuse=refuse, refused=refused, tls=tls
    ) as server:
        yield server


@asynccontextmanager
async def connected(server: Server, tls: ssl.SSLContext | None = None) -> AsyncIterator[Raw]:
    """With `tls` the certificate has to be one for `localhost`."""
    name = None if tls is None else "localhost"
    reader, writer = await asyncio.open_connection(*server.addresses[0], ssl=tls, server_hostname=name)
    try:
        yield Raw(reader, writer)
    finally:
        writer.close() if tls is None else writer.transport.abort()  # TLS would wait for the other end to say goodbye too
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()


@dataclass
class Upstream:
    origin: Origin
    connections: int = 0
    closed: asyncio.Queue[int] = field(default_factory=asyncio.Queue)  # the number of each connection that has ended


Script = Callable[[Raw, int], Awaitable[None]]


@asynccontextmanager
async def scripted(
    script: Script, context: ssl.SSLContext | None = None, *, host: str = "127.0.0.1"
) -> AsyncIterator[Upstream]:
    """`script` runs once for each connection, with its number from 1 on; the connection closes when it returns."""
    tasks: set[asyncio.Task[None]] = set()

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream.connections += 1
        number = upstream.connections
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await script(Raw(reader, writer), number)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            tasks.discard(task)
            writer.close()
            upstream.closed.put_nowait(number)

    server = await asyncio.start_server(accepted, host, 0, ssl=context)
    name = "localhost" if context is not None else host
    upstream = Upstream(Origin("https" if context else "http", name, server.sockets[0].getsockname()[1]))
    try:
        yield upstream
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
