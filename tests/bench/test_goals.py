from collections.abc import Sequence

import pytest
from bench.accesslog import Records
from bench.exchange import Load
from bench.goals import Goal, of_load, of_memory, table
from bench.measured import Measured, Sample
from bench.memory import Memory, Process, tables
from bench.recorded import Recorded
from bench.rows import DIRECT, LIMIT, OURS, ROWS, Row


def row(name: str, target: str) -> Row:
    found = [row for row in ROWS if (row.name, row.target) == (name, target)]
    return found[0] if found else Row(name, "whole", target, ROWS[0].exchange)


def measured(name: str, target: str, *cpu: float, at_once: int = 16, requests: int = 1000) -> Measured:
    """Rounds of a second, in which all requests together took so many seconds of CPU."""
    samples = tuple(Sample(Load(requests, 1.0, 2.0, 9.0), cpu={"worker": each}) for each in cpu)
    return Measured(row(name, target), at_once, samples)


def told(goals: Sequence[Goal]) -> dict[str, tuple[float, bool]]:
    return {each.what: (round(each.measured, 6), each.reached) for each in goals}


def test_cpu_is_held_against_nginx_by_the_median_of_the_rounds() -> None:
    rows = [measured("chat", LIMIT, 1.0, 1.0, 1.0), measured("chat", OURS, 9.0, 4.0, 3.0)]
    assert told(of_load(rows)) == {"a whole answer, CPU × nginx, at 16": (4.0, True)}


def test_a_bound_that_must_be_kept_below_is_missed_when_it_is_met() -> None:
    rows = [measured("chat", OURS, 2.0), measured("chat", "vllm-router", 2.0)]
    assert told(of_load(rows)) == {"CPU of a whole answer ÷ vllm-router's": (1.0, False)}


def test_the_worst_of_the_streams_counts() -> None:
    rows = [
        measured("stream-verbatim", OURS, 1.0),
        measured("stream-events", OURS, 2.0),
        measured("stream-messages-to-chat", OURS, 3.5),
    ]
    assert told(of_load(rows)) == {"any other stream, CPU × a verbatim one": (3.5, False)}


def test_times_of_paced_streams_are_held_against_going_direct_where_many_run() -> None:
    def paced(target: str, first: float, late: float, at_once: int) -> Measured:
        load = Load(1000, 1.0, 2.0, 9.0, first_ms=first, late_ms=late)
        return Measured(row("paced-verbatim", target), at_once, (Sample(load),))

    rows = [
        each for at_once in (16, 128) for each in (paced(DIRECT, 0.2, 0.1, at_once), paced(OURS, 0.7, 0.4, at_once))
    ]
    assert told(of_load(rows)) == {
        "the first byte of a stream, ms added, at 128": (0.5, True),
        "a piece of a stream, ms later, at 128": (0.3, False),
    }


def test_requests_are_counted_against_the_slow_peers() -> None:
    rows = [
        measured("chat", OURS, 1.0, requests=9000),
        measured("chat", "litellm", 1.0, requests=100),
        measured("chat", "portkey", 1.0, requests=500),
    ]
    assert told(of_load(rows)) == {
        "requests/s of planoai ÷ litellm's": (90.0, False),
        "requests/s of planoai ÷ portkey's": (18.0, True),
    }


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([Records(0, 0), Records(0, 0)], [(0, True), (0, True)]),
        ([Records(1, 3), Records(0, 2)], [(1, False), (5, False)]),
        ([Records(0, 0), Records(None, None)], []),
    ],
    ids=["all there", "some missing", "not known"],
)
def test_the_log_must_hold_everything(records: list[Records], expected: list[tuple[float, bool]]) -> None:
    samples = tuple(Sample(Load(1000, 1.0, 2.0, 9.0), records=each) for each in records)
    assert list(told(of_load([Measured(row("chat", OURS), 16, samples)])).values()) == expected


MEMORY = Memory(
    help_seconds=0.2,
    start_seconds=1.5,
    streams=500,
    stream_kib=15.0,
    requests=(50_000, 200_000),
    missing=0,
    processes=(
        Process("supervisor", 30.0, 30.0, 30.0),
        Process("worker", 40.0, 44.0, 46.5),
        Process("worker", 46.0, 46.0, 46.0),
        Process("recorder", 30.0, 31.0, 30.5),
    ),
)


def test_memory_is_held_against_its_bounds_process_by_process() -> None:
    goals = told(of_memory(MEMORY))
    assert goals["the whole tree when idle, MB"] == (146.0, True)
    assert goals["a worker when idle, MB"] == (46.0, False)
    assert goals["an idle stream, of 500, KiB"] == (15.0, True)
    assert goals["`up` until healthy, s"] == (1.5, False)
    assert goals["`planoai --help`, s"] == (0.2, True)
    growth = [goal for goal in of_memory(MEMORY) if "growth" in goal.what]
    assert [goal.reached for goal in growth] == [True, False, True, True]
    assert of_memory(None) == []


def test_memory_is_told_by_role_with_workers_first() -> None:
    lines = tables(MEMORY).splitlines()
    assert [line.split(" | ")[0] for line in lines[4:]] == ["| worker", "| worker", "| recorder", "| supervisor"]
    assert "| worker | 40.0 | 44.0 | 46.5 | +2.50 |" in lines
    assert "lacks 0 of them" in lines[0]
    assert "not measured" in tables(None)


def test_a_goal_is_a_line_with_its_bound_and_a_verdict() -> None:
    lines = table([Goal("one", "≤", 5, 4.996), Goal("two", "≥", 100, 47.3)]).splitlines()
    assert lines[-2:] == ["| one | ≤ 5 | 5.00 | yes |", "| two | ≥ 100 | 47.3 | no |"]


def test_every_request_is_to_be_counted_stored_and_read_and_no_body_dropped() -> None:
    load = Load(1000, 1.0, 2.0, 9.0)
    rounds = (
        Sample(load, recorded=Recorded(1016, 1016, 990, 0, 0)),
        Sample(load, recorded=Recorded(999, 995, 998, 0, 3)),
    )
    assert told(of_load([Measured(row("chat", OURS), 16, rounds)])) == {
        "requests that the metrics do not count": (1, False),
        "requests that are not in the store": (5, False),
        "requests in which no signals were looked for": (12, False),
        "bodies dropped": (3, False),
    }


def test_what_a_record_costs_the_recorder_has_a_bound() -> None:
    samples = tuple(
        Sample(Load(1000, 1.0, 2.0, 9.0), cpu={"worker": 0.1, "recorder": each}) for each in (0.09, 0.2, 0.08)
    )
    assert told(of_load([Measured(row("chat", OURS), 16, samples)])) == {
        "a whole answer, the recorder's CPU, µs, at 16": (90.0, True)
    }
