"""Conversations of a few rows, whose reports are known in every detail."""

from typing import Any

import msgspec
import pytest

from planoai.signals import Analyzer, Options, Report, Row
from planoai.signals.signal import Signal

WEAK = "interaction.disengagement.negative_stance"


def human(*values: str) -> list[Row]:
    return [Row("human", value) for value in values]


def observed(value: str) -> list[Row]:
    return [Row("observation", value)]


def call(name: str, arguments: object) -> Row:
    return Row("function_call", msgspec.json.encode({"name": name, "arguments": arguments}).decode())


def report_of(rows: list[Row]) -> Report:
    return Analyzer().rows(rows)


def signals_of(report: Report) -> list[Signal]:
    return [signal for group in report.groups.values() for signal in group.signals]


def briefly(report: Report) -> list[tuple[str, str]]:
    return [(signal.signal_type.split(".", 1)[1], signal.snippet) for signal in signals_of(report)]


@pytest.mark.parametrize(
    ("said", "found", "quality", "score"),
    [
        ("No, I meant my recent orders", [("misalignment.correction", "no, i meant")], "poor", 35),
        ("No I ment", [("misalignment.correction", "no, i meant")], "poor", 35),
        (
            "this is great",
            [
                ("disengagement.quit", "this is hopeless"),
                ("disengagement.negative_stance", "this is bullshit"),
                ("satisfaction.confirmation", "this is great"),
            ],
            "severe",
            0,
        ),
        (
            "this",
            [
                ("disengagement.escalation", "escalate this"),
                ("disengagement.quit", "forget this"),
                ("satisfaction.gratitude", "this helps"),
            ],
            "severe",
            0,
        ),
        ("Yes!! That's perfect!!!", [("satisfaction.gratitude", "that's perfect")], "good", 62),
        ("where is my order?!?", [("disengagement.negative_stance", "where is my order?!?")], "neutral", 40),
        ("WHY IS THIS BROKEN", [("disengagement.negative_stance", "WHY IS THIS BROKEN")], "neutral", 40),
    ],
)
def test_what_a_person_says_alone(said: str, found: list[tuple[str, str]], quality: str, score: int) -> None:
    report = report_of(human(said))
    assert briefly(report) == found
    assert (report.quality, report.score) == (quality, score)


def test_a_cosine_of_three_fifths_is_enough_though_doubles_make_it_a_little_less() -> None:
    report = report_of(human("speak real person alpha beta"))
    assert ("disengagement.escalation", "speak to a real person") in briefly(report)


@pytest.mark.parametrize(
    ("said", "metadata"),
    [
        (
            "where is my order?!?",
            {
                "indicator_type": "excessive_punctuation",
                "consecutive_questions": 0,
                "consecutive_exclamations": 0,
                "mixed_punctuation": 1,
            },
        ),
        ("WHY IS THIS BROKEN", {"indicator_type": "all_caps", "upper_ratio": 1.0}),
    ],
)
def test_the_way_it_is_typed_is_told_in_numbers(said: str, metadata: dict[str, Any]) -> None:
    (signal,) = signals_of(report_of(human(said)))
    assert (signal.signal_type, dict(signal.metadata)) == (WEAK, metadata)


def test_a_request_in_other_words() -> None:
    first, second = human("cancel boston flight tomorrow please", "please cancel flight to boston tomorrow")
    report = report_of([first, Row("gpt", "Which one?"), second])
    (signal,) = signals_of(report)
    assert signal.signal_type == "interaction.misalignment.rephrase"
    assert (signal.message_index, signal.confidence) == (2, 0.800000011920929)
    assert signal.metadata == {"pattern_type": "semantic_rephrase", "compared_to": 0}
    assert (report.quality, report.score) == ("poor", 35)


def test_three_calls_with_equal_objects_are_a_retry_and_with_other_texts_a_drift() -> None:
    objects = [{"x": 1, "y": 2}, {"y": 2, "x": 1}, {"x": 1, "y": 2}]
    report = report_of([call("find", each) for each in objects])
    assert [signal.signal_type for signal in signals_of(report)] == ["execution.loops.retry"]
    assert (report.quality, report.score) == ("neutral", 45)
    (drift,) = signals_of(report_of([call("find", msgspec.json.encode(each).decode()) for each in objects]))
    assert drift.signal_type == "execution.loops.parameter_drift"
    assert drift.metadata["variation_count"] == 2


def test_tools_in_turns() -> None:
    (signal,) = signals_of(report_of([call(name, {}) for name in "ABABAB"]))
    assert signal.snippet == "Oscillation pattern [A → B] repeated 3 times"
    assert signal.metadata["cycle_count"] == 3


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (
            "invalid json",
            [
                ("execution.failure.invalid_args", "invalid json", 0.8999999761581421),
                ("environment.exhaustion.malformed_response", "invalid json", 0.8500000238418579),
            ],
        ),
        (
            "HTTP 429: Too Many Requests, retry after 30s",
            [("environment.exhaustion.rate_limit", "http 429", 0.949999988079071)],
        ),
        (
            "connection timed out: ETIMEDOUT",
            [("environment.exhaustion.timeout", "connection timed out", 0.8999999761581421)],
        ),
    ],
)
def test_what_a_tool_returns(value: str, found: list[tuple[str, str, float]]) -> None:
    signals = signals_of(report_of(observed(value)))
    assert [(each.signal_type, each.metadata["matched"], each.confidence) for each in signals] == found


@pytest.mark.parametrize(
    ("turns", "in_snippet", "in_summary"), [(10, "0.44", "44.4%"), (33, "0.12", "12.5%"), (65, "0.06", "6.2%")]
)
def test_a_long_conversation_drags_and_costs_nothing(turns: int, in_snippet: str, in_summary: str) -> None:
    report = report_of(human(*(f"w{turn}" for turn in range(turns))))
    (signal,) = signals_of(report)
    assert signal.signal_type == "interaction.stagnation.dragging"
    assert signal.snippet == f"Conversation dragging: {turns} turns (efficiency: {in_snippet})"
    assert signal.message_index == turns - 1
    assert f"(efficiency: {in_summary})" in report.summary
    assert report.score == 50
    assert report.turns.is_dragging


def test_nine_turns_do_not_drag() -> None:
    report = report_of(human(*(f"w{turn}" for turn in range(9))))
    assert not signals_of(report)
    assert report.turns.efficiency_score == 0.5


def test_in_a_long_conversation_the_reference_shifts_a_repetition_twice_and_a_failure_never() -> None:
    rows = [Row("gpt", f"x{place}") for place in range(150)]
    rows[138] = rows[140] = human("one two three four five six")[0]
    rows[149] = observed("invalid argument")[0]
    groups = report_of(rows).groups
    (repetition,), (failure,) = groups["stagnation"].signals, groups["failure"].signals
    assert (repetition.message_index, repetition.snippet) == (149, "Exact repetition with message 138")
    assert failure.message_index == 99
    groups = Analyzer(Options(profile="strict")).rows(rows).groups
    (repetition,), (failure,) = groups["stagnation"].signals, groups["failure"].signals
    assert (repetition.message_index, failure.message_index) == (140, 149)


@pytest.mark.parametrize("rows", [[], human(""), [*human(""), Row("gpt", ""), Row("system", "I give up")]])
def test_a_conversation_without_a_word_is_neutral(rows: list[Row]) -> None:
    report = report_of(rows)
    assert not signals_of(report)
    assert (report.quality, report.score, report.turns.efficiency_score) == ("neutral", 50, 1.0)
    assert not report.concerning
