"""What `planoai signals replay` holds while far more goes through it than that."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import cycle, islice
from typing import IO

from bench.goals import Goal
from bench.measured import number
from bench.processes import leashed
from bench.signals.corpora import KINDS, lines
from bench.signals.running import REPLAY, Broken
from bench.usage import resident_megabytes, tree
from msgspec import Struct

from bench import report

_TOGETHER = 20  # lines that are written at once
_EARLY = 100_000_000
MOST_MB = 150.0


class Held(Struct, frozen=True):
    """Resident megabytes of all its processes together: the most until the first hundred million bytes were read, and the most of all."""

    workers: int
    size: int
    lines: int
    early: float
    most: float


def measure(size: int, workers: int = 1) -> Held:
    """Feeds `size` bytes, or a little more. Raises Broken when it fails or a line has no answer."""
    command = leashed([*REPLAY, "--workers", str(workers)])
    with ThreadPoolExecutor(1) as beside, subprocess.Popen(command, stdin=-1, stdout=-1) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        answers = beside.submit(_count, process.stdout)
        written, given, early, most = 0, 0, 0.0, 0.0
        with suppress(BrokenPipeError), process.stdin as into:
            for block in _blocks():
                into.write(block)
                written, given = written + len(block), given + _TOGETHER
                most = max(most, sum(map(resident_megabytes, tree(process.pid))))
                early = most if written <= _EARLY else early
                if written >= size:
                    break
        told = answers.result()
    if process.returncode or told != given:
        raise Broken(f"replay ended with {process.returncode}, after {told:,} reports of {given:,}")
    return Held(workers, written, given, early, most)


def _blocks() -> Iterator[bytes]:
    """Without end. The lines come again, in the same order: by then they are forgotten, there are too many of them."""
    [kind] = [kind for kind in KINDS if kind.name == "traces"]
    again = cycle(lines(kind))
    while True:
        yield b"\n".join(islice(again, _TOGETHER)) + b"\n"


def _count(reports: IO[bytes]) -> int:
    return sum(1 for _ in reports)


def table(held: list[Held]) -> str:
    head = ("workers", "GB read", "conversations", "RSS MB in the first 0.1 GB", "RSS MB at most")
    return report.table(
        head,
        [
            (str(each.workers), number(each.size / 1e9), f"{each.lines:,}", number(each.early), number(each.most))
            for each in held
        ],
    )


def goals(held: list[Held]) -> list[Goal]:
    return [
        Goal(f"RSS with {each.size / 1e9:.1f} GB through {each.workers} workers, MB", "≤", MOST_MB, each.most)
        for each in held
    ]
