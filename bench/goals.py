"""What we aim for, and whether a run got there. Pure."""

from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Literal

from bench.measured import Figure, Measured, differences, find, number, rate, ratios, recorder_cpu, worker_cpu
from bench.memory import Memory
from bench.recorded import Recorded
from bench.rows import DIRECT, LIMIT, OURS, QUICK
from msgspec import Struct

from bench import report

Sense = Literal["≤", "<", "≥"]


class Goal(Struct, frozen=True):
    what: str
    sense: Sense
    bound: float
    measured: float

    @property
    def reached(self) -> bool:
        match self.sense:
            case "≤":
                return self.measured <= self.bound
            case "<":
                return self.measured < self.bound
            case "≥":
                return self.measured >= self.bound


def table(goals: Sequence[Goal]) -> str:
    lines = [
        (each.what, f"{each.sense} {each.bound:g}", number(each.measured), "yes" if each.reached else "no")
        for each in goals
    ]
    return f"Goals\n\n{report.table(('', 'goal', 'measured', 'reached'), lines)}"


def of_load(measured: Sequence[Measured]) -> list[Goal]:
    """Those whose rows were measured."""
    goals: list[Goal] = []
    for name, what, bound in (
        ("chat", "a whole answer, CPU × nginx", 5),
        ("tls-upstream", "with TLS to the upstream, CPU × nginx", 2.5),
        ("stream-verbatim", "a verbatim stream, CPU × nginx", 2),
    ):
        goals += _at_each(measured, name, what, bound)
    goals += _beside_verbatim(measured)
    goals += _paced(measured)
    goals += _peers(measured)
    goals += _recorder(measured)
    return goals + _records(measured) + _recorded(measured)


def of_memory(found: Memory | None) -> list[Goal]:
    if found is None:
        return []
    fewer, more = found.requests
    workers = [each.idle for each in found.processes if each.role == "worker"]
    return [
        Goal("the whole tree when idle, MB", "≤", 150, sum(each.idle for each in found.processes)),
        Goal("a worker when idle, MB", "≤", 45, max(workers, default=0.0)),
        Goal(f"an idle stream, of {found.streams}, KiB", "≤", 64, found.stream_kib),
        *(
            Goal(f"the {each.role}'s growth from {fewer:,} to {more:,} requests, MB", "≤", 2, each.more - each.fewer)
            for each in found.processes
        ),
        Goal("`up` until healthy, s", "<", 1.5, found.start_seconds),
        Goal("`planoai --help`, s", "<", 0.25, found.help_seconds),
    ]


def _at_each(measured: Sequence[Measured], name: str, what: str, bound: float) -> list[Goal]:
    goals = []
    for each in _ours(measured, name):
        if each.at_once >= QUICK:  # with one connection both do little but sleep and wake
            known = _known(ratios(each, find(measured, each.at_once, LIMIT, name), worker_cpu(each.row.group)))
            goals += [Goal(f"{what}, at {each.at_once}", "≤", bound, median(known))] if known else []
    return goals


def _beside_verbatim(measured: Sequence[Measured]) -> list[Goal]:
    """The worst of all streams that are not passed on as they come."""
    known = [
        median(found)
        for each in measured
        if each.row.group == "stream" and each.row.target == OURS and each.row.beside and each.failure is None
        for beside in [find(measured, each.at_once, OURS, each.row.beside)]
        if (found := _known(ratios(each, beside, worker_cpu("stream"))))
    ]
    return [Goal("any other stream, CPU × a verbatim one", "≤", 3, max(known))] if known else []


def _paced(measured: Sequence[Measured]) -> list[Goal]:
    figures: tuple[tuple[str, float, Figure], ...] = (
        ("the first byte of a stream, ms added", 0.6, lambda sample: sample.load.first_ms),
        ("a piece of a stream, ms later", 0.2, lambda sample: sample.load.late_ms),
    )
    goals = []
    for each in _ours(measured, "paced-verbatim"):
        direct = find(measured, each.at_once, DIRECT, "paced-verbatim")
        for what, bound, figure in figures if direct is not None and each.at_once > QUICK else ():
            known = _known(differences(each, direct, figure)) if direct is not None else []
            goals += [Goal(f"{what}, at {each.at_once}", "≤", bound, median(known))] if known else []
    return goals


def _peers(measured: Sequence[Measured]) -> list[Goal]:
    goals = []
    for each in _ours(measured, "chat"):
        if each.at_once != QUICK:
            continue
        for peer, bound in (("litellm", 100), ("portkey", 10)):
            theirs = find(measured, each.at_once, peer, "chat")
            known = _known(ratios(each, theirs, rate))
            goals += [Goal(f"requests/s of planoai ÷ {peer}'s", "≥", bound, median(known))] if known else []
        for peer in ("vllm-router", "sglang-router"):
            theirs = find(measured, each.at_once, peer, "chat")
            known = _known(ratios(each, theirs, worker_cpu("whole")))
            goals += [Goal(f"CPU of a whole answer ÷ {peer}'s", "<", 1, median(known))] if known else []
    return goals


def _records(measured: Sequence[Measured]) -> list[Goal]:
    told = [sample.records for each in measured for sample in each.samples if sample.records is not None]
    if not told or any(records.missing is None or records.without_usage is None for records in told):
        return []
    return [
        Goal("requests without a line in the access log", "≤", 0, sum(records.missing or 0 for records in told)),
        Goal("requests without their usage in it", "≤", 0, sum(records.without_usage or 0 for records in told)),
    ]


def _recorder(measured: Sequence[Measured]) -> list[Goal]:
    found = [each for each in _ours(measured, "chat") if each.at_once > 1]
    spent = [_known(map(recorder_cpu("whole"), each.samples)) for each in found]
    return [
        Goal(f"a whole answer, the recorder's CPU, µs, at {each.at_once}", "≤", 100, median(known))
        for each, known in zip(found, spent, strict=True)
        if known
    ]


def _recorded(measured: Sequence[Measured]) -> list[Goal]:
    """Of more requests than were answered there are records: of those, too, that a generator gave up at its end."""
    told = [(each, sample.load.requests) for row in measured for sample in row.samples if (each := sample.recorded)]
    counts: tuple[tuple[str, Callable[[Recorded], int]], ...] = (
        ("that the metrics do not count", lambda each: each.counted),
        ("that are not in the store", lambda each: each.stored),
        ("in which no signals were looked for", lambda each: each.analysed),
    )
    goals = [
        Goal(f"requests {what}", "≤", 0, sum(max(0, requests - count(each)) for each, requests in told))
        for what, count in counts
    ]
    return [*goals, Goal("bodies dropped", "≤", 0, sum(each.dropped for each, _ in told))] if told else []


def _ours(measured: Sequence[Measured], name: str) -> list[Measured]:
    return [each for each in measured if (each.row.target, each.row.name) == (OURS, name) and each.failure is None]


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]
