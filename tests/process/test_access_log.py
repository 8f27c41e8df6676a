"""How each exchange that ends in a way of its own is told in the access log of a whole gateway."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from tests.net.raw import Raw
from tests.process.tree import Tree, tree
from tests.support.answers import CHAT, CHAT_STREAM
from tests.support.upstream import Cut, Hold, Step, Upstream, scripted, stream, whole

pytestmark = pytest.mark.no_cover

PATH = "/v1/chat/completions"
BUSY = whole({"error": {"message": "busy"}}, 503)


@dataclass
class Logged:
    running: Tree
    upstream: Upstream
    http: httpx2.AsyncClient

    async def ask(self, name: str, script: list[Step], **more: object) -> httpx2.Response:
        self.upstream.will(*([script] if name != "retried" else [BUSY, script]))
        body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "hi"}], **more}
        return await self.http.post(PATH, json=body, headers={"x-request-id": name})

    async def line(self, name: str) -> str:
        """Of the request with this id, as soon as there is one."""
        log = self.running.program.home.logs / "access_llm.log"
        async with asyncio.timeout(20):
            while True:
                for line in log.read_text().splitlines() if log.exists() else ():
                    if f'"{name}"' in line:
                        return line
                await asyncio.sleep(0.02)

    async def told(self, name: str) -> tuple[str, str, str, str]:
        """Status, flags, attempts and outcome."""
        line = await self.line(name)
        found = re.search(r'HTTP/[\d.-]+" (\S+) (\S+) .* attempts=(\d+).* outcome=(\w+)', line)
        assert found is not None, line
        return found[1], found[2], found[3], found[4]


@pytest.fixture
async def logged(tmp_path: Path) -> AsyncIterator[Logged]:
    async with (
        scripted() as upstream,
        tree(tmp_path, workers=1, upstream=upstream.url, listener=", max_retries: 1") as running,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{running.port}", timeout=30) as http,
    ):
        yield Logged(running, upstream, http)


ENDINGS: dict[str, tuple[list[Step], bool, tuple[str, str, str, str]]] = {
    "whole": (whole(CHAT), False, ("200", "-", "1", "completed")),
    "streamed": (stream(*CHAT_STREAM), True, ("200", "-", "1", "completed")),
    "retried": (whole(CHAT), False, ("200", "-", "2", "completed")),
    "refused": (whole({"error": {"message": "no"}}, 400), False, ("400", "-", "1", "completed")),
    "exhausted": (BUSY, False, ("503", "URX", "2", "completed")),
    "broken": ([Cut()], False, ("502", "URX,UC", "2", "failed")),
    "cut": (stream(*CHAT_STREAM[:2], Cut()), True, ("200", "UC", "1", "cut")),
    "unknown": (whole(CHAT), False, ("404", "-", "0", "failed")),
}


async def test_each_ending_has_its_words(logged: Logged) -> None:
    for name, (script, streaming, _) in ENDINGS.items():
        more = {"model": "no/such"} if name == "unknown" else {}
        await logged.ask(name, script, stream=streaming, **more)
    assert {name: await logged.told(name) for name in ENDINGS} == {name: told for name, (_, _, told) in ENDINGS.items()}
    usage = {"whole": CHAT["usage"], "streamed": None}
    for name in usage:
        assert re.search(r"input_tokens=\d+ output_tokens=\d+", await logged.line(name))


async def test_a_client_that_leaves_is_told_as_such(logged: Logged) -> None:
    hold = Hold()
    logged.upstream.will(stream(*CHAT_STREAM[:2], hold))
    raw = Raw(*await asyncio.open_connection("127.0.0.1", logged.running.port))
    body = json.dumps(
        {"model": "openai/gpt-4o", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    ).encode()
    await raw.send(
        b"POST %b HTTP/1.1\r\nHost: a\r\nX-Request-Id: left\r\nContent-Length: %d\r\n\r\n%b"
        % (PATH.encode(), len(body), body)
    )
    await raw.head()
    await hold.reached.wait()
    raw.writer.transport.abort()
    assert await logged.told("left") == ("200", "DC", "1", "cancelled")


async def test_what_the_server_refuses_by_itself_is_told_too(logged: Logged) -> None:
    raw = Raw(*await asyncio.open_connection("127.0.0.1", logged.running.port))
    await raw.send(b"GET /v1/models?key=secret HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
    answer = await raw.answer()
    raw.writer.close()
    assert await logged.told(answer.headers["x-request-id"]) == ("400", "-", "0", "failed")
    assert "/v1/models" in (line := await logged.line(answer.headers["x-request-id"]))
    assert "secret" not in line


async def test_probes_are_not_told(logged: Logged) -> None:
    for path in ("/healthz", "/readyz"):
        await logged.http.get(path, headers={"x-request-id": "probe"})
    await logged.ask("after", whole(CHAT))
    await logged.line("after")
    assert "probe" not in (logged.running.program.home.logs / "access_llm.log").read_text()
