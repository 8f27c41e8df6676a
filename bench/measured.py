"""What was measured, and the arithmetic of it: medians over the rounds, and ratios taken within a round. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median

from bench.accesslog import Records
from bench.exchange import Load
from bench.recorded import Recorded
from bench.rows import STREAMS, Group, Row
from bench.usage import Role
from msgspec import Struct


class Sample(Struct, frozen=True):
    """One row in one round: seconds of processor time and megabytes of memory by role; None where they cannot be measured, or nothing writes a log."""

    load: Load
    cpu: Mapping[Role, float] | None = None
    resident: Mapping[Role, float] | None = None
    records: Records | None = None
    recorded: Recorded | None = None


class Measured(Struct, frozen=True):
    """A row at one number of connections: a sample for each round, in the order of the rounds, or the reason why the row failed."""

    row: Row
    at_once: int
    samples: tuple[Sample, ...] = ()
    failure: str | None = None


Figure = Callable[[Sample], float | None]


def find(among: Sequence[Measured], at_once: int, target: str, name: str | None = None) -> Measured | None:
    """The row of a target that did not fail; the first one when no name is given."""
    for each in among:
        if (
            (each.row.target, each.at_once) == (target, at_once)
            and name in {None, each.row.name}
            and each.failure is None
        ):
            return each
    return None


def rate(sample: Sample) -> float:
    return sample.load.requests / sample.load.seconds


def worker_cpu(group: Group) -> Figure:
    """Of one exchange, in what answers it: microseconds for a whole answer, milliseconds for a stream."""
    return lambda sample: _each(sample, group, lambda role: role == "worker")


def other_cpu(group: Group) -> Figure:
    """The same in the processes beside it; None where there are none."""
    return lambda sample: _each(sample, group, lambda role: role != "worker")


def recorder_cpu(group: Group) -> Figure:
    return lambda sample: _each(sample, group, lambda role: role == "recorder")


def whole_cpu(group: Group) -> Figure:
    return lambda sample: _each(sample, group, lambda _: True)


def ratios(above: Measured, below: Measured | None, figure: Figure) -> list[float | None]:
    """A figure of one row through that of another, round by round: what slows a round down slows both."""
    if below is None or below is above:
        return []
    pairs = [(figure(each), figure(other)) for each, other in zip(above.samples, below.samples, strict=True)]
    return [None if each is None or not other else each / other for each, other in pairs]


def differences(each: Measured, less: Measured, figure: Figure) -> list[float | None]:
    pairs = [(figure(one), figure(other)) for one, other in zip(each.samples, less.samples, strict=True)]
    return [None if one is None or other is None else one - other for one, other in pairs]


def spread(values: Iterable[float | None]) -> str:
    """`median (min–max)`."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return "".join(map(number, known))
    return f"{number(median(known))} ({number(min(known))}–{number(max(known))})"


def middle(values: Iterable[float | None]) -> str:
    known = [value for value in values if value is not None]
    return number(median(known)) if known else ""


def number(value: float) -> str:
    """About three digits."""
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def _each(sample: Sample, group: Group, counts: Callable[[Role], bool]) -> float | None:
    if sample.cpu is None:
        return None
    spent = [seconds for role, seconds in sample.cpu.items() if counts(role)]
    return sum(spent) / sample.load.requests * (1e3 if group in STREAMS else 1e6) if spent else None
