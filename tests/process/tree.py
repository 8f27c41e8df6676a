"""A whole gateway as a user runs it, in front of the simulated provider."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from planoai.process.status import Reloads, Status
from planoai.simulate import simulating
from tests.net.raw import Answer, Raw
from tests.support.ports import free_port
from tests.support.program import Program, planoai

NOWHERE = "http://127.0.0.1:1"  # a provider for who asks for no answer
HEALTHY = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
KEY = "sk-planted-in-the-config"
CONFIG = """
version: v0.4.0
workers: {workers}
listeners:
  - {{type: model, name: test, address: 127.0.0.1, port: {port}{listener}}}
model_providers:
  - {{model: openai/gpt-4o, base_url: "{url}", access_key: $THE_KEY, default: true}}
"""


@dataclass
class Tree:
    program: Program
    config: Path
    port: int
    url: str  # of the provider

    @property
    def status(self) -> Status:
        return self.program.status

    def write(self, *, workers: int = 2, listener: str = "", more: str = "") -> None:
        self.config.write_text(CONFIG.format(workers=workers, port=self.port, url=self.url, listener=listener) + more)

    async def reload(self) -> Reloads:
        """What became of it."""
        wanted = self.status.reload.number + 1
        os.kill(self.status.pid, signal.SIGHUP)
        return (await self.when(lambda status: status.reload.number >= wanted)).reload

    async def when(self, holds: Callable[[Status], bool]) -> Status:
        async with asyncio.timeout(30):
            while not holds(status := self.status):
                await asyncio.sleep(0.005)
        return status


@asynccontextmanager
async def tree(
    folder: Path, *, workers: int = 2, listener: str = "", upstream: str = "", more: str = ""
) -> AsyncIterator[Tree]:
    """`listener`: more of its keys. `upstream`: the address of another provider than the simulated one. `more`: the rest of the config."""
    async with AsyncExitStack() as stack:
        if not upstream:
            upstream = await stack.enter_async_context(simulating())
        config, port = folder / "config.yaml", free_port()
        config.write_text(CONFIG.format(workers=workers, port=port, url=upstream, listener=listener) + more)
        environ = {"THE_KEY": KEY, "OTHER_SECRET": "sk-planted-in-the-environment"}
        program = await stack.enter_async_context(planoai("up", str(config), "--foreground", environ=environ))
        await program.says(r"on https?://")
        yield Tree(program, config, port, upstream)


async def ask(port: int, what: bytes = HEALTHY) -> Answer:
    """The answer on a connection of its own."""
    raw = Raw(*await asyncio.open_connection("127.0.0.1", port))
    try:
        await raw.send(what)
        return await raw.answer()
    finally:
        raw.writer.close()


def processes(running: Tree) -> list[int]:
    """All but the supervisor."""
    found = running.status
    assert found.recorder is not None
    return [*found.workers, found.recorder]


def access_log(running: Tree) -> list[str]:
    return (running.program.home.logs / "access_llm.log").read_text().splitlines()


async def refused(port: int) -> None:
    """Returns once nothing listens on `port` any more."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            return
        except ConnectionResetError:  # it came between the last look at the socket and its end
            continue
        writer.close()
