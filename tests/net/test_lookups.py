"""Host names that take their time, in the place of a resolver that a test can hold up."""

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from planoai.net.client import Client, Origin
from planoai.net.lookups import Lookups
from tests.net.raw import scripted
from tests.net.test_client import OK, keeps_saying

FOUND = [(socket.AF_INET, ("127.0.0.1", 80))]


class System:
    """The `getaddrinfo` of a system where `*.slow` hangs until `release`, `*.wrong` is unknown, and all others are here."""

    def __init__(self) -> None:
        self.real = socket.getaddrinfo
        self.release = threading.Event()
        self.asked: Counter[str] = Counter()
        self.threads: list[threading.Thread] = []

    def __call__(self, host: str, port: int | None, **how: Any) -> Any:
        if how.get("flags") == socket.AI_NUMERICHOST:
            return self.real(host, port, **how)
        self.asked[host] += 1
        self.threads.append(threading.current_thread())
        if host.endswith(".slow"):
            self.release.wait(30)
        if host.endswith(".wrong"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return self.real("127.0.0.1", port, **how)


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    system = System()
    monkeypatch.setattr(socket, "getaddrinfo", system)
    yield system
    system.release.set()
    for thread in system.threads:
        thread.join(10)


async def test_names_that_hang_do_not_hold_up_another(system: System) -> None:
    async with scripted(keeps_saying(OK)) as upstream, Client() as client:
        port = upstream.origin.port
        hanging = [
            asyncio.create_task(client.send(Origin("http", f"{n}.slow", port), "GET", "/", [])) for n in range(8)
        ]
        while system.asked.total() < 8:
            await asyncio.sleep(0)
        with await client.send(Origin("http", "good.example", port), "GET", "/", []) as response:
            assert response.status == 200
        assert not any(task.done() for task in hanging)
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)


async def test_a_name_is_asked_for_once_for_all_who_wait(system: System) -> None:
    lookups = Lookups()
    waiting = [asyncio.create_task(lookups("up.slow", port)) for port in (80, 80, 443)]
    while not system.asked:
        await asyncio.sleep(0)
    waiting[0].cancel()  # who asked first
    await asyncio.wait(waiting[:1])
    system.release.set()
    assert await waiting[1] == FOUND
    assert await waiting[2] == [(socket.AF_INET, ("127.0.0.1", 443))]
    assert waiting[0].cancelled()
    assert system.asked == {"up.slow": 1}
    await lookups("up.slow", 80)
    assert system.asked == {"up.slow": 2}  # nothing is remembered


async def test_an_address_is_not_looked_up(system: System) -> None:
    lookups = Lookups()
    assert await lookups("127.0.0.1", 80) == FOUND
    assert await lookups("::1", 80) == [(socket.AF_INET6, ("::1", 80, 0, 0))]
    assert not system.asked


async def test_a_name_that_is_unknown_is_so_for_all_who_wait_and_may_be_asked_for_again(system: System) -> None:
    lookups = Lookups()
    for outcome in await asyncio.gather(*(lookups("up.wrong", 80) for _ in range(2)), return_exceptions=True):
        assert isinstance(outcome, socket.gaierror)
    with pytest.raises(socket.gaierror):
        await lookups("up.wrong", 80)
    with pytest.raises(UnicodeError):
        await lookups(f"{'x' * 64}.example", 80)


async def test_more_lookups_than_there_are_threads_wait_their_turn(system: System) -> None:
    lookups = Lookups()
    waiting = [asyncio.create_task(lookups(f"{n}.slow", 80)) for n in range(20)]
    while system.asked.total() < 16:
        await asyncio.sleep(0)
    last = asyncio.create_task(lookups("good.example", 80))
    await asyncio.sleep(0)
    assert system.asked.total() == 16
    system.release.set()
    assert await asyncio.gather(*waiting, last) == [FOUND] * 21


def test_a_loop_ends_without_a_lookup_that_hangs(system: System) -> None:
    async def give_up() -> None:
        waiting = asyncio.create_task(Lookups()("up.slow", 80))
        while not system.asked:
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])

    asyncio.run(give_up())
    [thread] = system.threads
    assert thread.daemon
    system.release.set()
    thread.join(10)
    assert not thread.is_alive()
