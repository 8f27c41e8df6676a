"""The worker: listeners, and the walk behind them, until the supervisor says otherwise. `serving` runs the same inside another process."""

import asyncio
import logging
import os
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, assert_never

from planoai.config.schema import Config
from planoai.errors import ConfigError
from planoai.gateway.build import Gateway, running
from planoai.gateway.routes import Routes, refuse
from planoai.net.server import Server
from planoai.net.share import Share
from planoai.observability.feed import Feed, feed_of
from planoai.process.certificates import contexts, contexts_of
from planoai.process.control import Channel, of_worker
from planoai.process.doors import opened
from planoai.process.entry import allow_connections, end_with_supervisor, enter, settle_memory
from planoai.process.logbook import log_to_stderr
from planoai.process.orders import Cut, Drain, Failed, FeedFollows, Ready, ToWorker, Waiting, WorkerOrders

if TYPE_CHECKING:
    from planoai.observability.observation import Observation

IDLE_GRACE_SECONDS = 5.0  # a client with an idle connection may be sending its next request when we are told to drain
_REPORT_SECONDS = 1.0
_COUNT_SECONDS = 60.0  # between two lines of the log that say what is left out of the records

log = logging.getLogger("planoai.worker")


@asynccontextmanager
async def serving(
    config: Config,
    *,
    port: int | None = None,
    drain_seconds: float = 5.0,
    idle_grace_seconds: float = 0.0,
    observed: "Callable[[Observation], None] | None" = None,
) -> AsyncIterator[tuple[Gateway, list[Server]]]:
    """A gateway with its listeners open. Raises ConfigError where a port can not be had.

    `port` replaces those of the config; 0 takes a free one. Leaving waits up to `drain_seconds` for what runs, and lets an idle
    connection begin one more request for `idle_grace_seconds`. `observed` gets what is made of each request, as it ends; nothing is stored.
    """
    async with running(config, feed=None if observed is None else _observing(config, observed)) as gateway:
        certificates = contexts(config)
        servers = servers_of(gateway, opened(config, port=port), certificates, drain_seconds, idle_grace_seconds)
        async with together(servers):
            yield gateway, servers


def _observing(config: Config, observed: Callable[["Observation"], None]) -> Feed:
    # Here, since a worker has no use for it: what reads conversations and prices takes memory.
    from planoai.observability.inside import observing
    from planoai.process.prices import prices_for

    return observing(config, observed, prices_for(config, None))


def servers_of(
    gateway: Gateway,
    doors: Sequence[socket.socket],
    certificates: Sequence[ssl.SSLContext | None],
    drain_seconds: float,
    idle_grace_seconds: float,
    share: Share | None = None,
) -> list[Server]:
    """One for each listener: `doors` are their sockets, `certificates` what they show."""
    routes = Routes(gateway)
    return [
        Server(
            routes,
            [door],
            tls=tls,
            share=share,
            drain_seconds=drain_seconds,
            idle_grace_seconds=idle_grace_seconds,
            refuse=refuse,
            refused=routes.refused,
        )
        for door, tls in zip(doors, certificates, strict=True)
    ]


@asynccontextmanager
async def together(servers: Sequence[Server]) -> AsyncIterator[None]:
    """All of them serve, and drain side by side."""
    async with AsyncExitStack() as stack:
        for server in servers:
            await stack.enter_async_context(server)
            stack.callback(server.drain)  # on the way out every one of them drains before the first is waited for
        yield


class Worker:
    """One that has its orders, and `doors`, the sockets that came with them."""

    def __init__(
        self,
        orders: WorkerOrders,
        doors: Sequence[socket.socket],
        share: Share | None,
        channel: Channel[ToWorker],
    ) -> None:
        self._orders = orders
        self._doors = doors
        self._share = share
        self._channel = channel
        self._feed = feed_of(orders.config)
        self._left_out = 0  # by the feed, as told last
        self._draining = asyncio.Event()
        self._servers: list[Server] = []

    async def run(self) -> None:
        """Serves until told to drain, and until what ran then has come to its end. Raises ConfigError where it can not begin."""
        config = self._orders.config
        orders = self._orders
        async with running(config, feed=self._feed, proxies=orders.proxies, registry=orders.registry) as gateway:
            patience = max(listener.shutdown_timeout for listener in config.listeners)
            certificates = contexts_of(self._orders.chains)
            self._servers = servers_of(
                gateway, self._doors, certificates, patience, IDLE_GRACE_SECONDS, share=self._share
            )
            async with asyncio.TaskGroup() as group:
                obeying = group.create_task(self._obey(gateway))
                counting = group.create_task(self._count())
                async with together(self._servers):
                    settle_memory()
                    self._channel.send(Ready())
                    await self._draining.wait()
                    reporting = group.create_task(self._report())
                reporting.cancel()
                await self._feed.aclose()  # a recorder that is just being replaced is introduced to us until then
                obeying.cancel()
                counting.cancel()
                self._tell_left_out()

    async def _obey(self, gateway: Gateway) -> None:
        while (received := await self._channel.receive()) is not None:
            match received.message:
                case FeedFollows():
                    [descriptor] = received.descriptors
                    self._feed.attach(socket.socket(fileno=descriptor))
                case Drain(stopping=stopping):
                    gateway.stopping = gateway.stopping or stopping
                    self._draining.set()
                case Cut():
                    self._draining.set()
                    for server in self._servers:
                        server.cut()
                case WorkerOrders():
                    pass  # they come once, before everything else
                case _:
                    assert_never(received.message)
        # Nobody is left who could tell us to end, nor a recorder to hear of what is cut. Whoever comes next needs our ports.
        os._exit(1)

    async def _report(self) -> None:
        while True:
            self._channel.send(Waiting(sum(server.running for server in self._servers)))
            await asyncio.sleep(_REPORT_SECONDS)

    async def _count(self) -> None:
        while True:
            await asyncio.sleep(_COUNT_SECONDS)
            self._tell_left_out()

    def _tell_left_out(self) -> None:
        more = self._feed.dropped - self._left_out
        if more:
            log.warning("%d facts or bodies of requests were left out: no recorder took them in time", more)
            self._left_out += more


async def work(descriptor: int) -> int:
    """The life of a worker process; `descriptor` is its end of the channel."""
    with of_worker(descriptor) as channel:
        received = await channel.receive()
        orders, descriptors = received or (None, [])
        if not isinstance(orders, WorkerOrders):
            return 1  # the supervisor has gone
        log_to_stderr(orders.level)
        allow_connections()
        share = None
        if orders.place is not None:
            table = descriptors.pop()
            share = Share(table, orders.place)
            os.close(table)
        doors = [socket.socket(fileno=each) for each in descriptors]
        try:
            await Worker(orders, doors, share, channel).run()
        except ConfigError as error:
            channel.send(Failed(tuple(error.problems)))
            return 1
    return 0


def main() -> None:
    end_with_supervisor()
    import uvloop

    enter(work, uvloop.new_event_loop)


if __name__ == "__main__":
    main()
