"""The worker: listeners, and the walk behind them, until it is told to stop."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from planoai.config.schema import Config
from planoai.errors import ConfigError
from planoai.gateway.build import Gateway, running
from planoai.gateway.routes import Routes
from planoai.net.server import Server, listen

Address = tuple[str, int]


@asynccontextmanager
async def serving(config: Config, *, port: int | None = None) -> AsyncIterator[tuple[Gateway, list[Address]]]:
    """A gateway with its listeners open, and the addresses they are bound to. Raises ConfigError where a port can not be had.

    `port` replaces those of the config; 0 takes a free one.
    """
    async with AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(running(config))
        addresses: list[Address] = []
        for place, door in enumerate(config.listeners):
            wanted = door.port if port is None else port
            try:
                opened = listen(door.address, wanted)
            except OSError as error:
                where = f"listeners[{place}]: {door.address}:{wanted}"
                raise ConfigError([f"{where} can not be bound: {(error.strerror or str(error)).lower()}"]) from None
            server = await stack.enter_async_context(Server(Routes(gateway), [opened]))
            addresses += server.addresses
        yield gateway, addresses


async def work(config: Config, started: Callable[[list[Address]], None]) -> None:
    """Serves until SIGTERM or SIGINT, then lets what runs come to its end. Calls `started` once every listener is open."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with serving(config) as (_, addresses):
        started(addresses)
        await stop.wait()
