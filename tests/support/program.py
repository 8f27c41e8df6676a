"""`planoai` as a process of its own, as a user runs it, with a home of its own."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from planoai.process import status
from planoai.process.home import Home
from planoai.process.status import Status


@dataclass
class Program:
    """`home` is where it keeps its files; what was started in the background with it ends when the program does."""

    process: asyncio.subprocess.Process
    home: Home
    said: str = field(default="")  # on both channels, so far

    async def says(self, pattern: str) -> re.Match[str]:
        """Reads on until what was said holds `pattern`."""
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            while not (match := re.search(pattern, self.said)):
                line = await self.process.stdout.readline()
                assert line, f"it ended without saying {pattern!r}: {self.said}"
                self.said += line.decode()
        return match

    async def ends(self) -> int:
        """Its exit code; everything it had to say is in `said`."""
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            self.said += (await self.process.stdout.read()).decode()
            return await self.process.wait()

    def signal(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    @property
    def status(self) -> Status:
        """What its supervisor says of itself."""
        found = status.read(self.home)
        assert found is not None, f"nothing runs: {self.said}"
        return found


@asynccontextmanager
async def planoai(*words: str, environ: Mapping[str, str] | None = None) -> AsyncIterator[Program]:
    """`planoai WORDS`, ended at the end whatever happened. `PLANO_HOME` is a new folder unless `environ` says otherwise."""
    with TemporaryDirectory(prefix="plano-") as folder:
        env = {**os.environ, "COLUMNS": "200", "PYTHONUNBUFFERED": "1", "PLANO_HOME": folder, **(environ or {})}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "planoai",
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=env,
        )
        program = Program(process, Home.of(env))
        try:
            yield program
        finally:
            await _end(program)
            if env["PLANO_HOME"] == folder:
                await end_of(program.home)


@contextmanager
def held_up(home: Home) -> Iterator[None]:
    """The start of what has this home does not come to its end: its access log is a pipe that nobody reads, until this is left."""
    home.make()
    pipe = home.logs / "access_llm.log"
    os.mkfifo(pipe)
    try:
        yield
    finally:
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        pipe.unlink()
        os.close(reader)


async def end_of(home: Home) -> None:
    """Ends whatever lives in `home`, at once, and returns when it is gone."""
    found = status.read(home)
    if found is not None:
        _kill(found.pid)
        await gone([found.pid, *found.workers, *([found.recorder] if found.recorder else [])])


async def gone(pids: Iterable[int]) -> None:
    """Returns once none of these processes is left; fails if one stays."""
    waited = set(pids)
    async with asyncio.timeout(30):
        while waited := {pid for pid in waited if is_alive(pid)}:
            await asyncio.sleep(0.01)


def is_alive(pid: int) -> bool:
    """A zombie has ended, whether or not its parent has looked; unless a thread of it has not, and keeps its sockets open."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        threads = len(os.listdir(f"/proc/{pid}/task"))
    except OSError:
        return not Path("/proc/self").exists() and _exists(pid)
    return stat.rpartition(")")[2].split()[0] != "Z" or threads > 1


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def _end(program: Program) -> None:
    if program.process.returncode is not None:
        return
    program.process.terminate()
    try:
        async with asyncio.timeout(10):
            await program.process.communicate()
    except TimeoutError:
        program.process.kill()
        await program.process.communicate()


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
