"""`python -m bench.signals` measures the analyzer beside the plain one and prints the tables; see README.md beside this file."""

import argparse
import datetime as dt
import os
import platform
import sys
import tempfile
from pathlib import Path

from bench.goals import Goal
from bench.goals import table as goals_table
from bench.signals.corpora import KINDS
from bench.signals.running import Broken

from bench import machine, report, usage
from bench.signals import growth, speed, warm

_README = Path(__file__).with_name("README.md")
_FEWEST_TO_WRITE = 5
_QUICK = 200  # lines of each kind
_LONG = 1_000_000_000


def main() -> int:
    options = _options()
    try:
        with tempfile.TemporaryDirectory(prefix="planoai-bench-") as directory:
            text = _results(options, Path(directory))
    except Broken as error:
        _say(str(error))
        return 1
    print(text)
    if options.write:
        _README.write_text(report.written(_README.read_text(), text))
    return 0


def _results(options: argparse.Namespace, directory: Path) -> str:
    neighbours = machine.Neighbours()
    load = os.getloadavg()[0]
    kinds = [kind for kind in KINDS if kind.name in options.kinds]
    sources = speed.prepared(kinds, directory, _QUICK if options.quick else None)
    measured = speed.measure(sources, options.rounds, directory, _say)
    _say("the next turn")
    turns = warm.measure()
    parts = [speed.tables(measured), warm.told(turns)]
    goals: list[Goal] = [*speed.goals(measured), *warm.goals(turns)]
    if options.long:
        _say("a gigabyte")
        held = [growth.measure(_LONG, workers) for workers in (1, 2)]
        parts.append(growth.table(held))
        goals += growth.goals(held)
    return "\n\n".join([_facts(neighbours, load, options.rounds), *parts, goals_table(goals)])


def _facts(neighbours: machine.Neighbours, load: float, rounds: int) -> str:
    """Lines of Markdown: when, on what, what else ran there, and how often."""
    others = neighbours.share()
    day = dt.datetime.now(dt.UTC).date().isoformat()
    meanwhile = "" if others is None else f"; other processes took {others:.0%} of the machine meanwhile"
    return "\n".join(
        [
            f"- {day}, {platform.system()}, {machine.processor()}, {os.cpu_count()} cores",
            f"- {platform.python_implementation()} {platform.python_version()}",
            f"- load {load:.1f} when it began{meanwhile}",
            f"- {rounds} round{'s' if rounds > 1 else ''}; medians, in brackets the smallest and the largest",
        ]
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.signals",
        description="Measure `planoai signals replay` beside the plain analyzer.",
    )
    names = [kind.name for kind in KINDS]
    parser.add_argument("--kinds", nargs="+", choices=names, default=names, help="some only")
    parser.add_argument("--rounds", type=int, choices=range(1, 51), default=5, metavar="N", help="rounds (default 5)")
    parser.add_argument("--quick", action="store_true", help=f"to see that it works: a round of {_QUICK} lines")
    parser.add_argument("--long", action="store_true", help="a gigabyte, too, through one worker and through two")
    parser.add_argument(
        "--write",
        action="store_true",
        help=f"put the tables into {_README.name}; all kinds, {_FEWEST_TO_WRITE} rounds or more",
    )
    options = parser.parse_args()
    if options.quick:
        options.rounds = 1
    if options.write and (options.rounds < _FEWEST_TO_WRITE or len(options.kinds) < len(names)):
        parser.error(f"--write is for all kinds and at least {_FEWEST_TO_WRITE} rounds")
    if options.long and not usage.HAS_PROC:
        parser.error("--long looks at memory in /proc, which this system does not have")
    return options


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
