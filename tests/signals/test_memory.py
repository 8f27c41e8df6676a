"""What an analyzer keeps of what it has read: it never shows in a report, and never grows beyond its budget."""

import tracemalloc
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.signals import Analyzer, Options, Row
from planoai.signals.memory import Memory
from planoai.signals.options import rules_of
from planoai.signals.shelf import Budget, Shelf
from planoai.signals.window import window_of
from tests.signals.corpus import conversations, expected, written

pytestmark = pytest.mark.no_cover

RULES = rules_of(Options())


class Reader:
    """Reads a text as its capitals, and counts how often it was asked to."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, text: str) -> str:
        self.texts.append(text)
        return text.upper()


def shelf(budget: Budget, size: int = 0) -> tuple[Shelf[str], Reader]:
    reader = Reader()
    return Shelf(reader, lambda _text, _read: size, budget), reader


def test_a_text_is_read_once() -> None:
    kept, reader = shelf(Budget(10_000))
    assert [kept("ab"), kept("".join("ab")), kept("b" * 9000), kept("b" * 9000)] == ["AB", "AB", "B" * 9000, "B" * 9000]
    assert reader.texts == ["ab", "b" * 9000]


def test_what_is_asked_for_again_stays_and_the_rest_is_forgotten() -> None:
    kept, reader = shelf(Budget(4000))
    for turn in range(100):
        assert kept("again") == "AGAIN"
        kept(f"{turn}")
    assert reader.texts.count("again") == 1
    assert kept("0") == "0"
    assert reader.texts.count("0") == 2


def test_one_budget_holds_for_all_shelves() -> None:
    budget = Budget(4000)
    (a, read_a), (b, _) = shelf(budget), shelf(budget)
    a("early")
    for turn in range(100):
        b(f"{turn}")
    a("early")
    assert read_a.texts == ["early", "early"]
    assert len(a) + len(b) < 40


@pytest.mark.parametrize("most", [0, 100])
def test_what_is_larger_than_the_budget_is_not_kept(most: int) -> None:
    kept, reader = shelf(Budget(most), 1000)
    assert [kept("a"), kept("a")] == ["A", "A"]
    assert len(reader.texts) == 2
    assert len(kept) == 0


@given(
    st.lists(st.text("ab", max_size=3) | st.sampled_from(["a" * 4096, "a" * 4097, "b" * 4097])), st.integers(0, 9000)
)
def test_a_shelf_gives_what_reading_gives(texts: list[str], most: int) -> None:
    budget = Budget(most)
    shelves = shelf(budget)[0], shelf(budget)[0]
    for place, text in enumerate(texts):
        assert shelves[place % 2](text) == text.upper()


def test_texts_of_a_person_and_of_the_model_are_not_taken_for_each_other() -> None:
    memory = Memory(RULES, 1_000_000)
    assert not memory.said("no, i meant shoes").found
    assert memory.asked("no, i meant shoes").found
    strict = Memory(rules_of(Options(profile="strict")), 1_000_000)
    page = f"{'x ' * 500}invalid credentials{' y' * 500}"
    assert strict.observed(page).failure is None
    assert strict.failed(page).failure is not None
    assert strict.observed(page).failure is None


def test_a_pair_is_compared_once_and_as_if_its_sets_had_never_been_put_away() -> None:
    said = [f"where is my parcel number {place % 7} with the shoes" for place in range(60)]
    for most in (0, 5_000, 1_000_000):
        memory = Memory(RULES, most)
        found = [memory.likeness(memory.asked(a), memory.asked(b)) for a in said for b in said[::9]]
        fresh = Memory(RULES, 0)
        assert found == [fresh.likeness(fresh.asked(a), fresh.asked(b)) for a in said for b in said[::9]]


def test_messages_are_put_away_and_can_be_asked_for_again() -> None:
    memory = Memory(RULES, 40_000)
    utterances = [memory.said(f"where is {place} of the {'very ' * 20} red shoes") for place in range(100)]
    assert sum(each.message is not None for each in utterances) < 10
    message = memory.message(utterances[0])
    assert message is memory.message(utterances[0])
    assert message.trigrams == Memory(RULES, 0).said(f"where is 0 of the {'very ' * 20} red shoes").message.trigrams  # type: ignore[union-attr]
    assert sum(each.message is not None for each in utterances) < 10


def fresh(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The same texts as strings of their own, as they come with every request."""
    return msgspec.json.decode(msgspec.json.encode(rows), type=tuple[Row, ...])


def test_a_budget_is_kept_whatever_is_read() -> None:
    """What is read is all different, of every kind, and would take sixteen times the budget."""
    most = 1_000_000
    analyzer = Analyzer(memory=most)
    analyzer.rows([Row("human", "İ damn bot!! é"), Row("observation", "invalid json é"), Row("function_call", "f(1)")])
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for turn in range(200):
            analyzer.rows(various(turn))
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert most / 10 < grown < most


def various(turn: int) -> list[Row]:
    words = " ".join(f"{turn}{chr(97 + place % 26)}{place}" for place in range(turn % 3 * 120))
    call = msgspec.json.encode(
        {"name": "f", "arguments": {f"{place}": [place, f"{turn}"] for place in range(turn % 5 * 20)}}
    )
    return [
        Row("human", f"no, i meant {turn} {words}"),
        Row("human", f"{turn} DAMN BOT!! I GIVE UP, LET ME SPEAK TO A HUMAN"),
        Row("gpt", f"{words} {turn} é"),
        Row("gpt", f"{turn}"),
        Row("function_call", call.decode()),
        Row("function_call", f'{{"name": "f", "arguments": [{turn}{", []" * (turn % 400)}]}}'),
        Row("observation", f"{turn}: invalid json {words * 2}"),
    ]


@pytest.mark.parametrize("memory", [0, 30_000, 16_000_000])
def test_no_size_and_no_order_changes_a_report(memory: int) -> None:
    analyzer = Analyzer(memory=memory)
    pairs = list(zip(conversations(), expected(), strict=True))[::9]
    for _ in range(2):
        pairs.reverse()
        assert [bytes(each.id) for each, line in pairs if written(each, analyzer.rows(fresh(each.rows))) != line] == []


def test_every_turn_of_a_conversation_has_the_report_it_has_alone() -> None:
    """Turns of many conversations come mixed."""
    sample = [each.rows for each in conversations()[::63]]
    warm, cold = Analyzer(), Analyzer(memory=0)
    for turn in range(1, 40):
        for rows in sample:
            if turn <= len(rows):
                assert warm.rows(fresh(rows[:turn])) == cold.rows(rows[:turn])


def test_the_next_turn_reads_what_is_new() -> None:
    rows = max((each.rows for each in conversations() if len(each.rows) <= 100), key=len)
    memory = Memory(RULES, 16_000_000)
    before, now = window_of(rows[:-1], RULES, memory), window_of(fresh(rows), RULES, memory)
    assert len(now.said) > 20
    assert all(a.utterance is b.utterance for a, b in zip(before.said, now.said, strict=False))
    assert all(a[1] is b[1] for a, b in zip(before.observations, now.observations, strict=False))
    assert all(memory.call(a[1]) is memory.call(b[1]) for a, b in zip(before.calls, now.calls, strict=False))
