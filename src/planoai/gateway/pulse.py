"""Keeps a silent stream alive: coding agents give up on a stream that says nothing for minutes while a model thinks."""

import asyncio
from types import TracebackType
from typing import Self

from planoai.apis.carry import Carrier
from planoai.net.reply import Reply

SILENCE = 15.0  # seconds


class Pulse:
    """Writes the carrier's ping after SILENCE seconds without a `beat`. One timer a stream, set again only when it goes off."""

    def __init__(self, carrier: Carrier, reply: Reply) -> None:
        self._carrier = carrier
        self._reply = reply
        self._loop = asyncio.get_running_loop()
        self._last = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> Self:
        self._timer = self._loop.call_later(SILENCE, self._ring)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def beat(self) -> None:
        self._last = self._loop.time()

    def _ring(self) -> None:
        quiet = self._loop.time() - self._last
        if quiet >= SILENCE:
            if ping := self._carrier.ping():
                self._reply.push(ping)
            quiet = 0.0
            self.beat()
        self._timer = self._loop.call_later(SILENCE - quiet, self._ring)
