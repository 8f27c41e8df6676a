"""Who is sent a signal: the process that holds the lock of the home, whatever a file says, and nobody who came after it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from planoai.process.home import Home
from tests.cli.command import begun
from tests.support.program import is_alive

pytestmark = pytest.mark.no_cover

# Says `held`, and `asked` when it is told to stop; stops at the end of its input. Its status names the process of its second argument, if there is one.
HOLDER = """
import os, signal, sys
from pathlib import Path
from planoai.process.home import Home
from planoai.process.status import Status, write

home = Home(Path(sys.argv[1]))
signal.signal(signal.SIGTERM, lambda *_: print("asked", flush=True))
with home.held():
    for pid in sys.argv[2:]:
        write(home.status, Status(pid=int(pid) or os.getpid(), started=1.0, config="/c.yaml", state="serving"))
    print("held", flush=True)
    sys.stdin.read()
"""


@asynccontextmanager
async def holding(home: Home, *told: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that has the place of a supervisor in `home`. `told`: the process id that its status has, 0 is its own; without, it has none."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        HOLDER,
        str(home.root),
        *map(str, told),
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
    async with holding(home, 0) as first, begun("down", home=home) as down:
        await says("asked", first)
        os.kill(down.pid, signal.SIGSTOP)  # it is not to look in between
        await first.communicate(b"")
        async with holding(home, 0) as second:
            os.kill(down.pid, signal.SIGCONT)
            async with asyncio.timeout(10):
                out, err = await down.communicate()
            assert (down.returncode, out) == (0, "✓ Plano stopped!\n".encode()), err
            assert is_alive(second.pid)
            assert home.in_use()
            assert home.status.exists()


async def test_one_that_can_not_say_who_it_is_is_stopped_all_the_same(home: Home) -> None:
    async with holding(home) as silent, begun("down", home=home) as down:
        await says("asked", silent)
        await silent.communicate(b"")
        out, err = await down.communicate()
        assert (down.returncode, out) == (0, "✓ Plano stopped!\n".encode()), err


async def test_the_process_that_a_file_names_is_left_alone_where_another_holds_the_lock(home: Home) -> None:
    innocent = await asyncio.create_subprocess_exec("sleep", "600")
    try:
        async with holding(home, innocent.pid) as holder, begun("down", "--now", home=home) as down:
            await says("asked", holder)
            await holder.communicate(b"")
            assert await down.wait() == 0
        assert is_alive(innocent.pid)
    finally:
        innocent.kill()
        await innocent.wait()
