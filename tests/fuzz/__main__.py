"""`scripts/fuzz`: a number of cases over all readers, on all cores; prints what was run and every failure with the bytes that made it."""

import argparse
import os
import sys
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from random import Random
from typing import NamedTuple

from tests.fuzz import made
from tests.fuzz.targets import Target, targets

_BATCH = 5_000  # cases that a process takes at a time
_MADE = 0.02  # of them by hypothesis
_SHOWN = 20  # failures
_SHOWN_BYTES = 1_000


class Broken(NamedTuple):
    """A case that failed; `number` makes it again, 0 where hypothesis made it."""

    target: str
    number: int
    data: bytes
    trace: str


def run(seed: int, numbers: range, only: str = "") -> list[Broken]:
    """The cases of these numbers; each depends on nothing but the seed and its number."""
    found = [target for target in targets() if only in target.name]
    broken: list[Broken] = []
    for number in numbers:
        chance = Random(f"{seed}:{number}")  # noqa: S311 - chance that can be had again
        target = found[number % len(found)]
        data = target.case(chance)
        try:
            target.run(data, chance)
        except Exception:  # noqa: BLE001 - whatever it is, it is what we look for
            broken.append(Broken(target.name, number, data, traceback.format_exc()))
    return broken + list(_made(found, int(len(numbers) * _MADE), seed + numbers.start))


def _made(found: list[Target], cases: int, seed: int) -> Iterator[Broken]:
    for target in found:
        if each := cases // len(found):
            try:
                made.run(target, each, seed)
            except Exception:  # noqa: BLE001
                yield Broken(target.name, 0, b"", traceback.format_exc())


def main() -> int:
    options = _options()
    if options.number is not None:
        return _say(run(options.seed, range(options.number, options.number + 1), options.only))
    print(f"seed {options.seed}, {options.cases:,} cases over {len(targets())} targets", flush=True)
    began = time.monotonic()
    broken: list[Broken] = []
    with ProcessPoolExecutor(options.processes) as pool:
        starts = range(0, options.cases, _BATCH)
        batches = [range(start, min(start + _BATCH, options.cases)) for start in starts]
        for done in as_completed([pool.submit(run, options.seed, batch, options.only) for batch in batches]):
            broken += done.result()
    seconds = time.monotonic() - began
    print(
        f"{options.cases:,} cases in {seconds:.0f} s, {options.cases / seconds:,.0f} a second; {len(broken)} failures"
    )
    return _say(broken)


def _say(broken: list[Broken]) -> int:
    for each in broken[:_SHOWN]:
        again = f"--number {each.number}" if each.number else "made by hypothesis"
        print(f"\n{each.target} ({again})\n{each.data[:_SHOWN_BYTES]!r}\n{each.trace}")
    return 1 if broken else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/fuzz", description="Damaged traffic against every reader and writer."
    )
    parser.add_argument("--cases", type=int, default=1_000_000, metavar="N", help="how many (default 1,000,000)")
    parser.add_argument("--seed", type=int, default=int(time.time()), metavar="N", help="the same seed, the same cases")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N", help="how many at once")
    parser.add_argument("--only", default="", metavar="TEXT", help="only targets whose names hold it")
    parser.add_argument("--number", type=int, metavar="N", help="one case alone, by the number that a failure told")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
