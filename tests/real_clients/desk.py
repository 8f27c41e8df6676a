"""Where a client runs: an empty home, a clean environment, and no way out of this machine."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

_DEFAULT = "~/.cache/planoai/real-clients"
_SECONDS = 90


def installed() -> Path:
    """Where scripts/real-clients puts them: `node`, and an environment of its own for each of Python's."""
    return Path(os.environ.get("REAL_CLIENTS") or _DEFAULT).expanduser()


NODE_MODULES = installed() / "node" / "node_modules"


def python_of(name: str) -> str:
    return str(installed() / name / "bin" / "python")


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def told(self) -> str:
        """What it printed, once it ended well."""
        assert self.code == 0, f"exit code {self.code}\n{self.out}\n{self.err}"
        return self.out


@dataclass
class Desk:
    """`refused` has the hosts that a client tried to reach, other than the gateway."""

    home: Path
    work: Path
    way_out: str  # a proxy that lets nobody through
    refused: list[str] = field(default_factory=list)

    async def run(self, *words: str, environ: Mapping[str, str] = MappingProxyType({})) -> Ran:
        """Ends it, and what it started, when it takes too long."""
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=self.work,
            env={**self._environ, **environ},
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(_SECONDS):
                out, err = await process.communicate()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        assert process.returncode is not None
        return Ran(process.returncode, out.decode(), err.decode())

    @property
    def _environ(self) -> dict[str, str]:
        path = f"{NODE_MODULES / '.bin'}:{os.environ['PATH']}"
        proxies = dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"), self.way_out)
        near = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost")
        return {"PATH": path, "HOME": str(self.home), "TERM": "dumb", "LANG": "C.UTF-8", **proxies, **near}


@asynccontextmanager
async def cleared(folder: Path) -> AsyncIterator[Desk]:
    """A desk with nothing on it, in `folder`."""
    home, work = folder / "home", folder / "work"
    home.mkdir()
    work.mkdir()
    refused: list[str] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = await reader.readuntil(b"\r\n\r\n")
            refused.append(head.split(b" ", 2)[1].decode("latin-1"))
            writer.write(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield Desk(home, work, f"http://127.0.0.1:{port}", refused)
