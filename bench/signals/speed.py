"""How fast `planoai signals replay` is, beside the plain analyzer that gives the same reports; both as whole processes.

A round runs all kinds in turn, so what slows the machine for a while slows both; ratios are taken within a round. The plain one gets every tenth line.
"""

import filecmp
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

import msgspec
from bench.goals import Goal
from bench.measured import number, spread
from bench.signals.corpora import Conversation, Kind, lines
from bench.signals.running import PLAIN, REPLAY, Broken, Spent, run
from msgspec import Struct

from bench import report

_SHARE = 10  # of the lines, one is for the plain analyzer
_SPREAD_OVER = "traces"  # the kind that is also given to two workers: it takes longest
_WORKERS_GOAL = 1.5


class Source(Struct, frozen=True):
    """The lines of a kind in two files: all of them, and some for the plain analyzer."""

    kind: Kind
    all: Path
    some: Path
    count: int
    some_count: int
    rows: float
    characters: float


class Round(Struct, frozen=True):
    ours: Spent
    plain: Spent
    two: Spent | None = None


class Measured(Struct, frozen=True):
    source: Source
    rounds: tuple[Round, ...]

    def cpu(self) -> list[float]:
        """Microseconds for a conversation."""
        return [each.ours.cpu / self.source.count * 1e6 for each in self.rounds]

    def plain_cpu(self) -> list[float]:
        return [each.plain.cpu / self.source.some_count * 1e6 for each in self.rounds]

    def ratios(self) -> list[float]:
        return [plain / ours for plain, ours in zip(self.plain_cpu(), self.cpu(), strict=True)]

    def by_two(self) -> list[float]:
        """How many times as soon two workers are done."""
        return [each.ours.wall / each.two.wall for each in self.rounds if each.two is not None]


def prepared(kinds: Sequence[Kind], directory: Path, most: int | None) -> list[Source]:
    return [_source(kind, directory, most) for kind in kinds]


def _source(kind: Kind, directory: Path, most: int | None) -> Source:
    made = list(lines(kind, most))
    some = made[::_SHARE]
    paths = directory / f"{kind.name}.jsonl", directory / f"{kind.name}-some.jsonl"
    for path, each in zip(paths, (made, some), strict=True):
        path.write_bytes(b"\n".join(each) + b"\n")
    rows, characters = zip(*map(_size, made), strict=True)
    return Source(kind, *paths, len(made), len(some), sum(rows) / len(rows), sum(characters) / len(characters))


def _size(line: bytes) -> tuple[int, int]:
    rows = msgspec.json.decode(line, type=Conversation).messages
    return len(rows), sum(len(row.value) for row in rows)


def measure(sources: Sequence[Source], rounds: int, directory: Path, say: Callable[[str], None]) -> list[Measured]:
    """Raises Broken when a program fails, or when a report is not the plain analyzer's to the byte."""
    taken: dict[str, list[Round]] = {source.kind.name: [] for source in sources}
    for at in range(rounds):
        for source in sources:
            say(f"round {at + 1} of {rounds}: {source.kind.name}")
            taken[source.kind.name].append(_round(source, directory))
    return [Measured(source, tuple(taken[source.kind.name])) for source in sources]


def _round(source: Source, directory: Path) -> Round:
    ours, plain, two = (directory / f"{name}.out" for name in ("ours", "plain", "two"))
    spent = run(REPLAY, source.all, ours)
    beside = run(PLAIN, source.some, plain)
    compare(ours, plain)
    if source.kind.name != _SPREAD_OVER:
        return Round(spent, beside)
    spread_out = run((*REPLAY, "--workers", "2"), source.all, two)
    if not filecmp.cmp(ours, two, shallow=False):
        raise Broken("two workers do not write what one writes")
    return Round(spent, beside, spread_out)


def compare(ours: Path, plain: Path) -> None:
    """Raises Broken at the first report that is not the plain analyzer's."""
    with ours.open("rb") as all_of_ours, plain.open("rb") as expected:
        chosen = (line for at, line in enumerate(all_of_ours) if at % _SHARE == 0)
        for line, other in _pairs(chosen, expected):
            if line != other:
                raise Broken(f"the two do not agree:\n  ours  {line!r}\n  plain {other!r}")


def _pairs(ours: Iterator[bytes], expected: Iterator[bytes]) -> Iterator[tuple[bytes, bytes]]:
    try:
        yield from zip(ours, expected, strict=True)
    except ValueError:
        raise Broken("the two did not write as many reports") from None


def tables(measured: Sequence[Measured]) -> str:
    head = (
        "kind",
        "what",
        "rows",
        "characters",
        "conversations/s",
        "CPU µs each",
        "plain, CPU µs each",
        "plain ÷ ours",
    )
    return report.table(head, [_line(each) for each in measured])


def _line(each: Measured) -> list[str]:
    source = each.source
    return [
        source.kind.name,
        source.kind.what,
        number(source.rows),
        number(source.characters),
        spread(1e6 / cpu for cpu in each.cpu()),
        spread(each.cpu()),
        spread(each.plain_cpu()),
        spread(each.ratios()),
    ]


def goals(measured: Sequence[Measured]) -> list[Goal]:
    found = []
    for each in measured:
        if each.source.kind.goal is not None:
            what = f"{each.source.kind.name}: CPU of the plain analyzer ÷ ours"
            found.append(Goal(what, "≥", each.source.kind.goal, median(each.ratios())))
        if each.by_two():
            found.append(Goal("two workers, times as soon as one", "≥", _WORKERS_GOAL, median(each.by_two())))
    return found
