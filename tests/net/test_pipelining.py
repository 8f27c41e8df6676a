"""Clients that send requests before the answer to the one before has come (RFC 9112, 9.3.2)."""

import asyncio
import socket

import pytest

from planoai.net.connection import Connection
from planoai.net.server import Reply, Request, Server
from tests.net.raw import Raw, connected, serving
from tests.net.test_server import GET, Gate, post

LARGE = b"x" * 3_000_000


class Large(Gate):
    """Its answer is more than the sockets of both ends hold."""

    async def __call__(self, request: Request, reply: Reply) -> None:
        self.entered.set()
        await self.opened.wait()
        await request.body()
        reply.send(200, [], LARGE)


def only(server: Server) -> Connection:
    [connection] = server._service.connections
    return connection


async def slow(server: Server) -> Raw:
    """A client that takes little at a time."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, server.addresses[0])
    return Raw(*await asyncio.open_connection(sock=raw))


async def test_what_was_sent_before_the_draining_is_answered() -> None:
    gate = Gate()
    async with serving(gate) as server, connected(server) as raw:
        await raw.send(GET)
        await gate.entered.wait()
        server.drain()
        await raw.send(GET * 3)
        while len(only(server)._queue) < 3:
            await asyncio.sleep(0)
        gate.opened.set()
        answers = [await raw.answer() for _ in range(4)]
        assert [answer.headers.get("connection") for answer in answers] == [None, None, None, "close"]
        assert await raw.rest() == b""


async def test_a_refusal_that_waits_is_told_while_draining() -> None:
    gate = Gate()
    async with serving(gate) as server, connected(server) as raw:
        await raw.send(GET)
        await gate.entered.wait()
        server.drain()
        await raw.send(b"nonsense\r\n\r\n")
        while not only(server)._queue:
            await asyncio.sleep(0)
        gate.opened.set()
        assert [(await raw.answer()).status for _ in range(2)] == [200, 400]
        assert await raw.rest() == b""


async def test_draining_cuts_no_answer_because_of_what_came_after_its_request() -> None:
    gate = Large()
    async with serving(gate) as server:
        raw = await slow(server)
        await raw.send(GET)
        await gate.entered.wait()
        server.drain()
        raw.writer.write(post(b"y" * 100_000) * 3)
        while not only(server)._paused:
            await asyncio.sleep(0)
        gate.opened.set()
        answer = await raw.answer()
        while answer.headers.get("connection") != "close":
            assert answer.body == LARGE
            answer = await raw.answer()
        assert answer.body == LARGE
        assert await raw.rest() == b""
        raw.writer.close()


async def test_a_request_that_comes_while_the_last_answer_goes_out_does_not_cut_it() -> None:
    gate = Large()
    async with serving(gate) as server:
        raw = await slow(server)
        await raw.send(GET)
        await gate.entered.wait()
        server.drain()
        gate.opened.set()
        first, headers = await raw.head()
        assert (first, headers["connection"]) == ("HTTP/1.1 200 OK", "close")
        await raw.send(GET)
        assert await raw.reader.readexactly(len(LARGE)) == LARGE
        assert await raw.rest() == b""
        raw.writer.close()


@pytest.mark.parametrize("resets", [True, False], ids=["reset", "end"])
async def test_a_client_that_leaves_behind_requests_cancels_the_one_that_runs(resets: bool) -> None:
    gate = Gate()
    async with serving(gate) as server, connected(server) as raw:
        await raw.send(GET * 2)
        await gate.entered.wait()
        while not only(server)._queue:
            await asyncio.sleep(0)
        if resets:
            raw.writer.transport.abort()
        else:
            raw.writer.close()
        assert await gate.left.get() == "cancelled"
