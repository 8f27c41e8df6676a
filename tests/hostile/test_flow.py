"""Memory of a worker whose clients do not take what they asked for, or wait for very long."""

import asyncio
import json
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest
import pytest_asyncio

from tests.hostile.target import MESSAGES_PATH, PATIENCE, Target, attacked, head, post
from tests.support.answers import CHAT, CHAT_STREAM, MESSAGES_STREAM, chat_chunk, messages_event
from tests.support.upstream import Hold, stream, whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

MEGABYTE = 1024 * 1024
CONTENT = "It goes on and on. " * 50
ENDLESS = {
    "openai/gpt-4o": (CHAT_STREAM[0], chat_chunk({"content": CONTENT})),
    "anthropic/claude-sonnet-4-5": (
        b"".join(MESSAGES_STREAM[:2]),
        messages_event("content_block_delta", index=0, delta={"type": "text_delta", "text": CONTENT}),
    ),
}


@pytest_asyncio.fixture(loop_scope="module")
async def target(tmp_path: Path) -> AsyncIterator[Target]:
    """A gateway of its own for each test: memory that was used before hides what is used now."""
    async with attacked(tmp_path) as target:
        yield target
        await target.serves()


def memory(target: Target) -> int:
    """Resident bytes of all workers."""
    words = ["ps", "-o", "rss=", "-p", ",".join(map(str, target.workers))]
    return sum(map(int, subprocess.run(words, capture_output=True, check=True).stdout.split())) * 1024


def asking(model: str) -> bytes:
    body = {"model": model, "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    return json.dumps(body).encode()


class Endless:
    """An upstream that streams as fast as it is read and never ends; `sent` bytes so far."""

    def __init__(self, first: bytes, again: bytes) -> None:
        self._first = b"%x\r\n%b\r\n" % (len(first), first)
        self._again = (b"%x\r\n%b\r\n" % (len(again), again)) * 16
        self._tasks: set[asyncio.Task[None]] = set()
        self.sent = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
            writer.write(self._first)
            while True:
                writer.write(self._again)
                await writer.drain()
                self.sent += len(self._again)
        writer.close()

    async def gone(self) -> None:
        await asyncio.wait(self._tasks)


@asynccontextmanager
async def endless(folder: Path, model: str) -> AsyncIterator[tuple[Target, Endless]]:
    upstream = Endless(*ENDLESS[model])
    server = await asyncio.start_server(upstream.serve, "127.0.0.1", 0)
    async with attacked(folder, upstream=server.sockets[0].getsockname()[1]) as target:
        yield target, upstream
    server.close()
    await upstream.gone()


async def settled(upstream: Endless) -> None:
    """Returns when nobody takes more of it: everything on the way is full."""
    before = -1
    while upstream.sent != before:
        before = upstream.sent
        await asyncio.sleep(0.5)


@pytest.mark.parametrize("model", ENDLESS)
async def test_a_client_that_reads_a_kilobyte_a_second_does_not_fill_the_worker(tmp_path: Path, model: str) -> None:
    """Through one API, whose bytes go through, and from one to another, whose events are written anew."""
    async with endless(tmp_path, model) as (target, upstream):
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
        sock.connect(("127.0.0.1", target.port))
        reader, writer = await asyncio.open_connection(sock=sock, limit=512)
        writer.write(post(asking(model)))
        assert (await reader.read(1024)).startswith(b"HTTP/1.1 200")
        before = memory(target)
        for _ in range(5):
            assert await reader.read(1024)
            await asyncio.sleep(1)
        await settled(upstream)
        grown = memory(target) - before
        writer.transport.abort()
        assert grown < 16 * MEGABYTE
        print(
            f"\na slow reader of {model}: {grown / MEGABYTE:.1f} MB; the upstream sent {upstream.sent / MEGABYTE:.1f} MB"
        )


async def test_a_client_that_never_reads_whole_answers_does_not_fill_the_worker(target: Target) -> None:
    """The next request of a connection waits until the answers before it are taken."""
    before = memory(target)
    async with asyncio.timeout(PATIENCE), AsyncExitStack() as stack:
        sending = []
        for _ in range(20):
            raw = await stack.enter_async_context(target.connected())
            sending.append(asyncio.ensure_future(raw.send(b"GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n" * 20_000)))
        await asyncio.wait(sending, timeout=3)
        grown = memory(target) - before
        for each in sending:
            each.cancel()
        await asyncio.wait(sending)
    assert grown < 16 * MEGABYTE


@pytest.mark.parametrize(
    ("path", "model", "events"),
    [
        ("/v1/chat/completions", "openai/gpt-4o", CHAT_STREAM[:2]),
        ("/v1/chat/completions", "anthropic/claude-sonnet-4-5", MESSAGES_STREAM[:5]),
        (MESSAGES_PATH, "anthropic/claude-sonnet-4-5", MESSAGES_STREAM[:5]),
    ],
    ids=["bytes", "events", "messages"],
)
async def test_a_stream_that_waits_costs_little(
    target: Target, path: str, model: str, events: tuple[bytes, ...]
) -> None:
    """Five hundred of them, after their first words."""
    hold = Hold()
    target.upstream.will(stream(*events, hold))

    async def open_one(stack: AsyncExitStack) -> None:
        raw = await stack.enter_async_context(target.connected())
        await raw.send(post(asking(model), path=path))
        await raw.reader.readuntil(b"Hello")

    async with asyncio.timeout(PATIENCE):
        async with AsyncExitStack() as stack:  # what the first ones cost they leave behind for the others
            for _ in range(10):
                await open_one(stack)
        async with AsyncExitStack() as stack:
            before = memory(target)
            for _ in range(500):
                await open_one(stack)
            each = (memory(target) - before) / 500
            print(f"\nan idle stream of {model} at {path}: {each / 1024:.1f} KiB")
            assert each <= 64 * 1024


async def test_bodies_that_wait_are_not_read_ahead(target: Target) -> None:
    """Fifty clients have sent as much of a large body as is taken before the head of the next request, which waits, is answered."""
    hold = Hold()
    target.upstream.will([hold, *whole(CHAT)])
    before = memory(target)
    large = head(b"Content-Length: %d" % (90 * MEGABYTE))
    async with asyncio.timeout(PATIENCE), AsyncExitStack() as stack:
        sending = []
        for _ in range(50):
            raw = await stack.enter_async_context(target.connected())
            await raw.send(post(asking("openai/gpt-4o")) + large)
            sending.append(asyncio.ensure_future(raw.send(b"x" * 8 * MEGABYTE)))
        await asyncio.wait(sending, timeout=3)
        grown = memory(target) - before
        for each in sending:
            each.cancel()
        await asyncio.wait(sending)
        hold.release.set()
    assert grown < 50 * MEGABYTE
    print(f"\na connection with a body that waits: {grown / 50 / 1024:.0f} KiB")


async def test_a_body_in_tiny_chunks_takes_no_more_than_its_size(target: Target) -> None:
    """Of two bytes each: kept one by one they would take forty times as much."""
    target.upstream.will(whole(CHAT))
    size = 8 * MEGABYTE
    before = memory(target)
    async with asyncio.timeout(PATIENCE), target.connected() as raw:
        await raw.send(head(b"Transfer-Encoding: chunked"))
        for _ in range(size // 2**15):
            await raw.send(b"2\r\n  \r\n" * 2**14)
        grown = memory(target) - before
        body = asking("openai/gpt-4o").replace(b'"stream": true', b'"stream": false')
        await raw.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
        assert (await raw.answer()).status == 200
    assert grown < 4 * size
