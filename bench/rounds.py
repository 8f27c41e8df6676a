"""The rounds of a run: every row of a plan, each round once, each answer checked."""

import sys
from collections.abc import Iterator
from pathlib import Path

from bench.accesslog import Records
from bench.exchange import BadAnswer, Load
from bench.measured import Measured, Sample, worker_cpu
from bench.rows import LEVELS, QUICK, STREAMS, Row
from bench.setting import Running, Setting
from bench.usage import Usage, usage
from msgspec import Struct, structs

from bench import streams, wrk

_SLOW_SECONDS = 2


class Plan(Struct, frozen=True):
    rows: tuple[Row, ...]
    runs: int
    seconds: int
    quick: bool

    def order(self) -> Iterator[tuple[Row, int]]:
        """One round: at each number of connections the rows of a group one after the other, so that what is compared is close in time."""
        for group, levels in LEVELS.items():
            for at_once in (QUICK,) if self.quick else levels:
                yield from ((row, at_once) for row in self.rows if row.group == group and at_once in row.levels)


def measure(plan: Plan, setting: Setting, directory: Path) -> list[Measured]:
    """All rounds of what runs in the setting; `directory` is for what a generator writes."""
    measured = {
        (row, at_once): Measured(row, at_once, failure=setting.failures.get(row.seat))
        for row, at_once in plan.order()
        if row.seat not in setting.absent
    }
    sizes = _warm_up(measured, setting)
    for number in range(1, plan.runs + 1):
        for (row, at_once), each in measured.items():
            if each.failure is None:
                again = _again(each, setting.running[row.seat], plan.seconds, sizes[row], directory)
                measured[row, at_once] = again
                _say(f"round {number} of {plan.runs}: {_outcome(again)}")
    return list(measured.values())


def _warm_up(measured: dict[tuple[Row, int], Measured], setting: Setting) -> dict[Row, int]:
    """One exchange of each row, checked to the last byte, and a second of load that is not counted. Returns the size of a right answer for each row."""
    sizes: dict[Row, int] = {}
    for key, each in measured.items():
        row = each.row
        if each.failure is not None:
            continue
        address = setting.running[row.seat].address
        try:
            if row not in sizes:
                sizes[row] = streams.probe(address, row.exchange)
                streams.run(address, row.exchange, at_once=QUICK, seconds=1)
        except BadAnswer as flaw:
            measured[key] = structs.replace(each, failure=str(flaw))
            sizes[row] = 0
            _say(_outcome(measured[key]))
    return sizes


def _again(each: Measured, running: Running, seconds: int, size: int, directory: Path) -> Measured:
    """One more round of a row. A wrong answer ends the row, and so does a process that came or went."""
    lines = None if running.log is None else running.log.read()
    telemetry = running.telemetry
    if telemetry is not None:
        telemetry.since()
    before = None if running.pid is None else usage(running.pid)
    try:
        load = _load(running, each.row, each.at_once, seconds, size, directory)
        records = None
        if running.log is not None and lines is not None:
            records = running.log.since(lines, load.requests)  # and with that the recorder has done its work
        after = None if running.pid is None else usage(running.pid)
        recorded = None if telemetry is None else telemetry.since()
        sample = _sample(Sample(load, records=records, recorded=recorded), before, after)
    except BadAnswer as flaw:
        return structs.replace(each, failure=f"at {each.at_once} connections: {flaw}")
    return structs.replace(each, samples=(*each.samples, sample))


def _sample(sample: Sample, before: Usage | None, after: Usage | None) -> Sample:
    """With what was used of the machine."""
    if before is None or after is None:
        return sample
    if before.processes != after.processes:
        raise BadAnswer(f"its processes were {_named(before)}, and are {_named(after)}")
    cpu = {role: after.cpu[role] - before.cpu[role] for role in after.cpu}
    return structs.replace(sample, cpu=cpu, resident=after.resident)


def _named(usage: Usage) -> str:
    return ", ".join(f"{role} {pid}" for pid, role in usage.processes.items())


def _load(running: Running, row: Row, at_once: int, seconds: int, size: int, directory: Path) -> Load:
    """What is slow goes by our own generator, which waits for the last answers: those that `wrk` leaves behind would be a good part."""
    if row.slow:
        return streams.run(running.address, row.exchange, at_once=at_once, seconds=min(seconds, _SLOW_SECONDS))
    if row.group not in STREAMS and wrk.found():
        return wrk.run(
            running.address, row.exchange, at_once=at_once, seconds=seconds, body_bytes=size, directory=directory
        )
    return streams.run(running.address, row.exchange, at_once=at_once, seconds=seconds)


def _outcome(each: Measured) -> str:
    name = f"{each.row.target}, {each.row.name}, {each.at_once} at once"
    if each.failure is not None:
        return f"{name}: {each.failure}"
    last = each.samples[-1]
    spent = worker_cpu(each.row.group)(last)
    unit = "ms" if each.row.group in STREAMS else "µs"
    cpu = "" if spent is None else f", {spent:.2f} {unit} of CPU each"
    return f"{name}: {last.load.requests / last.load.seconds:,.0f}/s{cpu}{_flaws(last.records)}"


def _flaws(records: Records | None) -> str:
    if records is None or not (records.missing or records.without_usage):
        return ""
    return f"; {records.missing} lines missing, {records.without_usage} without usage"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
