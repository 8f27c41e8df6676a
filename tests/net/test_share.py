"""How connections are shared out: the table by itself, and between two processes that accept from one socket."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from planoai.net.server import Server, Share, listen
from planoai.net.share import clear, table
from tests.net.raw import connected
from tests.net.test_server import GET, echo

pytestmark = pytest.mark.no_cover


@pytest.fixture
def descriptor() -> Iterator[int]:
    descriptor = table(3)
    yield descriptor
    os.close(descriptor)


@pytest.fixture
def pair(descriptor: int) -> Iterator[tuple[Share, Share]]:
    """Two that accept."""
    both = Share(descriptor, 0), Share(descriptor, 2)
    for each in both:
        each.enter()
    yield both
    for each in both:
        each.close()


def test_nobody_waits_for_places_that_nobody_has(descriptor: int) -> None:
    share = Share(descriptor, 1)
    share.enter()
    for _ in range(100):
        share.opened()
    assert not share.ahead()
    share.close()


def test_who_has_more_is_ahead_until_the_other_has_as_many(pair: tuple[Share, Share]) -> None:
    first, second = pair
    first.opened()
    assert not first.ahead()  # one more is no difference
    first.opened()
    assert first.ahead()
    assert not second.ahead()
    second.opened()
    assert not first.ahead()
    for _ in range(3):
        second.opened()
    assert second.ahead()
    second.closed()
    second.closed()
    assert not second.ahead()


def test_of_many_an_eighth_is_no_difference(pair: tuple[Share, Share]) -> None:
    first, second = pair
    for _ in range(80):
        second.opened()
    for _ in range(90):
        first.opened()
    assert not first.ahead()
    first.opened()
    first.opened()
    assert first.ahead()


def test_connections_that_come_and_go_are_taken_in_turn(pair: tuple[Share, Share]) -> None:
    first, second = pair
    taken = {first: 0, second: 0}
    for _ in range(100):
        quickest = second if first.ahead() else first
        taken[quickest] += 1
        quickest.opened()
        quickest.closed()
    assert abs(taken[first] - taken[second]) <= 5


def test_who_comes_late_does_not_make_up_for_what_was_taken_before(pair: tuple[Share, Share], descriptor: int) -> None:
    for _ in range(50):
        for each in pair:
            each.opened()
            each.closed()
    late = Share(descriptor, 1)
    late.enter()
    for each in (*pair, late):
        assert not each.ahead()
    late.close()


def test_who_leaves_connections_waiting_is_waited_for_ever_less(pair: tuple[Share, Share]) -> None:
    first, second = pair
    waits = []
    for number in range(1000):
        if first.ahead():
            waits.append(number)
            first.pass_over()
        assert not first.ahead()
        first.opened()
    assert len(waits) < 10
    assert waits[0] == 2
    second.opened()
    assert first.ahead()


@pytest.mark.parametrize("how", ["leaves", "is cleared"])
def test_nobody_waits_for_who_accepts_no_more(pair: tuple[Share, Share], descriptor: int, how: str) -> None:
    first, second = pair
    for _ in range(5):
        first.opened()
    if how == "leaves":
        second.leave()
        second.closed()  # one it had ends while it drains: the place may be another's by now
    else:
        clear(descriptor, 2)
    assert not first.ahead()


ACCEPTOR = """
import asyncio, json, os, signal, socket, sys, time, uvloop
from planoai.net import accepting
from planoai.net.server import Server, Share

def doze(seconds):
    time.sleep(seconds)
    asyncio.get_running_loop().call_soon(doze, seconds)

async def main(listener, table, place, slow):
    taken = 0
    if place and slow:
        doze(slow)
    async def handler(request, reply):
        nonlocal taken
        if request.path == "/taken":
            reply.send(200, [], str(taken).encode())
        elif request.path == "/first":
            taken += 1
            reply.send(200, [], str(os.getpid()).encode())
    share = Share(table, place)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with Server(handler, [socket.socket(fileno=listener)], share=share):
        print("ready", flush=True)
        await stop.wait()
    share.close()
    print(json.dumps(taken), flush=True)

with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    accepting._PATIENCE = float(sys.argv[1])
    runner.run(main(*map(int, sys.argv[3:]), slow=float(sys.argv[2])))
"""

MUCH = 30.0  # seconds; no system keeps a process from running so long: nobody misses a turn


@asynccontextmanager
async def acceptors(
    patience: float = 0.005, slow: float = 0.0
) -> AsyncIterator[tuple[tuple[str, int], list[asyncio.subprocess.Process]]]:
    """Two processes that accept from one socket, and give each other so many seconds for a turn; its address, and they.

    The second sleeps for `slow` seconds each time around: without turns the first would take most.
    """
    descriptor = table(2)
    with listen("127.0.0.1", 0) as listener:
        address: tuple[str, int] = listener.getsockname()
        passed = (listener.fileno(), descriptor)
        processes = [
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                ACCEPTOR,
                *map(str, (patience, slow, *passed, place)),
                pass_fds=passed,
                stdout=asyncio.subprocess.PIPE,
            )
            for place in range(2)
        ]
    os.close(descriptor)
    try:
        for each in processes:
            assert each.stdout is not None
            assert await each.stdout.readline() == b"ready\n"
        yield address, processes
    finally:
        for each in processes:
            if each.returncode is None:
                each.kill()
            await each.communicate()


async def shares(processes: list[asyncio.subprocess.Process]) -> list[int]:
    """Ends them; what each had taken."""
    counts = []
    for each in processes:
        each.terminate()
        out, _ = await each.communicate()
        counts.append(json.loads(out))
    return counts


FIRST = b"GET /first HTTP/1.1\r\nHost: a\r\n\r\n"


def ask(address: tuple[str, int]) -> tuple[socket.socket, int]:
    """One request on a connection of its own, which stays open; the process that answered."""
    sock = socket.create_connection(address, timeout=30)
    sock.sendall(FIRST)
    return sock, answerer(sock)


def answerer(sock: socket.socket) -> int:
    seen = b""
    while b"\r\n\r\n" not in seen:
        seen += sock.recv(4096)
    return int(seen.rpartition(b"\r\n")[2])


@pytest.mark.parametrize("kept", [True, False], ids=["that stay", "that go"])
async def test_connections_opened_one_after_another_are_shared_evenly(kept: bool) -> None:
    async with acceptors(MUCH, slow=0.002) as (address, processes):
        held = []
        for _ in range(200):
            sock, _ = ask(address)
            if kept:
                held.append(sock)
            else:
                sock.shutdown(socket.SHUT_WR)
                assert sock.recv(1) == b""  # who had it counts it no more
                sock.close()
        for sock in held:
            sock.close()
        counts = await shares(processes)
    assert sum(counts) == 200
    assert max(counts) / min(counts) <= 1.5, counts


async def test_connections_opened_at_once_are_shared_evenly() -> None:
    async with acceptors(MUCH, slow=0.02) as (address, processes):
        sockets = []
        for _ in range(1000):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(address)
            sockets.append(sock)
        for sock in sockets:
            sock.settimeout(30)
            while sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                pass
        for sock in sockets:
            sock.sendall(FIRST)
        for sock in sockets:
            answerer(sock)
        for sock in sockets:  # not before: who learns of it first would have fewer than the other
            sock.close()
        counts = await shares(processes)
    assert sum(counts) == 1000
    assert max(counts) / min(counts) <= 1.5, counts


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL], ids=["hangs", "died"])
async def test_connections_do_not_wait_for_one_that(number: signal.Signals) -> None:
    async with acceptors() as (address, processes):
        held = [ask(address) for _ in range(20)]
        processes[0].send_signal(number)
        for _ in range(200):  # what it would have had to take
            held.append(ask(address))
            assert held[-1][1] == processes[1].pid
        for sock, _ in held:
            sock.close()


async def test_a_server_that_drains_is_not_waited_for() -> None:
    descriptor = table(2)
    one, other = Share(descriptor, 0), Share(descriptor, 1)
    os.close(descriptor)
    with listen("127.0.0.1", 0) as listener:
        async with Server(echo, [listener.dup()], share=one) as stays:
            async with Server(echo, [listener.dup()], share=other) as leaves:
                leaves.drain()
                leaves.drain()
                for _ in range(5):
                    one.opened()
                assert not one.ahead()
            async with connected(stays) as raw:  # the socket is open still
                await raw.send(GET)
                assert (await raw.answer()).status == 200
                assert not one.ahead()
    for share in (one, other):
        share.close()
