"""Our own load generator: many exchanges at once over keep-alive connections, each answer read to its end and checked.

It serves for streams, and for whole answers where `wrk` is not installed. Paced streams are also timed: the first byte, and how late each piece is
against the time that the upstream wrote into it.
"""

import asyncio
import ssl
import time
from statistics import median
from typing import cast

import httptools
import uvloop
from bench.exchange import Address, BadAnswer, Exchange, Load, lateness_ns, percentile
from bench.script import CHUNKS
from msgspec import Struct, structs

_DRAIN = 15.0
"""Seconds that exchanges may go on after the last one has begun, beyond the time a paced stream takes."""


class Answer(Struct):
    """One answer as it came; times are nanoseconds of the monotonic clock."""

    asked: int
    pieces: list[bytes]
    arrivals: list[int]
    status: int = 0
    ended: int = 0
    size: int = 0


class Connection(asyncio.Protocol):
    """Sends one request at a time and collects the answer. `begun` is set with the first piece that ever came."""

    def __init__(self) -> None:
        self.closed = False
        self.begun = asyncio.Event()
        self._lost = asyncio.Event()
        self._parser = httptools.HttpResponseParser(self)
        self._answer = Answer(0, [], [])
        self._waiting: asyncio.Future[Answer] | None = None
        self._now = 0

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        self._waiting = asyncio.get_running_loop().create_future()
        self._answer = Answer(time.monotonic_ns(), [], [])
        self._transport.write(request)
        return self._waiting

    async def aclose(self) -> None:
        """At once, whatever is under way; TLS would otherwise take its leave for longer than the loop runs."""
        self._waiting = None
        self._transport.abort()
        await self._lost.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self._lost.set()
        self._fail(
            f"the connection was lost after {len(self._answer.pieces)} pieces of an answer ({exc or 'closed by the other side'})"
        )

    def data_received(self, data: bytes) -> None:
        self._now = time.monotonic_ns()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(f"not HTTP: {error}")

    def on_body(self, body: bytes) -> None:
        self.begun.set()
        self._answer.pieces.append(body)
        self._answer.arrivals.append(self._now)

    def on_message_complete(self) -> None:
        self._answer.status = self._parser.get_status_code()
        self._answer.ended = self._now
        if not self._parser.should_keep_alive():
            self.closed = True
            self._transport.close()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(self._answer)

    def _fail(self, reason: str) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(BadAnswer(reason))


def run(address: Address, exchange: Exchange, *, at_once: int, seconds: float) -> Load:
    """Keeps `at_once` exchanges going for `seconds`, then waits for the last ones. Raises BadAnswer at the first answer that is wrong."""
    made = _Run(address, exchange)
    elapsed = uvloop.run(made.go(at_once, seconds))
    took = [(answer.ended - answer.asked) / 1e6 for answer in made.answers]
    load = Load(requests=len(took), seconds=elapsed, p50_ms=percentile(took, 0.5), p99_ms=percentile(took, 0.99))
    if not exchange.pace_ms:
        return load
    first = [answer.arrivals[0] - answer.asked for answer in made.answers]
    late = [each for answer in made.answers for each in lateness_ns(answer.pieces, answer.arrivals)]
    return structs.replace(load, first_ms=median(first) / 1e6, late_ms=median(late) / 1e6)


def probe(address: Address, exchange: Exchange) -> int:
    """One exchange; how many bytes the body of a right answer has. Raises BadAnswer."""
    made = _Run(address, exchange)
    uvloop.run(made.go(1, seconds=0))
    return made.answers[0].size


class _Run:
    """The exchanges of one run. The bytes of an answer are kept only where they are looked at again, for their times."""

    def __init__(self, address: Address, exchange: Exchange) -> None:
        self.answers: list[Answer] = []
        self._port = address.port
        self._tls = None if address.authority is None else ssl.create_default_context(cafile=str(address.authority))
        self._exchange = exchange
        self._request = exchange.request(address)
        self._takes = CHUNKS * exchange.pace_ms / 1000
        self._until = 0.0

    async def go(self, at_once: int, seconds: float) -> float:
        """Returns the seconds that went by from the first request to the last answer."""
        started = time.monotonic()
        self._until = started + seconds
        try:
            async with asyncio.timeout(seconds + self._takes + _DRAIN), asyncio.TaskGroup() as lanes:
                for lane in range(at_once):
                    lanes.create_task(self._lane(self._takes * lane / at_once))
        except TimeoutError as late:
            raise BadAnswer(f"not every answer came within {_DRAIN:.0f} s of the end of the run") from late
        except ExceptionGroup as several:
            flaws, others = several.split((BadAnswer, OSError))
            if flaws is None or others is not None:
                raise
            raise BadAnswer(str(flaws.exceptions[0])) from several
        return time.monotonic() - started

    async def _lane(self, delay: float) -> None:
        """One exchange after another. Paced streams begin spread over the time that one takes, or their pieces would all come at the same moment."""
        connection: Connection | None = None
        await asyncio.sleep(delay)
        try:
            while not self.answers or time.monotonic() < self._until:
                if connection is not None and connection.closed:
                    await connection.aclose()
                    connection = None
                if connection is None:
                    connection = await self._connect()
                self._take(await connection.ask(self._request))
        finally:
            if connection is not None:
                await connection.aclose()

    async def _connect(self) -> Connection:
        _, connection = await asyncio.get_running_loop().create_connection(
            Connection, "127.0.0.1", self._port, ssl=self._tls
        )
        return connection

    def _take(self, answer: Answer) -> None:
        body = b"".join(answer.pieces)
        flaw = self._exchange.flaw(answer.status, body)
        if flaw is not None:
            raise BadAnswer(flaw)
        answer.size = len(body)
        if not self._exchange.pace_ms:
            answer.pieces, answer.arrivals = [], []
        self.answers.append(answer)
