"""What tools were called for and what they answered, as signals: against the plain analyzer, and where their rows stand in long conversations."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bench.signals import plain_tools
from planoai.signals import Analyzer, Options, Row, Signal
from planoai.signals.signal import Json

CALL, ANSWER = "function_call", "observation"
ARGUMENTS: list[Json] = [
    {"a": 1, "b": 2},
    {"b": 2, "a": 1},
    {"a": 1.0, "b": 2},
    '{"a":1,"b":2}',
    '{"b":2,"a":1}',
    [1],
    "",
]
ARGUMENTS += [{"a": {"b": 1, "c": 2}}, {"a": {"c": 2, "b": 1}}, '{"a":{"b":1,"c":2}}']
VALUES = [json.dumps({"name": name, "arguments": each}) for each in ARGUMENTS for name in "ab"]
VALUES += ['a({"b":2,"a":1})', "b(1)", "a", "{}", '{"name":3}']
ERRORS = ["fine", "unknown function", "rate limit exceeded", "invalid json", "Invalid İd", ""]
CALLS = st.sampled_from(VALUES).map(lambda value: Row(CALL, value))
ANSWERS = st.sampled_from(ERRORS).map(lambda value: Row(ANSWER, value))
OTHERS = st.sampled_from([Row("human", "go on"), Row("gpt", "well"), Row("system", "rate limit")])
BLOCKS = st.builds(lambda rows, times: rows * times, st.lists(CALLS, min_size=1, max_size=3), st.integers(1, 4))
ROWS = st.lists(BLOCKS | ANSWERS.map(lambda row: [row]) | OTHERS.map(lambda row: [row]), max_size=8).map(
    lambda blocks: [row for block in blocks for row in block]
)
PLAIN = {"failure": plain_tools.failure, "loops": plain_tools.loops, "exhaustion": plain_tools.exhaustion}


PARITY = Analyzer()
STRICT = Analyzer(Options(profile="strict"))


def found(rows: Sequence[Row], category: str, analyzer: Analyzer = PARITY) -> tuple[Signal, ...]:
    return analyzer.rows(rows).groups[category].signals


def plain(signal: Signal) -> dict[str, object]:
    return {
        "signal_type": signal.signal_type,
        "message_index": signal.message_index,
        "snippet": signal.snippet,
        "confidence": signal.confidence,
        "metadata": dict(signal.metadata),
    }


def call(name: str, arguments: Json = "") -> Row:
    return Row(CALL, json.dumps({"name": name, "arguments": arguments}))


@pytest.mark.parametrize("category", PLAIN)
@given(rows=ROWS)
def test_the_signals_of_tools_are_those_of_the_plain_analyzer(category: str, rows: list[Row]) -> None:
    window = [(row.role, row.value) for row in rows[-100:]]
    assert [plain(each) for each in found(rows, category)] == PLAIN[category](window)


@pytest.mark.parametrize("category", PLAIN)
@given(rows=ROWS, before=st.integers(0, 130))
def test_strict_indices_count_from_the_first_row_of_the_conversation(
    category: str, rows: list[Row], before: int
) -> None:
    rows = rows[-100:]
    alone = found(rows, category, STRICT)
    later = found([Row("system")] * before + rows, category, STRICT)
    assert len(alone) == len(later)
    for one, other in zip(alone, later, strict=True):
        assert other.message_index == one.message_index + before
        for key in ("start_index", "end_index"):
            assert other.metadata.get(key, before) == one.metadata.get(key, 0) + before  # type: ignore[operator]


@pytest.mark.parametrize(("analyzer", "index", "called"), [(PARITY, 99, 98), (STRICT, 149, 148)])
def test_a_failure_past_the_window_has_the_index_of_its_profile(analyzer: Analyzer, index: int, called: int) -> None:
    rows = [Row("human", "x")] * 148 + [call("find"), Row(ANSWER, "unknown function")]
    [signal] = found(rows, "failure", analyzer)
    assert signal.message_index == index
    assert signal.metadata["call_index"] == called
    assert signal.metadata["tool_name"] == "find"


def test_a_failure_names_the_last_call_before_it_and_a_call_answers_for_many() -> None:
    error = Row(ANSWER, "unknown function")
    rows = [error, call("a"), error, error, Row(CALL, "b(1)"), error, call("c")]
    told = [(each.metadata["call_index"], each.metadata["tool_name"]) for each in found(rows, "failure")]
    assert told == [(0, "unknown"), (1, "a"), (1, "a"), (4, "unknown")]


def test_a_failure_without_a_call_points_to_the_row_before() -> None:
    [signal] = found([Row("human", "x"), Row("gpt", "y"), Row(ANSWER, "unknown function")], "failure")
    assert signal.metadata["call_index"] == 1


@pytest.mark.parametrize(
    ("value", "confidence"), [("unknown field", 0.6), ("unknown field, error", 0.8), ("a failed id: invalid id", 0.8)]
)
def test_a_bad_query_is_less_certain_where_nothing_is_called_an_error(value: str, confidence: float) -> None:
    [signal] = found([Row(ANSWER, value)], "failure")
    assert signal.signal_type == "execution.failure.bad_query"
    assert signal.confidence == pytest.approx(confidence)


def test_ranges_of_loops_are_rows_and_not_calls() -> None:
    rows = [row for _ in range(3) for row in (call("a"), Row(ANSWER, "fine"), Row("gpt", "again"))]
    [signal] = found(rows, "loops")
    assert (signal.metadata["start_index"], signal.metadata["end_index"], signal.metadata["call_count"]) == (0, 6, 3)


def test_a_run_that_has_a_retry_in_it_is_no_drift() -> None:
    rows = [call("a", 1), call("a", 2), *[call("a", 3)] * 3, call("b", 1), *[call("a", each) for each in (1, 2, 3)]]
    signals = found(rows, "loops")
    assert [(each.signal_type, each.message_index) for each in signals] == [
        ("execution.loops.retry", 2),
        ("execution.loops.parameter_drift", 6),
    ]


def test_patterns_that_overlap_are_told_once() -> None:
    rows = [call(name) for name in "ababababcabcabc"]
    told = [(each.metadata["start_index"], each.metadata["end_index"]) for each in found(rows, "loops")]
    assert told == [(0, 7)]


@given(
    st.lists(st.builds(lambda names, times: names * times, st.text("abc", min_size=1, max_size=6), st.integers(1, 4)))
)
@example(["ababab", "cabcabcab"])
@example(["ababab", "cbcbc"])
@example(["abcdefabcdefabcdef"])
def test_the_patterns_of_tools_are_those_of_the_plain_analyzer(names: list[str]) -> None:
    rows = [call(name, number) for number, name in enumerate("".join(names)[:100])]
    assert [plain(each) for each in found(rows, "loops")] == plain_tools.loops([(row.role, row.value) for row in rows])


def test_equal_calls_too_few_for_a_retry_are_no_drift() -> None:
    assert found([call("a")] * 4, "loops", Analyzer(Options(thresholds={"retry_calls": 5}))) == ()


def test_two_of_a_kind_are_a_loop_where_two_are_enough() -> None:
    two = Analyzer(Options(thresholds={"retry_calls": 2, "drift_calls": 2, "oscillation_cycles": 2}))
    names = [
        [each.signal_type.rpartition(".")[2] for each in found(rows, "loops", two)]
        for rows in ([call("a")] * 2, [call("a", 1), call("a", 2)], [call("a"), call("b")] * 2, [call("a")])
    ]
    assert names == [["retry"], ["parameter_drift"], ["oscillation"], []]


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("rows", "failures", "in_circles"),
    [
        ([Row(ANSWER, "unknown function")] * 30_000 + [call("a")] * 30_000, 30_000, 1),
        ([call("a", number // 3) for number in range(60_000)], 0, 20_000),
        ([call(name) for name in "abcdef" * 10_000], 0, 0),
        ([call(name, number // 3) for number, name in enumerate("aaaab" * 12_000)], 0, 12_001),
    ],
)
def test_a_window_of_very_many_calls_is_read(rows: list[Row], failures: int, in_circles: int) -> None:
    """What takes a second would take an hour if every row looked at all others."""
    groups = Analyzer(Options(window=100_000)).rows(rows).groups
    assert (groups["failure"].count, groups["loops"].count) == (failures, in_circles)
