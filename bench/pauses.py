"""`python -m bench.pauses`: do streams stutter while the recorder looks for signals in the long conversations of others?

Two gateways, one with signals and one without, get the same load in turn: paced streams, so many conversations of 60 messages a second whatever became
of those before, and somebody who asks whether the gateway is well. How late that is answered is how late the loop of the worker is.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from pathlib import Path
from statistics import median

import uvloop
from bench.conversations import TURNS, bodies
from bench.exchange import Address, BadAnswer, Exchange, percentile
from bench.goals import Goal
from bench.goals import table as goals_table
from bench.measured import middle, number, spread
from bench.processes import Cores, NotStarted
from bench.recorded import Recorded
from bench.rows import DIRECT, OURS, PACE_MS, Seat
from bench.setting import Around, Running, seated, setting
from bench.streams import Answer, Connection
from bench.usage import usage
from msgspec import Struct

from bench import machine, processes, report

_README = Path(__file__).with_name("README.md")
_FEWEST_TO_WRITE = 9
_STREAM = Exchange(stream=True, include_usage=True, pace_ms=PACE_MS)
_ASK_SECONDS = 0.01  # between two questions whether it is well
_MOST_BEHIND = 20.0  # seconds that a round may take beyond its time


class Load(Struct, frozen=True):
    streams: int
    rate: int
    seconds: int


class Round(Struct, frozen=True):
    """Of one gateway: milliseconds between two pieces of a stream, and until it said that it is well; CPU of a second, in milliseconds."""

    gaps: tuple[float, ...]
    late: tuple[float, ...]
    asked: int
    worker: float
    recorder: float
    recorded: Recorded

    @property
    def gap(self) -> float:
        return percentile(self.gaps, 0.99)


class Pair(Struct, frozen=True):
    on: Round
    off: Round

    @property
    def ratio(self) -> float:
        return self.on.gap / self.off.gap


def main() -> int:
    options = _options()
    load = Load(options.streams, options.rate, options.seconds)
    try:
        with tempfile.TemporaryDirectory(prefix="planoai-bench-") as directory:
            text = _results(options.pairs, load, Path(directory), one_core=options.one_core)
    except (NotStarted, BadAnswer) as error:
        _say(str(error))
        return 1
    print(text)
    if options.write:
        _README.write_text(report.written(_README.read_text(), text, "pauses"))
    return 0


def _results(pairs: int, load: Load, directory: Path, *, one_core: bool) -> str:
    cores = processes.cores()
    processes.pin(cores.load)
    neighbours = machine.Neighbours()
    measured = measure(pairs, load, cores, directory, apart=not one_core)
    facts = machine.facts(cores, {}, neighbours, apart=not one_core)
    return "\n\n".join([f"{facts}\n- {_told(load, pairs)}", table(measured), goals_table(goals(measured))])


def measure(pairs: int, load: Load, cores: Cores, directory: Path, *, apart: bool) -> list[Pair]:
    """Raises NotStarted and BadAnswer."""
    found: list[Pair] = []
    texts = bodies()
    with setting([], cores, directory) as running:
        around = Around(cores, directory, running.running[Seat(DIRECT)].address.port, apart=apart)
        with seated(Seat(OURS), around, "on") as on, seated(Seat(OURS, "signals-off"), around, "off") as off:
            for each in (on, off):
                _round(each, Load(load.streams, load.rate, 1), texts)
            for turn in range(pairs):
                both = {each.address: each for each in ((on, off) if turn % 2 else (off, on))}
                rounds = {address: _round(each, load, texts) for address, each in both.items()}
                found.append(Pair(rounds[on.address], rounds[off.address]))
                _say(
                    f"pair {turn + 1} of {pairs}: {number(found[-1].on.gap)} ms with, {number(found[-1].off.gap)} without"
                )
    return found


def _round(running: Running, load: Load, texts: Iterator[bytes]) -> Round:
    wanted = load.rate * load.seconds
    prepared = list(islice(texts, wanted + TURNS))
    if running.telemetry is None or running.log is None or running.pid is None:
        raise NotStarted("the gateway does not say what it recorded")
    running.telemetry.since()
    lines, before = running.log.read(), usage(running.pid)
    made = _Loading(running.address, load, prepared)
    uvloop.run(made.go())
    if lines is not None:
        running.log.since(lines, len(made.answers) + made.asked)
    after = usage(running.pid)
    spent = {
        role: (after.cpu[role] - before.cpu[role]) * 1e3 / load.seconds
        if before is not None and after is not None
        else 0.0
        for role in ("worker", "recorder")
    }
    return Round(
        tuple(gap for answer in made.answers for gap in gaps(answer)),
        tuple(made.late),
        made.asked,
        spent["worker"],
        spent["recorder"],
        running.telemetry.since(),
    )


def gaps(answer: Answer) -> list[float]:
    """Milliseconds."""
    return [(after - before) / 1e6 for before, after in pairwise(answer.arrivals)]


class _Loading:
    """One round of load. `answers`: of the streams. `late`: milliseconds until the gateway said that it is well."""

    def __init__(self, address: Address, load: Load, texts: Sequence[bytes]) -> None:
        self.answers: list[Answer] = []
        self.late: list[float] = []
        self.asked = 0
        self._address = address
        self._load = load
        self._texts = iter(texts)
        self._open: list[Connection] = []
        self._free: list[Connection] = []
        self._until = 0.0

    async def go(self) -> None:
        load = self._load
        self._until = time.monotonic() + load.seconds
        try:
            async with asyncio.timeout(load.seconds + _MOST_BEHIND), asyncio.TaskGroup() as lanes:
                for lane in range(load.streams):
                    lanes.create_task(self._streams(lane / load.streams))
                lanes.create_task(self._converse(lanes))
                lanes.create_task(self._ask())
        except TimeoutError as late:
            raise BadAnswer(f"not every answer came within {_MOST_BEHIND:.0f} s of the end of a round") from late
        except ExceptionGroup as several:
            flaws, others = several.split((BadAnswer, OSError))
            if flaws is None or others is not None:
                raise
            raise BadAnswer(str(flaws.exceptions[0])) from several
        finally:
            for each in self._open:
                await each.aclose()

    async def _streams(self, delay: float) -> None:
        await asyncio.sleep(delay)
        connection = await self._connect()
        request = _STREAM.request(self._address)
        while time.monotonic() < self._until:
            answer = await connection.ask(request)
            if flaw := _STREAM.flaw(answer.status, b"".join(answer.pieces)):
                raise BadAnswer(flaw)
            self.answers.append(answer)

    async def _converse(self, lanes: asyncio.TaskGroup) -> None:
        """At their times, whether those before were answered or not."""
        began = time.monotonic()
        while (at := began + self.asked / self._load.rate) < self._until:
            await asyncio.sleep(at - time.monotonic())
            self.asked += 1
            lanes.create_task(self._say(next(self._texts)))

    async def _say(self, text: bytes) -> None:
        connection = self._free.pop() if self._free else await self._connect()
        answer = await connection.ask(_posted(self._address, text))
        if flaw := Exchange().flaw(answer.status, b"".join(answer.pieces)):
            raise BadAnswer(flaw)
        self._free.append(connection)

    async def _ask(self) -> None:
        connection = await self._connect()
        request = f"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1:{self._address.port}\r\n\r\n".encode()
        while time.monotonic() < self._until:
            answer = await connection.ask(request)
            self.late.append((answer.ended - answer.asked) / 1e6)
            await asyncio.sleep(_ASK_SECONDS)

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(Connection, "127.0.0.1", self._address.port)
        self._open.append(connection)
        return connection


def _posted(address: Address, body: bytes) -> bytes:
    exchange = Exchange()
    head = "".join(f"{name}: {value}\r\n" for name, value in exchange.headers.items())
    first = (
        f"POST {exchange.path} HTTP/1.1\r\nhost: 127.0.0.1:{address.port}\r\n{head}content-length: {len(body)}\r\n\r\n"
    )
    return first.encode() + body


def table(pairs: Sequence[Pair]) -> str:
    lines = []
    for name, rounds in (("on", [each.on for each in pairs]), ("off", [each.off for each in pairs])):
        recorded = [each.recorded for each in rounds]
        lines.append(
            (
                name,
                spread(each.gap for each in rounds),
                middle(percentile(each.late, 0.5) for each in rounds),
                spread(percentile(each.late, 0.99) for each in rounds),
                number(max(max(each.late) for each in rounds)),
                spread(each.worker for each in rounds),
                spread(each.recorder for each in rounds),
                f"{sum(each.asked for each in rounds):,}",
                f"{sum(each.stored for each in recorded):,} / {sum(each.analysed for each in recorded):,}",
                str(sum(each.dropped for each in recorded)),
            )
        )
    head = ("signals", "gap p99, ms", "loop late p50, ms", "p99", "most", "worker, ms of CPU a second", "recorder")
    return report.table((*head, "conversations sent", "stored / read, streams included", "dropped"), lines)


def goals(pairs: Sequence[Pair]) -> list[Goal]:
    dropped = sum(each.on.recorded.dropped for each in pairs)
    return [
        Goal("p99 of the gaps between pieces, with signals ÷ without", "≤", 1.10, median(each.ratio for each in pairs)),
        Goal("bodies dropped", "≤", 0, dropped),
    ]


def _told(load: Load, pairs: int) -> str:
    return (
        f"{pairs} pairs of rounds of {load.seconds} s: {load.streams} streams with a piece every {PACE_MS} ms, and {load.rate} requests a second, "
        f"{TURNS} turns of each conversation up to its 60th message; medians, in brackets the smallest and the largest"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.pauses",
        description="Compare the pauses in streams with and without signals being looked for in long conversations of others.",
    )
    parser.add_argument("--pairs", type=int, choices=range(1, 51), default=9, metavar="N", help="of rounds (default 9)")
    parser.add_argument("--seconds", type=int, choices=range(1, 61), default=3, metavar="S", help="a round (default 3)")
    parser.add_argument("--streams", type=int, choices=range(1, 513), default=32, metavar="N", help="default 32")
    parser.add_argument(
        "--rate",
        type=int,
        choices=range(1, 2001),
        default=200,
        metavar="N",
        help="conversations a second (default 200)",
    )
    parser.add_argument("--one-core", action="store_true", help="the recorder runs on the worker's core")
    parser.add_argument(
        "--write",
        action="store_true",
        help=f"put the table into {_README.name}; {_FEWEST_TO_WRITE} pairs or more",
    )
    options = parser.parse_args()
    if options.write and options.pairs < _FEWEST_TO_WRITE:
        parser.error(f"--write is for at least {_FEWEST_TO_WRITE} pairs")
    return options


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
