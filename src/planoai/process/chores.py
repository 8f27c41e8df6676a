"""What the recorder does beside reading feeds: it is read by who scrapes metrics, keeps prices fresh and the store within its limits."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from planoai.net.server import Server
from planoai.observability.metrics import Role
from planoai.observability.watch import Watch
from planoai.pricing.prices import Prices
from planoai.process.entry import settle_memory
from planoai.process.exposing import LIMITS, Exposing
from planoai.process.outlets import Outlets
from planoai.process.price_feeds import keep_fresh

_TEND_SECONDS = 1.0

Chore = Callable[[], Awaitable[None]]

log = logging.getLogger("planoai.recorder")


class Seen(Protocol):
    """What is asked at each look at the metrics; see Recorder."""

    def running(self) -> Mapping[str, int]: ...

    def processes(self) -> Mapping[int, Role]: ...


class Chores:
    """They run while its `async with` does. One that fails is told in the log, and is no reason for others to end."""

    def __init__(self, outlets: Outlets, seen: Seen) -> None:
        self._outlets = outlets
        self._seen = seen
        self._exposing = Exposing(outlets.metrics, self._running, seen.processes)
        self._group = asyncio.TaskGroup()
        self._tasks: list[asyncio.Task[None]] = []  # all of them
        self._of_watch: list[asyncio.Task[None]] = []  # those that end when there is another

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._tasks = [self._start(self._tend)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in (*self._tasks, *self._of_watch):
            each.cancel()
        await self._group.__aexit__(kind, error, trace)

    async def go_by(self, watch: Watch, doors: Sequence[socket.socket]) -> None:
        """`doors`: where metrics are read from now on, of which the caller keeps none."""
        for each in self._of_watch:
            each.cancel()
        self._of_watch = [self._start(partial(self._price, watch))]
        if doors:
            exposing = self._start(partial(self._expose, doors))
            exposing.add_done_callback(lambda _: _close(doors))  # it may have been told to end before it began
            self._of_watch.append(exposing)
        await self._outlets.go_by(watch)
        settle_memory()

    def _running(self) -> Mapping[str, int]:
        self._outlets.count()  # whoever looks wants to know of losses, too
        return self._seen.running()

    def _start(self, chore: Chore) -> asyncio.Task[None]:
        return self._group.create_task(_guarded(chore))

    async def _expose(self, doors: Sequence[socket.socket]) -> None:
        async with Server(self._exposing, doors, LIMITS, drain_seconds=1.0):
            await asyncio.Event().wait()

    async def _price(self, watch: Watch) -> None:
        def changed(prices: Prices) -> None:
            self._outlets.lens.prices = prices

        await keep_fresh(watch.config, Path(watch.home), watch.proxies, _today, changed)

    async def _tend(self) -> None:
        while True:
            await asyncio.sleep(_TEND_SECONDS)
            await self._outlets.tend()


async def _guarded(chore: Chore) -> None:
    """`chore` is called here: a coroutine that was made for a task which never ran is one that nobody awaits."""
    try:
        await chore()
    except Exception:  # requests are recorded without it
        log.exception("something beside the recording of requests has failed")


def _close(doors: Sequence[socket.socket]) -> None:
    for each in doors:
        each.close()


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
