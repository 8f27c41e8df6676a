"""Requests and facts to test with, and the recorder's end of a feed."""

import asyncio
import socket
from collections.abc import Iterable

import pytest

from planoai.net.headers import Headers
from planoai.net.request import Request
from planoai.observability import framing
from planoai.observability.record import Attempt, Closed, Dropped, Message, Opened, Outcome

USER_AGENT = (b"user-agent", b"OpenAI/Python 3.1")


class NoSource:
    def body_wanted(self, request: Request) -> None: ...


def request(target: str = "/v1/chat/completions", *headers: tuple[bytes, bytes], method: str = "POST") -> Request:
    return Request(
        NoSource(),
        method,
        target,
        Headers(list(headers)),
        peer="127.0.0.1",
        version="1.1",
        keep_alive=True,
        expects_continue=False,
        length=0,
        limit=1000,
    )


def opened(number: int = 1, *headers: tuple[bytes, bytes], at: float = 0.0, body: bytes | None = None) -> Opened:
    who = (number, at, b"req-1", "POST", "/v1/chat/completions", "1.1", "127.0.0.1", headers)
    return Opened(*who, dialect="openai_chat", model="fast", stream=False, body=body)


def attempt(dialect: str = "openai_chat", **changes: object) -> Attempt:
    usual = {
        "target": "openai/gpt-5",
        "provider": "openai",
        "model": "gpt-5",
        "origin": "https://api.openai.com",
        "dialect": dialect,
        "status": 200,
        "trouble": "",
        "sent": 0.001,
        "answered": 0.251,
    }
    return Attempt(**{**usual, **changes})  # type: ignore[arg-type]


def closed(
    number: int = 1, *attempts: Attempt, status: int = 200, outcome: Outcome = "completed", first: float = 0.3
) -> Closed:
    return Closed(number, status, outcome, 120, 340, first, 1.5, attempts, b"application/json")


def number(message: Message) -> int:
    """Of the exchange that it is of."""
    assert not isinstance(message, Dropped)
    return message.id


def framed(messages: Iterable[Message]) -> bytes:
    frame = framing.Frame()
    for message in messages:
        frame.add(message)
    return bytes(frame.written())


class Listener:
    """Reads a feed. `acknowledges`: it says so of every frame, as the recorder does once it has written what the frame told."""

    def __init__(self, sock: socket.socket, *, acknowledges: bool = True) -> None:
        self._sock = sock
        self._acknowledges = acknowledges

    async def start(self) -> None:
        self._reader, self._writer = await asyncio.open_unix_connection(sock=self._sock, limit=1024 * 1024)

    async def frame(self) -> list[Message]:
        """The messages of the next one. Raises IncompleteReadError at the end."""
        async with asyncio.timeout(20):
            length = framing.length(await self._reader.readexactly(framing.PREFIX))
            messages = framing.read(await self._reader.readexactly(length))
        if self._acknowledges:
            self.acknowledge()
        return messages

    def acknowledge(self) -> None:
        self._writer.write(framing.TAKEN)

    async def messages(self, count: int) -> list[Message]:
        """The next ones, `count` or a few more."""
        found: list[Message] = []
        while len(found) < count:
            found += await self.frame()
        return found

    async def rest(self) -> list[Message]:
        """All to the end."""
        found: list[Message] = []
        with pytest.raises(asyncio.IncompleteReadError) as ended:
            await self._read_into(found)
        assert not ended.value.partial, "the feed ended in the middle of a frame"
        self.close()
        return found

    async def _read_into(self, found: list[Message]) -> None:
        while True:
            found += await self.frame()

    def close(self) -> None:
        self._writer.close()
