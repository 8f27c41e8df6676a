"""From counts of signals to a number, a word and a line."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.signals import Analyzer, Group, Options, Row, Signal
from planoai.signals.detectors import DETECTORS
from planoai.signals.grading import Grade, grade
from planoai.signals.memory import Memory
from planoai.signals.options import Rules, rules_of
from planoai.signals.signal import severity
from planoai.signals.summary import summarise
from planoai.signals.window import Window, window_of

PARITY, STRICT = (rules_of(Options(profile=profile)) for profile in ("parity", "strict"))
LEAVES = {"disengagement": "interaction.disengagement.negative_stance"}


MEMORY = Memory(PARITY, 1_000_000)


def window(turns: int) -> Window:
    return window_of([Row("human", f"w{turn}") for turn in range(turns)], PARITY, MEMORY)


def groups_of(counts: Mapping[str, int]) -> dict[str, Group]:
    return {
        each.category: Group(
            each.category,
            each.layer,
            tuple(
                Signal(LEAVES.get(each.category, "a.b.c"), place, "") for place in range(counts.get(each.category, 0))
            ),
        )
        for each in DETECTORS
    }


def graded(counts: Mapping[str, int], turns: int = 10, rules: Rules = PARITY) -> Grade:
    return grade(groups_of(counts), window(turns), rules)


@pytest.mark.parametrize(("count", "expected"), [*enumerate([0, 1, 1, 2, 2, 3, 3])])
def test_severity_grows_with_the_second_signal_more(count: int, expected: int) -> None:
    assert severity(count) == expected


@pytest.mark.parametrize(
    ("counts", "score"),
    [
        ({}, 50),
        ({"satisfaction": 1}, 62),
        ({"satisfaction": 2}, 66),
        ({"satisfaction": 3}, 69),
        ({"satisfaction": 90}, 69),
        ({"disengagement": 2}, 40),
        ({"disengagement": 4}, 30),
        ({"disengagement": 5}, 0),
        ({"misalignment": 3}, 50),
        ({"misalignment": 4}, 35),
        ({"stagnation": 2}, 50),
        ({"stagnation": 3}, 34),
        ({"stagnation": 5}, 0),
        ({"failure": 2}, 34),
        ({"failure": 9}, 0),
        ({"loops": 2}, 40),
        ({"exhaustion": 2}, 44),
        ({"satisfaction": 3, "exhaustion": 3, "loops": 1, "failure": 1, "disengagement": 1}, 37),
    ],
)
def test_each_category_has_its_price(counts: dict[str, int], score: int) -> None:
    assert graded(counts).score == score


@pytest.mark.parametrize(
    ("counts", "quality"),
    [
        ({"satisfaction": 1}, "good"),
        ({"satisfaction": 1, "exhaustion": 1}, "neutral"),
        ({"disengagement": 1}, "neutral"),
        ({"disengagement": 1, "exhaustion": 1}, "poor"),
        ({"failure": 3}, "poor"),
        ({"failure": 3, "exhaustion": 1}, "severe"),
    ],
)
def test_a_score_has_a_name(counts: dict[str, int], quality: str) -> None:
    assert graded(counts).quality == quality


@given(st.fixed_dictionaries({each.category: st.integers(0, 7) for each in DETECTORS}), st.integers(0, 12))
def test_more_trouble_never_makes_a_score_better_and_nothing_is_excellent(counts: dict[str, int], turns: int) -> None:
    now = graded(counts, turns)
    assert 0 <= now.score <= 69
    for name in counts:
        more = graded({**counts, name: counts[name] + 1}, turns)
        assert more.score >= now.score if name == "satisfaction" else more.score <= now.score


def test_of_ten_turns_three_may_go_wrong() -> None:
    assert not graded({"misalignment": 3}, 10).high
    assert graded({"misalignment": 3}, 9).high
    assert graded({"misalignment": 1}, 0).misaligned == 1.0


def test_one_misaligned_turn_costs_nothing_in_strict() -> None:
    assert [graded({"misalignment": 1}, 1, rules).score for rules in (PARITY, STRICT)] == [35, 50]
    assert graded({"misalignment": 2}, 2, STRICT).score == 35


@pytest.mark.parametrize(
    ("counts", "concerning"),
    [
        ({}, False),
        ({"misalignment": 3}, False),
        ({"misalignment": 4}, True),
        ({"stagnation": 2}, False),
        ({"stagnation": 3}, True),
        ({"exhaustion": 3}, False),
        ({"exhaustion": 4}, True),
        ({"disengagement": 1, "satisfaction": 3}, True),
        ({"failure": 1, "satisfaction": 3}, True),
        ({"loops": 1, "satisfaction": 3}, True),
    ],
)
def test_what_is_worth_a_flag(counts: dict[str, int], concerning: bool) -> None:
    assert graded(counts).concerning is concerning


def quality(*values: str, strict: bool) -> str:
    return (
        Analyzer(Options(profile="strict" if strict else "parity"))
        .rows([Row("human", value) for value in values])
        .quality
    )


def test_who_asks_for_somebody_else_makes_a_conversation_severe() -> None:
    said = ("I want to speak to a human", "that works", "love it", "it worked")
    assert {quality(*said, strict=strict) for strict in (False, True)} == {"severe"}


def test_who_gives_up_and_goes_on_talking_is_still_there_in_strict() -> None:
    ended = ("where are my shoes", "well then I give up", "bye for today")
    assert {quality(*ended, strict=strict) for strict in (False, True)} == {"severe"}
    went_on = (*ended, "and which of the boots do you sell")
    assert [quality(*went_on, strict=strict) for strict in (False, True)] == ["severe", "neutral"]


def test_marks_and_capitals_count_once_in_strict_and_are_all_listed() -> None:
    said = [Row("human", f"{each}??") for each in ("shoes", "boots", "socks", "hats", "gloves")]
    reports = [Analyzer(Options(profile=profile)).rows(said) for profile in ("parity", "strict")]
    assert [report.groups["disengagement"].count for report in reports] == [5, 5]
    assert [(report.quality, report.score) for report in reports] == [("severe", 0), ("neutral", 40)]


def summary(turns: int, counts: Mapping[str, int]) -> str:
    groups = groups_of(counts)
    return summarise(groups, grade(groups, window(turns), PARITY), window(turns).turns)


def test_a_summary_counts_every_category_in_its_layer() -> None:
    assert summary(4, {"misalignment": 1, "failure": 3}) == (
        "Overall Quality: poor | Turns: 4 (efficiency: 100.0%)"
        " | Interaction — misalignment: 1 (sev 1), stagnation: 0, disengagement: 0, satisfaction: 0"
        " | Execution — failure: 3 (sev 2), loops: 0 | Environment — exhaustion: 0"
    )


@pytest.mark.parametrize(
    ("turns", "count", "share"), [(3, 1, "33.3"), (8, 3, "37.5"), (16, 5, "31.2"), (16, 7, "43.8"), (0, 2, "200.0")]
)
def test_a_summary_tells_a_high_share_of_misaligned_turns_to_the_even_decimal(
    turns: int, count: int, share: str
) -> None:
    assert summary(turns, {"misalignment": count}).endswith(f" | High misalignment rate: {share}% of user turns")


def test_a_summary_ends_with_what_is_worst() -> None:
    said = ["I want to speak to a human, no, i meant", *["cancel my boston flight tomorrow morning"] * 4]
    told = Analyzer().rows([Row("human", value) for value in said]).summary
    assert told.split(" | ")[5:] == [
        "High misalignment rate: 80.0% of user turns",
        "Looping detected: 3 repetitions",
        "Escalation requested: 1",
    ]
