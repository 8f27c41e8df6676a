"""A command of `planoai` that comes to its end, its results apart from its talk."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from planoai.process import status
from planoai.process.home import Home
from tests.support.ports import free_port
from tests.support.upstream import Hold

CONFIG = """
version: v0.4.0
listeners:
  - {{type: model, name: test, address: 127.0.0.1, port: {port}}}
model_providers:
  - {{model: openai/gpt-4o, base_url: "{url}", access_key: $THE_KEY, default: true}}
"""
KEY = {"THE_KEY": "sk-that-nobody-sees"}
ASKED = {"messages": [{"role": "user", "content": "hi"}]}


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


async def done(
    *words: str, home: Home, environ: Mapping[str, str] = KEY, stdout: int = asyncio.subprocess.PIPE
) -> Done:
    """`planoai WORDS` with `home`, run to its end. With another `stdout` there is nothing in `out`."""
    async with begun(*words, home=home, environ=environ, stdout=stdout) as process, asyncio.timeout(60):
        out, err = await process.communicate()
    assert process.returncode is not None
    assert b"Traceback" not in err, err.decode()
    return Done(process.returncode, (out or b"").decode(), err.decode())


@asynccontextmanager
async def begun(
    *words: str,
    home: Home,
    environ: Mapping[str, str] = KEY,
    stdout: int = asyncio.subprocess.PIPE,
    folder: Path | None = None,
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`planoai WORDS` with `home`, in `folder`; what of it still runs at the end is killed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "planoai",
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=stdout,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "PLANO_HOME": str(home.root), **environ},
        cwd=folder,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def line_with(text: str, reader: asyncio.StreamReader | None) -> str:
    """The next line that holds `text`."""
    assert reader is not None
    async with asyncio.timeout(30):
        while text not in (line := (await reader.readline()).decode()):
            assert line, f"it ended without saying {text!r}"
    return line


def written(folder: Path, url: str = "http://127.0.0.1:1", port: int = 0) -> tuple[Path, str]:
    """A config in `folder`, and the address that it serves."""
    port = port or free_port()
    file = folder / "config.yaml"
    file.write_text(CONFIG.format(port=port, url=url))
    return file, f"http://127.0.0.1:{port}"


def lives(home: Home) -> status.Status:
    found = status.read(home)
    assert found is not None
    return found


class Streaming:
    """A stream in the middle of its answer. `whole` is what the client has when it is over; None where it was cut."""

    def __init__(self, url: str, hold: Hold) -> None:
        self.hold = hold
        self._task = asyncio.ensure_future(self._ask(url))

    async def _ask(self, url: str) -> bytes | None:
        try:
            async with httpx2.AsyncClient(base_url=url) as http:
                answer = await http.post("/v1/chat/completions", json={**ASKED, "stream": True})
                return answer.content
        except httpx2.HTTPError:
            return None

    async def whole(self) -> bytes | None:
        self.hold.release.set()
        return await self._task


async def streaming(folder: Path, home: Home, upstream_url: str, hold: Hold) -> Streaming:
    """A gateway in the background, and a request to it that waits in `hold`."""
    file, url = written(folder, upstream_url)
    assert (await done("up", str(file), home=home)).code == 0
    running = Streaming(url, hold)
    await hold.reached.wait()
    return running
