"""`planoai` as a process of its own, as a user runs it."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Program:
    process: asyncio.subprocess.Process
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


@asynccontextmanager
async def planoai(*words: str, environ: Mapping[str, str] | None = None) -> AsyncIterator[Program]:
    """`planoai WORDS`, ended at the end whatever happened."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "planoai",
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "COLUMNS": "200", "PYTHONUNBUFFERED": "1", **(environ or {})},
    )
    try:
        yield Program(process)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.communicate()
