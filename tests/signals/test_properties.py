"""What holds of every conversation, whatever is said in it."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json

from planoai.signals import Analyzer, Options, Report, Row, to_json, to_plain
from planoai.signals.memory import Memory
from planoai.signals.options import rules_of
from planoai.signals.phrases import PHRASES
from planoai.signals.shelf import Shelf
from planoai.signals.window import window_of

pytestmark = pytest.mark.no_cover

RULES = rules_of(Options())
SAID = st.one_of(
    st.sampled_from([text for texts in PHRASES.values() for text in texts]),
    st.sampled_from(["ok", "", " ", "WHERE IS MY PARCEL NOW", "what??", "Yes! that's right", "x " * 1200]),
    st.lists(st.sampled_from(["cancel", "the", "boston", "flight", "tomorrow", "İ", "don’t"]), max_size=9).map(
        " ".join
    ),
)
CALLS = st.sampled_from(
    ['{"name":"find","arguments":{"q":1}}', '{"name":"find","arguments":"{}"}', "buy(1)", '{"name":1}']
)
RETURNED = st.sampled_from(
    ["ok", "invalid json", "HTTP 429", "é must be a date", f"{'page ' * 900}timeout", "x" * 5000]
)
ROW = st.one_of(
    st.builds(Row, st.just("human"), SAID),
    st.builds(Row, st.just("gpt"), SAID),
    st.builds(Row, st.just("function_call"), CALLS),
    st.builds(Row, st.just("observation"), RETURNED, st.booleans()),
    st.builds(Row, st.sampled_from(["system", "Human", ""]), SAID),
)
CONVERSATION = st.lists(ROW, max_size=14)
PROFILES: list[Any] = ["parity", "strict"]
COLD = {profile: Analyzer(Options(profile=profile), memory=0) for profile in PROFILES}
NARROW = [Analyzer(Options(profile="strict", window=window), memory=0) for window in range(1, 8)]
WARM = [Analyzer(Options(profile=profile), memory=most) for profile in PROFILES for most in (1, 7_000, 16_000_000)]


@given(st.lists(CONVERSATION, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_what_was_read_before_and_in_which_order_changes_no_report(conversations: list[list[Row]], random: Any) -> None:
    """The analyzers have read all earlier examples, too."""
    turns = [rows[: end + 1] for rows in conversations for end in range(len(rows))]
    random.shuffle(turns)
    for profile, analyzers in zip(PROFILES, (WARM[:3], WARM[3:]), strict=True):
        for rows in turns:
            cold = COLD[profile].rows(rows)
            assert all(analyzer.rows(rows) == cold for analyzer in analyzers)


def told(report: Report) -> Iterator[tuple[str, str, int]]:
    """Without the places."""
    for group in report.groups.values():
        for signal in group.signals:
            if signal.signal_type != "interaction.stagnation.repetition":
                yield signal.signal_type, signal.snippet, 0
            else:
                yield signal.signal_type, "", signal.message_index - int(str(signal.metadata["compared_to"]))


@given(CONVERSATION, CONVERSATION, st.integers(1, len(NARROW)))
def test_what_came_before_the_window_moves_signals_and_does_nothing_else(
    before: list[Row], rows: list[Row], window: int
) -> None:
    analyzer = NARROW[window - 1]
    last = rows[-window:]
    before = before if len(last) == window else []
    alone, after = analyzer.rows(last), analyzer.rows([*before, *last])
    assert list(told(alone)) == list(told(after))
    assert (alone.summary, alone.score, alone.turns) == (after.summary, after.score, after.turns)


@given(CONVERSATION, st.sampled_from(PROFILES))
def test_a_report_says_the_same_in_every_way_it_is_told(rows: list[Row], profile: Any) -> None:
    report = COLD[profile].rows(rows)
    plain = json.decode(to_json(report))
    assert plain == to_plain(report)
    assert [
        (name, len(group["signals"]))
        for layer in ("interaction", "execution", "environment")
        for name, group in plain[f"{layer}_signals"].items()
    ] == [(name, group.count) for name, group in report.groups.items()]
    native = to_plain(report, native=True)
    assert list(native)[-3:] == ["quality_score", "turn_metrics", "concerning"]
    assert {key: native[key] for key in plain} == plain


@given(CONVERSATION, st.sampled_from(PROFILES))
def test_a_place_that_is_told_is_a_row_of_the_conversation(rows: list[Row], profile: Any) -> None:
    report = COLD[profile].rows(rows)
    for group in report.groups.values():
        for signal in group.signals:
            assert 0 <= signal.message_index < len(rows)
            assert 0 < signal.confidence <= 1


@pytest.mark.parametrize("said", ["I give up!!", "what??", "no, i meant shoes"])
def test_what_stands_in_the_middle_of_a_long_message_is_not_read(said: str) -> None:
    def report(text: str) -> bytes:
        return to_json(COLD["parity"].rows([Row("human", text)]))

    dull = "the parcel of the house " * 100
    assert report(dull[:600] + said + dull[600 + len(said) :]) == report(dull)
    assert report(said + dull[len(said) :]) != report(dull)


def test_of_a_hundred_thousand_rows_the_last_hundred_are_read() -> None:
    rows: Sequence[Row] = [Row("human", f"I give up {turn}") for turn in range(100_000)]
    memory = Memory(RULES, 100_000_000)
    window = window_of(rows, RULES, memory)
    assert isinstance(memory.asked, Shelf)
    assert (len(window.said), window.offset, len(memory.asked)) == (100, 99_900, 100)


def test_texts_that_are_large_are_read_in_pieces_of_bounded_size() -> None:
    huge = "word " * 1_000_000
    memory = Memory(RULES, 16_000_000)
    assert memory.asked(huge).size == len(memory.asked(huge).joined.split()) < 500


def test_half_a_character_that_a_report_cites_can_be_written() -> None:
    report = COLD["parity"].rows([Row("human", "\ud800 what??"), Row("observation", "\udc00 invalid json")])
    assert [signal.snippet for group in report.groups.values() for signal in group.signals] == [
        "\ufffd what??",
        "\ufffd invalid json",
        "\ufffd invalid json",
    ]
    assert json.decode(to_json(report)) == to_plain(report)
