"""Steady load on a gateway from keep-alive clients that never try twice, and what each of their requests came to."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.net.raw import Raw

ERRORS = (OSError, EOFError)


def request(*, stream: bool, says: str = "Hello [simulate words=3]") -> bytes:
    body = json.dumps({"model": "openai/gpt-4o", "stream": stream, "messages": [{"role": "user", "content": says}]})
    return (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def streams(port: int, number: int, words: int = 40) -> list[Raw]:
    """So many streams, of which each has begun: its head is read. The simulated provider says twenty words a second."""
    begun = []
    for _ in range(number):
        raw = Raw(*await asyncio.open_connection("127.0.0.1", port))
        await raw.send(request(stream=True, says=f"Hello [simulate words={words} pace=50ms]"))
        begun.append(raw)
    for raw in begun:
        await raw.head()
    return begun


@dataclass
class Lost:
    """A request that got no whole answer. `client` is the port at its end of the connection, 0 where there was none; `sent` is of the loop's clock."""

    client: int
    sent: float
    stream: bool
    why: str


@dataclass
class Load:
    """`think`: seconds that a client waits at most before its next request."""

    port: int
    think: float
    sent: int = 0
    whole: int = 0
    streamed: int = 0
    connections: int = 0
    lost: list[Lost] = field(default_factory=list)
    stopping: bool = False

    async def client(self, number: int) -> None:
        """One connection after another, each for as long as the gateway keeps it."""
        chance = random.Random(number)  # noqa: S311 - the same load every time
        while not self.stopping:
            try:
                raw = Raw(*await asyncio.open_connection("127.0.0.1", self.port))
            except OSError as error:
                self.lost.append(Lost(0, 0.0, stream=False, why=repr(error)))
                await asyncio.sleep(0.05)
                continue
            self.connections += 1
            try:
                await self._use(raw, chance)
            finally:
                raw.writer.close()

    async def _use(self, raw: Raw, chance: random.Random) -> None:
        port = raw.writer.get_extra_info("sockname")[1]
        keeps = True
        while keeps and not self.stopping:
            await asyncio.sleep(chance.uniform(0, self.think))
            if raw.reader.at_eof() or raw.reader.exception():  # it was closed while nothing ran on it
                return
            stream = chance.random() < 0.5
            self.sent += 1
            sent = asyncio.get_running_loop().time()
            try:
                keeps = await self._ask(raw, chance, stream=stream)
            except ERRORS as error:
                self.lost.append(Lost(port, sent, stream, repr(error)))
                return

    async def _ask(self, raw: Raw, chance: random.Random, *, stream: bool) -> bool:
        """Whether the connection is kept."""
        pace = chance.choice((1, 20, 50))
        await raw.send(request(stream=stream, says=f"Hello [simulate words=12 pace={pace}ms]"))
        answer = await raw.answer()
        if answer.status != 200:
            raise EOFError(f"status {answer.status}: {answer.body[:200]!r}")
        if stream:
            self.streamed += 1
            if not answer.body.endswith(b"data: [DONE]\n\n") or b"error" in answer.body:
                raise EOFError(f"a stream that ends with {answer.body[-200:]!r}")
        else:
            json.loads(answer.body)["choices"][0]["message"]["content"]
        self.whole += 1
        return answer.headers.get("connection") != "close"

    async def until(self, whole: int) -> None:
        """Returns after so many more whole answers."""
        wanted = self.whole + whole
        async with asyncio.timeout(60):
            while self.whole < wanted:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def load(port: int, clients: int, think: float) -> AsyncIterator[Load]:
    """Leaving it lets what runs come to its end."""
    running = Load(port, think)
    async with asyncio.TaskGroup() as group:
        for number in range(clients):
            group.create_task(running.client(number))
        try:
            yield running
        finally:
            running.stopping = True


def owners(port: int, pids: tuple[int, ...]) -> dict[int, int | None]:
    """Client port -> the worker which has that connection to `port`; None while it waits to be accepted. Linux."""
    sockets = {}
    for pid in pids:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            try:
                sockets[str(link.readlink())] = pid
            except OSError:
                continue
    found: dict[int, int | None] = {}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        here, there = (int(each.partition(":")[2], 16) for each in fields[1:3])
        if here == port and there:
            found[there] = sockets.get(f"socket:[{fields[9]}]")
    return found
