"""Samples -> tables in Markdown: medians over the rounds, the smallest and the largest value, and ratios taken round by round. Pure."""

from collections.abc import Callable, Iterable, Sequence
from statistics import median

from bench.exchange import Load
from bench.rows import DIRECT, LIMIT, PACE_MS, Group, Row
from msgspec import Struct

START, END = "<!-- results -->", "<!-- /results -->"


class Sample(Struct, frozen=True):
    """One row in one round. CPU and memory are of the target's whole process tree; None where they cannot be measured."""

    load: Load
    cpu_seconds: float | None = None
    resident_mb: float | None = None


class Measured(Struct, frozen=True):
    """A row at one number of connections: a sample for each round, in the order of the rounds, or the reason why the row failed."""

    row: Row
    at_once: int
    samples: tuple[Sample, ...] = ()
    failure: str | None = None


Figure = Callable[[Sample], float | None]

_TITLES: dict[Group, str] = {
    "whole": "Whole answers (1 KB of JSON)",
    "stream": "Streams of 50 pieces, as fast as they go",
    "paced": f"Streams of 50 pieces, one every {PACE_MS} ms",
}
_HEADS: dict[Group, tuple[str, ...]] = {
    "whole": (
        "connections",
        "requests/s",
        "CPU µs per request",
        "× nginx",
        "× untranslated",
        "p50 ms",
        "p99 ms",
        "RSS MB",
    ),
    "stream": ("streams", "streams/s", "CPU ms per stream", "× nginx", "× verbatim", "p50 ms", "p99 ms", "RSS MB"),
    "paced": (
        "streams",
        "CPU ms per stream",
        "× nginx",
        "× verbatim",
        "first byte, ms added",
        "a piece, ms later",
        "RSS MB",
    ),
}


def tables(measured: Sequence[Measured]) -> str:
    """A table for each group that has rows, then what failed and why."""
    parts = []
    for group, title in _TITLES.items():
        of_group = [each for each in measured if each.row.group == group]
        if of_group:
            head = ("through", "row", *_HEADS[group])
            lines = [head, tuple("---" for _ in head), *(_line(each, of_group) for each in of_group)]
            parts.append(f"{title}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines))
    failures: dict[str, list[str]] = {}
    for each in measured:
        if each.failure is not None:
            failures.setdefault(f"{each.row.target}: {each.failure}", []).append(f"{each.row.name} at {each.at_once}")
    if failures:
        parts.append("Failed\n\n" + "\n".join(f"- {', '.join(rows)}; {reason}" for reason, rows in failures.items()))
    return "\n\n".join(parts)


def written(page: str, results: str) -> str:
    """The page with what stands between its markers replaced. Raises ValueError when the markers are not there."""
    before, start, rest = page.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError(f"the page has no {START} and {END}")
    return f"{before}{START}\n\n{results}\n\n{END}{after}"


def _line(each: Measured, others: Sequence[Measured]) -> tuple[str, ...]:
    names = (each.row.target, each.row.name, str(each.at_once))
    heads = _HEADS[each.row.group]
    if each.failure is not None:
        return (*names, "failed", *("" for _ in heads[2:]))
    limit = _find(others, each.at_once, LIMIT)
    beside = _find(others, each.at_once, each.row.target, each.row.beside) if each.row.beside else None
    cpu = _spread(map(_cpu(each.row.group), each.samples)), _ratio(each, limit), _ratio(each, beside)
    resident = _largest(sample.resident_mb for sample in each.samples)
    if each.row.group == "paced":
        direct = _find(others, each.at_once, DIRECT)
        return (
            *names,
            *cpu,
            _added(each, direct, lambda s: s.load.first_ms),
            _added(each, direct, lambda s: s.load.late_ms),
            resident,
        )
    pace = _spread(sample.load.requests / sample.load.seconds for sample in each.samples)
    p50, p99 = (
        _middle(sample.load.p50_ms for sample in each.samples),
        _middle(sample.load.p99_ms for sample in each.samples),
    )
    return (*names, pace, *cpu, p50, p99, resident)


def _cpu(group: Group) -> Figure:
    """CPU per exchange: microseconds for a whole answer, milliseconds for a stream."""
    unit = 1e6 if group == "whole" else 1e3
    return lambda sample: None if sample.cpu_seconds is None else sample.cpu_seconds / sample.load.requests * unit


def _find(among: Sequence[Measured], at_once: int, target: str, name: str | None = None) -> Measured | None:
    for each in among:
        if (
            (each.row.target, each.at_once) == (target, at_once)
            and name in {None, each.row.name}
            and each.failure is None
        ):
            return each
    return None


def _ratio(each: Measured, to: Measured | None) -> str:
    """CPU per exchange against another row's in the same round, then the median: what slows a round down slows both."""
    if to is None or to is each:
        return ""
    cpu = _cpu(each.row.group)
    pairs = [(cpu(ours), cpu(theirs)) for ours, theirs in zip(each.samples, to.samples, strict=True)]
    return _spread(None if ours is None or not theirs else ours / theirs for ours, theirs in pairs)


def _added(each: Measured, direct: Measured | None, figure: Figure) -> str:
    """What the proxy adds to a time, round by round; for the row without a proxy the time itself."""
    if direct is None:
        return ""
    if each is direct:
        return f"{_middle(map(figure, each.samples))} in all"
    pairs = [(figure(ours), figure(theirs)) for ours, theirs in zip(each.samples, direct.samples, strict=True)]
    return _spread(None if through is None or straight is None else through - straight for through, straight in pairs)


def _spread(values: Iterable[float | None]) -> str:
    """`median (min–max)`."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    return (
        _number(median(known))
        if len(known) == 1
        else f"{_number(median(known))} ({_number(min(known))}–{_number(max(known))})"
    )


def _middle(values: Iterable[float | None]) -> str:
    known = [value for value in values if value is not None]
    return _number(median(known)) if known else ""


def _largest(values: Iterable[float | None]) -> str:
    known = [value for value in values if value is not None]
    return _number(max(known)) if known else ""


def _number(value: float) -> str:
    """About three digits."""
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"
