"""The workers of one config, from their start to the end of what the last one had to do."""

import asyncio
import os
import socket
from collections.abc import Callable, Mapping, Sequence

from planoai.config.schema import Config
from planoai.net import share
from planoai.net.proxy import Proxies
from planoai.process.child import Place, Role
from planoai.process.control import Channel
from planoai.process.orders import Chain, FromChild, WorkerOrders
from planoai.process.told import Tell
from planoai.providers.registry import Registry

Introduce = Callable[[Channel[FromChild], int], None]


class Generation:
    """`number` workers that serve `config` on `doors`, which stay the caller's, and show `chains` there. `introduce` gives each new one its feed.

    It is called with the channel and the process id."""

    def __init__(
        self,
        config: Config,
        doors: Sequence[socket.socket],
        chains: tuple[Chain | None, ...],
        number: int,
        *,
        level: str,
        proxies: Proxies,
        registry: Registry | None,
        environ: Mapping[str, str],
        introduce: Introduce,
        changed: Callable[[], None],
        tell: Tell,
    ) -> None:
        self.config = config
        self._doors = doors
        self._chains = chains
        self._level = level
        self._proxies = proxies
        self._registry = registry
        self._introduce = introduce
        self._table = share.table(number) if number > 1 else None
        self.places = [Place(self._role(each), environ, changed, tell) for each in range(number)]

    @property
    def patience(self) -> float:
        """Seconds that running requests get when it drains."""
        return max(listener.shutdown_timeout for listener in self.config.listeners)

    @property
    def pids(self) -> list[int]:
        return [place.pid for place in self.places if place.pid is not None]

    @property
    def waiting(self) -> int:
        return sum(place.waiting for place in self.places)

    async def run(self) -> None:
        """Returns when all have ended: after `drain` or `cut`, or when the first of one could not begin and `cut` ended the others."""
        try:
            async with asyncio.TaskGroup() as group:
                for place in self.places:
                    group.create_task(place.run())
        finally:
            if self._table is not None:
                os.close(self._table)

    async def started(self) -> Sequence[str]:
        """Waits until every worker accepts; the problems of the first that can not, each beginning with its path in the config if it has one."""
        for place in self.places:
            if problems := await asyncio.shield(place.started):
                return problems
        return ()

    def drain(self, *, stopping: bool) -> None:
        for place in self.places:
            place.drain(self.patience, stopping=stopping)

    def cut(self) -> None:
        for place in self.places:
            place.cut()

    def _role(self, number: int) -> Role:
        def brief(channel: Channel[FromChild], pid: int) -> None:
            orders = WorkerOrders(
                config=self.config,
                level=self._level,
                chains=self._chains,
                place=None if self._table is None else number,
                proxies=self._proxies,
                registry=self._registry,
            )
            table = [] if self._table is None else [self._table]
            channel.send(orders, [*(door.fileno() for door in self._doors), *table])
            self._introduce(channel, pid)

        def gone() -> None:
            if self._table is not None:
                share.clear(self._table, number)

        return Role("worker", "planoai.process.worker", brief, gone)
