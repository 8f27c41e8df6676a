"""A gateway that takes the place of another while somebody stops that one."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from planoai.process.home import Home
from tests.cli.command import begun
from tests.support.program import is_alive

# Says `held`, and `asked` when it is told to stop; stops at the end of its input.
HOLDER = """
import os, signal, sys
from pathlib import Path
from planoai.process.home import Home
from planoai.process.status import Status, write
home = Home(Path(sys.argv[1]))
signal.signal(signal.SIGTERM, lambda *_: print("asked", flush=True))
with home.held():
    write(home.status, Status(pid=os.getpid(), started=1.0, config="/c.yaml", state="serving"))
    print("held", flush=True)
    sys.stdin.read()
"""


@asynccontextmanager
async def holding(home: Home) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that has the place of a supervisor in `home`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        HOLDER,
        str(home.root),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        await says("held", process)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate(b"")


async def says(word: str, process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    async with asyncio.timeout(30):
        assert (await process.stdout.readline()).decode() == f"{word}\n"


async def test_down_stops_the_one_it_found_and_not_the_one_that_came_after_it(home: Home) -> None:
    async with holding(home) as first, begun("down", home=home) as down:
        await says("asked", first)
        os.kill(down.pid, signal.SIGSTOP)  # it is not to look in between
        await first.communicate(b"")
        async with holding(home) as second:
            os.kill(down.pid, signal.SIGCONT)
            async with asyncio.timeout(10):
                out, err = await down.communicate()
            assert (down.returncode, out) == (0, "✓ Plano stopped!\n".encode()), err
            assert is_alive(second.pid)
            assert home.in_use()
            assert home.status.exists()
