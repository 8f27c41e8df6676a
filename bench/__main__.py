"""`python -m bench` builds the setting, runs the rounds and prints the tables; see bench/README.md."""

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.exchange import BadAnswer
from bench.goals import Goal, of_load, of_memory
from bench.goals import table as goals_table
from bench.processes import NotStarted
from bench.rounds import Plan, measure
from bench.rows import MEMORY, NAMES, OURS, ROWS, Peer, Row, chosen
from bench.setting import setting
from bench.targets import PEERS, TARGETS
from msgspec import Struct

from bench import machine, memory, processes, report

_README = Path(__file__).with_name("README.md")
_FEWEST_TO_WRITE = 5
_MOST_SECONDS = 10  # the access log turns over at 64 MiB, and we see it turn no more than once between two looks


class Results(Struct, frozen=True):
    text: str
    failed: bool


def main() -> int:
    options = _options()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that runs us in the background has it ignored
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        with tempfile.TemporaryDirectory(prefix="planoai-bench-") as directory:
            results = _results(options, Path(directory))
    except KeyboardInterrupt:
        _say("interrupted; everything that was started has been stopped")
        return 130
    except NotStarted as error:
        _say(str(error))
        return 1
    print(results.text)
    if options.write and results.failed:
        _say(f"{_README.name} is left as it was: a row failed")
    elif options.write:
        _README.write_text(report.written(_README.read_text(), results.text))
    return 1 if results.failed else 0


def _results(options: argparse.Namespace, directory: Path) -> Results:
    """Load first, then memory, each with processes of its own. Raises NotStarted when the upstream of the load does not run."""
    cores = processes.cores()
    processes.pin(cores.load)
    neighbours = machine.Neighbours()
    versions = {OURS: TARGETS[OURS].version()}
    parts: list[str] = []
    goals: list[Goal] = []
    failed = False
    rows = _rows(options)
    if rows:
        plan = Plan(rows, options.runs, options.seconds, options.quick)
        with setting({row.seat for row in rows}, cores, directory, apart=not options.one_core) as found:
            measured = measure(plan, found, directory)
        versions = found.versions
        how = f"{plan.runs} rounds, {plan.seconds} s for each row in a round; medians, in brackets the smallest and the largest"
        parts += [f"- {how}", report.tables(measured)]
        goals += of_load(measured)
        failed = any(each.failure is not None for each in measured)
    if _wants_memory(options):
        try:
            held = memory.measure(cores, directory, quick=options.quick)
        except (BadAnswer, NotStarted) as error:
            parts.append(f"Memory: failed: {error}")
            failed = True
        else:
            parts.append(memory.tables(held))
            goals += of_memory(held)
    facts = machine.facts(cores, versions, neighbours, apart=not options.one_core)
    joint = "\n" if rows else "\n\n"  # what was run and how is one list
    return Results(facts + joint + "\n\n".join([*parts, goals_table(goals)]), failed)


def _rows(options: argparse.Namespace) -> tuple[Row, ...]:
    """The rows of load; none when only memory is asked for."""
    peers = [TARGETS[name] for name in options.peers]
    names = [name for name in options.rows if any(row.name.startswith(name) for row in ROWS)]
    if options.rows and not names:
        return ()
    return chosen(names, [Peer(peer.name, peer.slow, peer.streams) for peer in peers])


def _wants_memory(options: argparse.Namespace) -> bool:
    return not options.rows or any(MEMORY.startswith(name) for name in options.rows)


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
        "--seconds",
        type=_between(1, _MOST_SECONDS),
        default=3,
        metavar="S",
        help="load for each row in a round (default 3)",
    )
    parser.add_argument(
        "--quick", action="store_true", help="to see that it works: 2 rounds of 1 s, at 16 connections only"
    )
    parser.add_argument(
        "--one-core",
        action="store_true",
        help="the recorder runs on the worker's core, not on that of the load",
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


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
