"""Server and client together: what goes in at one end comes out at the other."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planoai.net.client import Client, Origin
from planoai.net.server import Handler, Reply, Request, Server
from tests.net.raw import connected, scripted, serving
from tests.net.test_client import says_a_bit


def origin_of(server: Server) -> Origin:
    return Origin("http", *server.addresses[0])


async def mirror(request: Request, reply: Reply) -> None:
    """Sends the body back: in one piece, or in pieces of the size that the query names."""
    body = await request.body()
    if not request.query:
        reply.send(200, [(b"x-method", request.method.encode())], body)
        return
    reply.start(200, [(b"x-method", request.method.encode())])
    size = int(request.query)
    for start in range(0, len(body), size):
        await reply.write(body[start : start + size])
    await reply.end()


@given(bodies=st.lists(st.tuples(st.binary(max_size=5000), st.integers(0, 700)), min_size=1, max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
async def test_bodies_come_back_as_they_were(bodies: list[tuple[bytes, int]]) -> None:
    async with serving(mirror) as server, Client() as client:
        for body, size in bodies:
            target = f"/?{size}" if size else "/"
            with await client.send(origin_of(server), "PUT", target, [], body) as response:
                assert (response.status, response.headers.get(b"x-method"), await response.body()) == (
                    200,
                    b"PUT",
                    body,
                )


def passes_on(client: Client, origin: Origin) -> Handler:
    async def handler(request: Request, reply: Reply) -> None:
        body = await request.body()
        with await client.send(origin, request.method, request.target, [], body) as response:
            reply.start(response.status, [])
            while chunk := await response.chunk():
                await reply.write(chunk)
            await reply.end()

    return handler


@pytest.mark.parametrize("size", [0, 1, 300_000, 30_000_000])
async def test_a_gateway_passes_bodies_of_any_size_on(size: int) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    async with (
        serving(mirror) as upstream,
        Client() as inner,
        Client() as client,
        serving(passes_on(inner, origin_of(upstream))) as gateway,
    ):
        with await client.send(origin_of(gateway), "POST", "/?50000", [], body) as response:
            assert await response.body() == body


async def test_many_clients_at_once_each_get_their_own_answer() -> None:
    async with (
        serving(mirror) as upstream,
        Client() as inner,
        Client() as client,
        serving(passes_on(inner, origin_of(upstream))) as gateway,
    ):

        async def one(number: int) -> None:
            for turn in range(5):
                body = f"{number} {turn}".encode() * 100
                with await client.send(origin_of(gateway), "POST", "/?77", [], body) as response:
                    assert await response.body() == body

        await asyncio.gather(*(one(number) for number in range(50)))


async def test_a_client_that_leaves_closes_the_upstream_connection() -> None:
    async with (
        scripted(says_a_bit) as upstream,
        Client() as inner,
        serving(passes_on(inner, upstream.origin)) as gateway,
    ):
        async with connected(gateway) as raw:
            await raw.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            await raw.head()
        assert await upstream.closed.get() == 1


async def test_a_slow_client_slows_its_upstream() -> None:
    sent = 0
    total = 64 * 1024 * 1024
    stalled = asyncio.Event()

    async def source(request: Request, reply: Reply) -> None:
        nonlocal sent
        reply.start(200, [])
        while sent < total:
            asyncio.get_running_loop().call_later(0.2, stalled.set)
            await reply.write(b"x" * 65536)
            sent += 65536
        await reply.end()

    async with (
        serving(source) as upstream,
        Client() as inner,
        Client() as client,
        serving(passes_on(inner, origin_of(upstream))) as gateway,
    ):
        with await client.send(origin_of(gateway), "GET", "/", []) as response:
            await stalled.wait()
            assert sent < total // 2
            assert len(await response.body()) == total
