"""What the next turn of a conversation costs an analyzer that has read all before it."""

import time
from collections.abc import Sequence
from statistics import median

import msgspec
from bench.goals import Goal
from bench.measured import spread
from bench.signals.corpora import KINDS, Conversation, lines
from msgspec import Struct

from planoai.signals import Analyzer, Row

_GOAL_MS = 0.15
_LAST = 3  # turns of each trace that are timed
_TRACES = 40
_TIMES = 5


class Warm(Struct, frozen=True):
    """Milliseconds of CPU: of each turn that was timed, the others remembered, and of each whole trace, nothing remembered."""

    turns: tuple[float, ...]
    cold: tuple[float, ...]


def measure() -> Warm:
    [kind] = [kind for kind in KINDS if kind.name == "traces"]
    forgetful = Analyzer(memory=0)
    turns: list[float] = []
    cold: list[float] = []
    for line in lines(kind, _TRACES):
        whole = len(_rows(line))
        forgetful.rows(_rows(line))  # patterns are made ready when they are first needed
        each: list[list[float]] = []
        for _ in range(_TIMES):
            cold.append(_timed(forgetful, _rows(line)))
            analyzer = Analyzer()
            analyzer.rows(_rows(line)[: whole - _LAST])
            each.append([_timed(analyzer, _rows(line)[: whole - left]) for left in reversed(range(_LAST))])
        turns += map(median, zip(*each, strict=True))
    return Warm(tuple(turns), tuple(cold))


def _rows(line: bytes) -> Sequence[Row]:
    """Strings of their own, as they come with every request."""
    return msgspec.json.decode(line, type=Conversation).messages


def _timed(analyzer: Analyzer, rows: Sequence[Row]) -> float:
    began = time.process_time()
    analyzer.rows(rows)
    return (time.process_time() - began) * 1e3


def told(found: Warm) -> str:
    return (
        f"The next turn of a trace of 60 rows, when the others are remembered: {spread(found.turns)} ms of CPU. "
        f"The whole trace, when nothing is: {spread(found.cold)} ms."
    )


def goals(found: Warm) -> list[Goal]:
    return [Goal("the next turn of a trace, ms of CPU", "≤", _GOAL_MS, median(found.turns))]
