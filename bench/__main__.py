"""`python -m bench` builds the setting, runs the rounds and prints the tables; see bench/README.md."""

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.exchange import BadAnswer, Load
from bench.processes import NotStarted
from bench.report import Measured, Sample
from bench.rows import LEVELS, NAMES, Row, chosen
from bench.setting import Setting, setting
from bench.targets import PEERS
from msgspec import Struct, structs

from bench import machine, processes, report, streams, wrk

_README = Path(__file__).with_name("README.md")
_FEWEST_TO_WRITE = 5


class Plan(Struct, frozen=True):
    rows: tuple[Row, ...]
    runs: int
    seconds: int
    quick: bool

    def order(self) -> Iterator[tuple[Row, int]]:
        """One round: at each number of connections the rows of a group one after the other, so that what is compared is close in time."""
        for group, levels in LEVELS.items():
            for at_once in (16,) if self.quick else levels:
                yield from ((row, at_once) for row in self.rows if row.group == group)


def main() -> int:
    options = _options()
    plan = Plan(chosen(options.rows, options.peers), options.runs, options.seconds, options.quick)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that runs us in the background has it ignored
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        with tempfile.TemporaryDirectory(prefix="planoai-bench-") as directory:
            facts, measured = _measure(plan, Path(directory))
    except KeyboardInterrupt:
        _say("interrupted; everything that was started has been stopped")
        return 130
    except NotStarted as error:
        _say(f"the upstream did not start: {error}")
        return 1
    how = f"- {plan.runs} rounds, {plan.seconds} s for each row in a round; medians, in brackets the smallest and the largest"
    results = f"{facts}\n{how}\n\n{report.tables(measured)}"
    print(results)
    failed = any(each.failure is not None for each in measured)
    if options.write and failed:
        _say(f"{_README.name} is left as it was: a row failed")
    elif options.write:
        _README.write_text(report.written(_README.read_text(), results))
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure the gateway beside nginx, which is the limit, and beside its peers.",
    )
    parser.add_argument(
        "--rows",
        nargs="+",
        default=[],
        metavar="ROW",
        help=f"some rows only, by the beginning of their names: {', '.join(NAMES)}",
    )
    parser.add_argument(
        "--peers",
        nargs="*",
        metavar="PEER",
        help=f"other gateways too, installed on first use: {', '.join(PEERS)}; without a name, all",
    )
    parser.add_argument("--runs", type=_between(1, 50), default=5, metavar="N", help="rounds (default 5)")
    parser.add_argument(
        "--seconds", type=_between(1, 60), default=3, metavar="S", help="load for each row in a round (default 3)"
    )
    parser.add_argument(
        "--quick", action="store_true", help="to see that it works: 2 rounds of 1 s, at 16 connections only"
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help=f"put the tables into {_README.name}; all rows, {_FEWEST_TO_WRITE} rounds or more",
    )
    options = parser.parse_args()
    options.peers = list(PEERS) if options.peers == [] else options.peers or []
    if options.quick:
        options.runs, options.seconds = 2, 1
    for name in options.rows:
        if not any(row.startswith(name) for row in NAMES):
            parser.error(f"no row begins with {name}; there are {', '.join(NAMES)}")
    for name in options.peers:
        if name not in PEERS:
            parser.error(f"no peer is called {name}; there are {', '.join(PEERS)}")
    if options.write and (options.runs < _FEWEST_TO_WRITE or options.rows):
        parser.error(f"--write is for all rows and at least {_FEWEST_TO_WRITE} rounds")
    return options


def _between(low: int, high: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text} is not between {low} and {high}")
        return int(text)

    return number


def _measure(plan: Plan, directory: Path) -> tuple[str, list[Measured]]:
    """Every row of the plan, each round once; and what it was measured on."""
    cores = processes.cores()
    with setting({row.target for row in plan.rows}, cores, directory) as running:
        processes.pin(cores.load)
        measured = {
            (row, at_once): Measured(row, at_once, failure=running.failures.get(row.target))
            for row, at_once in plan.order()
            if row.target not in running.absent
        }
        neighbours = machine.Neighbours()
        sizes = _warm_up(measured, running)
        for number in range(1, plan.runs + 1):
            for key, each in measured.items():
                if each.failure is None:
                    measured[key] = _again(each, running, plan.seconds, sizes[key[0]], directory)
                    _say(f"round {number} of {plan.runs}: {_outcome(measured[key])}")
        return machine.facts(cores, running.versions, neighbours), list(measured.values())


def _warm_up(measured: dict[tuple[Row, int], Measured], running: Setting) -> dict[Row, int]:
    """One exchange of each row, checked to the last byte, and a second of load that is not counted. Returns the size of a right answer for each row."""
    sizes: dict[Row, int] = {}
    for key, each in measured.items():
        row = each.row
        if each.failure is not None:
            continue
        port = running.ports[row.target]
        try:
            if row not in sizes:
                sizes[row] = streams.probe(port, row.exchange)
                streams.run(port, row.exchange, at_once=16, seconds=1)
        except BadAnswer as flaw:
            measured[key] = structs.replace(each, failure=str(flaw))
            sizes[row] = 0
            _say(_outcome(measured[key]))
    return sizes


def _again(each: Measured, running: Setting, seconds: int, size: int, directory: Path) -> Measured:
    """One more round of a row. A wrong answer ends the row."""
    row = each.row
    pid = running.pids.get(row.target)
    before = None if pid is None else processes.cpu_seconds(pid)
    try:
        load = _load(running.ports[row.target], row, each.at_once, seconds, size, directory)
    except BadAnswer as flaw:
        return structs.replace(each, failure=f"at {each.at_once} connections: {flaw}")
    after = None if pid is None else processes.cpu_seconds(pid)
    cpu = None if before is None or after is None else after - before
    sample = Sample(load, cpu_seconds=cpu, resident_mb=None if pid is None else processes.resident_megabytes(pid))
    return structs.replace(each, samples=(*each.samples, sample))


def _load(port: int, row: Row, at_once: int, seconds: int, size: int, directory: Path) -> Load:
    if row.group == "whole" and wrk.found():
        return wrk.run(port, row.exchange, at_once=at_once, seconds=seconds, body_bytes=size, directory=directory)
    return streams.run(port, row.exchange, at_once=at_once, seconds=seconds)


def _outcome(each: Measured) -> str:
    name = f"{each.row.target}, {each.row.name}, {each.at_once} at once"
    if each.failure is not None:
        return f"{name}: {each.failure}"
    last = each.samples[-1]
    cpu = "" if last.cpu_seconds is None else f", {last.cpu_seconds / last.load.requests * 1e6:.0f} µs of CPU each"
    return f"{name}: {last.load.requests / last.load.seconds:,.0f}/s{cpu}"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
