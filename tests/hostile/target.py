"""A gateway as its users run it, a whole process tree in front of one scripted upstream, and bytes to throw at it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.net.raw import Answer, Raw
from tests.support.answers import CHAT
from tests.support.ports import free_port
from tests.support.program import Program, planoai
from tests.support.upstream import Upstream, scripted, whole

CONFIG = """
version: v0.4.0
listeners:
  - {{type: model, name: test, address: 127.0.0.1, port: {port}{more}}}
model_providers:
  - {{model: openai/gpt-4o, base_url: "{url}", access_key: sk-of-ours, default: true}}
  - {{model: anthropic/claude-sonnet-4-5, base_url: "{url}", access_key: sk-ant-of-ours}}
  - {{model: openrouter/*, base_url: "{url}/api/v1", access_key: sk-or-of-ours}}
"""
CHAT_PATH, MESSAGES_PATH = "/v1/chat/completions", "/v1/messages"
ASKED = b'{"model":"openai/gpt-4o","messages":[{"role":"user","content":"hi"}]}'
HEALTHY = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
PATIENCE = 60.0  # seconds; nothing here takes as long, whatever else the machine does


def head(*fields: bytes, path: str = CHAT_PATH) -> bytes:
    """Of a POST, with the end of the head."""
    return b"".join((b"POST %b HTTP/1.1\r\nHost: a\r\n" % path.encode(), *(each + b"\r\n" for each in fields), b"\r\n"))


def post(body: bytes, *fields: bytes, path: str = CHAT_PATH) -> bytes:
    return head(b"Content-Type: application/json", b"Content-Length: %d" % len(body), *fields, path=path) + body


@dataclass
class Target:
    """`workers` are the ids of the processes that serve."""

    port: int
    upstream: Upstream
    home: Path
    workers: list[int]

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Raw]:
        raw = Raw(*await asyncio.open_connection("127.0.0.1", self.port))
        try:
            yield raw
        finally:
            raw.writer.transport.abort()

    async def says_to(self, data: bytes) -> list[Answer]:
        """Every answer to `data` up to the end of the connection, which the gateway has to bring about; none where it closes without a word."""
        answers: list[Answer] = []
        async with asyncio.timeout(PATIENCE), self.connected() as raw:
            sending = asyncio.ensure_future(raw.send(data))
            try:
                while True:
                    answers.append(await raw.answer())
            except (asyncio.IncompleteReadError, ConnectionError) as end:
                if getattr(end, "partial", b""):
                    raise AssertionError("the connection ended in the middle of an answer") from end
            finally:
                sending.cancel()
                with suppress(asyncio.CancelledError, ConnectionError):
                    await sending
        return answers

    async def answer_to(self, data: bytes) -> Answer:
        """The first answer to `data`."""
        async with asyncio.timeout(PATIENCE), self.connected() as raw:
            sending = asyncio.ensure_future(raw.send(data))
            try:
                return await raw.answer()
            finally:
                sending.cancel()
                with suppress(asyncio.CancelledError, ConnectionError):
                    await sending

    async def serves(self) -> None:
        """Raises AssertionError unless the very processes that began still serve."""
        self.upstream.will(whole(CHAT))
        answer = await self.answer_to(post(ASKED))
        assert (answer.status, json.loads(answer.body)) == (200, CHAT)
        assert running_workers(self.home) == self.workers


def running_workers(home: Path) -> list[int]:
    told: list[int] = json.loads((home / "run" / "plano.pid").read_text())["workers"]
    return told


def refused(answer: Answer, path: str = CHAT_PATH) -> str:
    """The message of an error in the shape of the API at `path`. Raises AssertionError for everything else."""
    assert answer.headers["content-type"] == "application/json"
    told = json.loads(answer.body)
    assert answer.headers["x-request-id"]
    error: dict[str, str] = told["error"]
    if path == MESSAGES_PATH:
        assert told["type"] == "error"
        assert told["request_id"]
    else:
        assert set(error) == {"message", "type", "param", "code"}
    assert error["type"]
    message = error["message"]
    assert message
    assert "\n" not in message
    assert "Traceback" not in message
    return message


@asynccontextmanager
async def attacked(folder: Path, *, upstream: int | None = None, tls: str = "") -> AsyncIterator[Target]:
    """A gateway, in front of the port `upstream` where one is given; `tls` as the config has it.

    On the way out: it stops when told to, and never said anything of an exception.
    """
    home = folder / "home"
    port = free_port()
    async with scripted() as ours:
        config = folder / "config.yaml"
        more = f", tls: {tls}" if tls else ""
        config.write_text(CONFIG.format(port=port, more=more, url=f"http://127.0.0.1:{upstream or ours.port}"))
        environ = {"PLANO_HOME": str(home)}
        async with planoai("up", str(config), "--foreground", environ=environ) as program:
            await program.says("serves openai/gpt-4o")
            reading = asyncio.ensure_future(_read(program))
            yield Target(port, ours, home, running_workers(home))
            program.signal()
            await reading
            assert await program.ends() == 0
    said = program.said + "".join(each.read_text() for each in (home / "run" / "logs").iterdir())
    for sign in ("Traceback", "ERROR", "never retrieved", "sk-of-ours", "sk-or-of-ours", "sk-ant-of-ours"):
        assert sign not in said, said


async def _read(program: Program) -> None:
    """Everything it says, as it says it: a pipe that is full would stop it."""
    assert program.process.stdout is not None
    while chunk := await program.process.stdout.read(65536):
        program.said += chunk.decode()
