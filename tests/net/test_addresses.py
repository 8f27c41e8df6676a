"""From a name to a connected socket: every address gets its try."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import pytest

from planoai.errors import ConnectTimeout, UpstreamUnreachable
from planoai.net.addresses import Address, NoConnection, Resolve, connected, interleaved
from planoai.net.client import Client, Origin, Timeouts
from planoai.net.unreachable import unreachable
from tests.net.raw import scripted
from tests.net.test_client import OK, keeps_saying


def at(host: str, port: int) -> Address:
    return (socket.AF_INET6, (host, port, 0, 0)) if ":" in host else (socket.AF_INET, (host, port))


def names(*addresses: Address) -> Resolve:
    async def resolve(host: str, port: int) -> Sequence[Address]:
        return addresses

    return resolve


@pytest.fixture
def nobody() -> Iterator[Address]:
    """Where connections are refused."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield socket.AF_INET, bound.getsockname()


@contextmanager
def silence() -> Iterator[Address]:
    """Where connections are not taken: it listens for one, and has that one."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        yield socket.AF_INET, full.getsockname()


@pytest.fixture
async def somebody() -> AsyncIterator[Address]:
    async with scripted(keeps_saying(OK)) as upstream:
        yield at("127.0.0.1", upstream.origin.port)


async def test_new_connections_go_where_the_name_points_now_and_kept_ones_live_on() -> None:
    async with scripted(keeps_saying(OK)) as before, scripted(keeps_saying(OK)) as after:
        place = before.origin
        asked: list[tuple[str, int]] = []

        async def resolve(host: str, port: int) -> Sequence[Address]:
            asked.append((host, port))
            return [at("127.0.0.1", place.port)]

        named = Origin("http", "up.example", 80)
        async with Client(resolve=resolve) as client:
            with await client.send(named, "GET", "/", []):
                pass
            place = after.origin
            with await client.send(named, "GET", "/", []) as first:  # on the kept one
                assert (before.connections, after.connections) == (1, 0)
                with await client.send(named, "GET", "/", []) as second:
                    assert (first.status, second.status) == (200, 200)
            assert (before.connections, after.connections) == (1, 1)
            assert asked == [("up.example", 80)] * 2


async def test_an_address_that_refuses_hands_over_to_the_next_at_once(
    nobody: Address, somebody: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planoai.net.addresses.HEAD_START", 60)
    with await connected([nobody, nobody, somebody]) as opened:
        assert opened.getpeername() == somebody[1]


async def test_an_address_that_says_nothing_has_a_head_start_and_no_more(somebody: Address) -> None:
    with silence() as silent, await connected([silent, silent, somebody]) as opened:
        assert opened.getpeername() == somebody[1]


def test_the_families_take_turns() -> None:
    six, four = [at(f"::{n}", 1) for n in (1, 2, 3)], [at("127.0.0.1", 1)]
    assert interleaved([*six, *four]) == [six[0], four[0], *six[1:]]
    assert interleaved([*four, *six]) == [four[0], *six]


async def test_when_no_address_will_do_the_error_says_what_each_did(nobody: Address) -> None:
    origin = Origin("http", "up.example", 80)
    async with Client(resolve=names(nobody, nobody)) as client:
        with pytest.raises(UpstreamUnreachable) as caught:
            await client.send(origin, "GET", "/", [])
        assert caught.value.message == "http://up.example cannot be reached: it refuses the connection."
    async with Client(resolve=names()) as client:
        with pytest.raises(UpstreamUnreachable, match="its host name has no address"):
            await client.send(origin, "GET", "/", [])

    both = NoConnection(
        [
            (socket.AF_INET6, OSError(errno.ENETUNREACH, "Network is unreachable")),
            (socket.AF_INET, ConnectionRefusedError()),
        ]
    )
    assert unreachable(origin, both).message.endswith(
        "over IPv6 network is unreachable; over IPv4 it refuses the connection."
    )


async def test_the_time_for_a_connection_covers_the_name_and_every_address() -> None:
    forever = asyncio.Event()

    async def resolve(host: str, port: int) -> Sequence[Address]:
        await forever.wait()
        return []

    with silence() as silent:
        for each in (resolve, names(silent, silent)):
            async with Client(resolve=each) as client:
                with pytest.raises(ConnectTimeout, match="connect limit"):
                    await client.send(Origin("http", "up.example", 80), "GET", "/", [], timeouts=Timeouts(connect=0.1))


async def test_connections_send_small_writes_at_once_and_are_kept_alive(somebody: Address) -> None:
    async with Client(resolve=names(somebody)) as client:
        with await client.send(Origin("http", "up.example", 80), "GET", "/", []) as response:
            assert response._connection is not None
            opened: socket.socket = response._connection._transport.get_extra_info("socket")
            assert opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert opened.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
