"""The worker: listeners, and the walk behind them, until it is told to stop."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from planoai.config.schema import Config
from planoai.errors import ConfigError
from planoai.gateway.build import Gateway, running
from planoai.gateway.routes import Routes, refuse
from planoai.net.server import Server, listen

Address = tuple[str, int]

DRAIN_SECONDS = 300.0  # what runs when we are told to stop may take this long to come to its end
IDLE_GRACE_SECONDS = 5.0  # and a client with an idle connection may have sent its next request just then


@asynccontextmanager
async def serving(
    config: Config, *, port: int | None = None, drain_seconds: float = 5.0, idle_grace_seconds: float = 0.0
) -> AsyncIterator[tuple[Gateway, list[Server]]]:
    """A gateway with its listeners open. Raises ConfigError where a port can not be had.

    `port` replaces those of the config; 0 takes a free one. Leaving waits up to `drain_seconds` for what runs, and lets an idle
    connection begin one more request for `idle_grace_seconds`.
    """
    async with AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(running(config))
        servers = []
        for place, door in enumerate(config.listeners):
            wanted = door.port if port is None else port
            try:
                opened = listen(door.address, wanted)
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                where = f"[{door.address}]:{wanted}" if ":" in door.address else f"{door.address}:{wanted}"
                raise ConfigError([f"listeners[{place}]: {where} can not be bound: {reason}"]) from None
            server = Server(
                Routes(gateway),
                [opened],
                drain_seconds=drain_seconds,
                idle_grace_seconds=idle_grace_seconds,
                refuse=refuse,
            )
            servers.append(await stack.enter_async_context(server))
        yield gateway, servers


async def work(config: Config, started: Callable[[list[Address]], None], stopping: Callable[[int], None]) -> None:
    """Serves until SIGTERM or SIGINT, then lets what runs come to its end; a second signal cuts it.

    Calls `started` once every listener is open, and `stopping` with the number of requests that are waited for.
    """
    stop = asyncio.Event()
    task = asyncio.current_task()

    def signalled() -> None:
        if stop.is_set() and task is not None:
            task.cancel()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, signalled)
    with suppress(asyncio.CancelledError):
        async with serving(config, drain_seconds=DRAIN_SECONDS, idle_grace_seconds=IDLE_GRACE_SECONDS) as (_, servers):
            _settle_memory()
            started([address for server in servers for address in server.addresses])
            await stop.wait()
            stopping(sum(server.running for server in servers))


def _settle_memory() -> None:
    """What has been loaded stays: the collector need not look at it again, nor so often at requests, which hardly ever leave cycles behind."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
