"""One place in the tree, from its first child to its last."""

import asyncio
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from msgspec import structs

from planoai.config.load import load
from planoai.net.server import listen
from planoai.process import child
from planoai.process.child import Place, Role
from planoai.process.control import Channel
from planoai.process.orders import Chain, Drain, FromChild, WorkerOrders
from planoai.process.settings import scrubbed
from planoai.process.told import Died, Told
from tests.support.program import is_alive

CONFIG = load("version: v0.4.0\nmodel_providers: [{model: openai/gpt-4o, access_key: k}]\n", {}).config
ORDERS = WorkerOrders(config=CONFIG, level="info", chains=(None,))


class Scene:
    """A place for a worker, whose first word is `orders`."""

    def __init__(self, orders: WorkerOrders | Drain) -> None:
        self.orders = orders
        self.told: list[Told] = []
        self.gone = 0
        self.changed = asyncio.Event()
        role = Role("worker", "planoai.process.worker", self.brief, self.went)
        self.place = Place(role, scrubbed(os.environ), self.changed.set, self.told.append)

    def brief(self, channel: Channel[FromChild], _pid: int) -> None:
        with listen("127.0.0.1", 0) as door:
            channel.send(self.orders, [door.fileno()])

    def went(self) -> None:
        self.gone += 1

    async def another(self, than: int | None) -> int:
        """The next child's process id."""
        async with asyncio.timeout(30):
            while self.place.pid in (None, than):
                self.changed.clear()
                await self.changed.wait()
        assert self.place.pid is not None
        return self.place.pid


@contextmanager
def no_room() -> Iterator[None]:
    """This process can open nothing more."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(each) for each in os.listdir("/dev/fd"))
    spare = [os.open(os.devnull, os.O_RDONLY) for _ in range(highest)]
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(spare) + 1, limits[1]))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        for each in spare:
            os.close(each)


async def test_a_child_that_dies_is_replaced_after_longer_and_longer_pauses() -> None:
    scene = Scene(ORDERS)
    pids: list[int] = []
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(scene.place.run())
        assert await scene.place.started == ()
        for _ in range(3):
            pids.append(await scene.another(pids[-1] if pids else None))
            os.kill(pids[-1], signal.SIGKILL)
        last = await scene.another(pids[-1])
        scene.place.drain(30.0, stopping=True)
    assert scene.told == [
        Died(f"worker {pid}", "was ended by SIGKILL", pause) for pid, pause in zip(pids, (0.1, 0.2, 0.4), strict=True)
    ]
    assert scene.gone == 4
    assert not is_alive(last)
    assert scene.place.pid is None


async def test_one_that_never_begins_is_not_tried_again() -> None:
    scene = Scene(Drain(stopping=True))  # no orders
    await scene.place.run()
    [problem] = await scene.place.started
    assert problem.endswith("ended with code 1 before it was ready")
    assert scene.told == []


async def test_what_keeps_a_replacement_from_beginning_is_told() -> None:
    scene = Scene(ORDERS)
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        group.create_task(scene.place.run())
        assert await scene.place.started == ()
        first = await scene.another(None)
        scene.orders = structs.replace(ORDERS, chains=(Chain(b"no", b"PEM"),))
        os.kill(first, signal.SIGKILL)
        second = await scene.another(first)
        await scene.another(second)
        scene.place.cut()
    why = "could not begin (listeners[0].tls: it holds no certificate and its key in PEM)"
    assert scene.told[1] == Died(f"worker {second}", why, 0.2)


async def test_a_replacement_that_hangs_before_it_is_ready_is_replaced_too(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(ORDERS)
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        group.create_task(scene.place.run())
        assert await scene.place.started == ()
        monkeypatch.setattr(child, "START_SECONDS", 0.5)
        first = await scene.another(None)
        os.kill(first, signal.SIGKILL)
        second = await scene.another(first)
        os.kill(second, signal.SIGSTOP)
        await scene.another(second)
        scene.place.cut()
    assert scene.told[:2] == [
        Died(f"worker {first}", "was ended by SIGKILL", 0.1),
        Died(f"worker {second}", "was not ready after 0.5 s", 0.2),
    ]


async def test_no_room_for_a_process_is_told() -> None:
    scene = Scene(ORDERS)
    with no_room():
        await scene.place.run()
    assert await scene.place.started == ["a worker could not be started (too many open files) before it was ready"]


async def test_one_that_does_not_listen_is_killed() -> None:
    scene = Scene(ORDERS)
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        group.create_task(scene.place.run())
        assert await scene.place.started == ()
        assert scene.place.pid is not None
        os.kill(scene.place.pid, signal.SIGSTOP)
        scene.place.drain(-9.9, stopping=True)  # a tenth of a second in all
    assert scene.told == []


async def test_whoever_leaves_takes_the_child_along() -> None:
    scene = Scene(ORDERS)
    running = asyncio.ensure_future(scene.place.run())
    assert await scene.place.started == ()
    pid = scene.place.pid
    assert pid is not None
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not is_alive(pid)
