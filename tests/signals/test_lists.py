"""The phrases, patterns and tables of characters are those of the reference, entry by entry and in its order."""

import msgspec
import pytest
from bench.signals.plain_words import LISTS, RANGES

from planoai.signals import ranges
from planoai.signals.letters import WHITE, is_alphabetic, is_uppercase, is_word, split
from planoai.signals.patterns import PATTERNS
from planoai.signals.phrases import CONFIRMATION_PREFIXES, PHRASES, POSITIVE_PREFIXES, STOP_WORDS

_OTHER_NAMES = {"profanity": "agent_directed_profanity", "malformed_response": "malformed"}


def _theirs(name: str, ending: str) -> tuple[str, ...]:
    return tuple(LISTS[f"{_OTHER_NAMES.get(name, name)}_{ending}".upper()])


@pytest.mark.parametrize("family", PHRASES)
def test_a_family_has_the_phrases_of_the_reference_in_its_order(family: str) -> None:
    assert PHRASES[family] == _theirs(family, "pattern_texts")


@pytest.mark.parametrize("family", PATTERNS)
def test_a_family_has_the_patterns_of_the_reference_in_its_order(family: str) -> None:
    assert PATTERNS[family] == _theirs(family, "patterns")


def test_no_list_of_the_reference_is_left_out() -> None:
    assert len(PHRASES) + len(PATTERNS) + 3 == len(LISTS)
    assert tuple(LISTS["POSITIVE_PREFIXES"]) == POSITIVE_PREFIXES
    assert tuple(LISTS["CONFIRMATION_PREFIXES"]) == CONFIRMATION_PREFIXES
    assert frozenset(LISTS["STOPWORD_LIST"]) == STOP_WORDS


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(ranges.ALPHABETIC, "alphabetic"), (ranges.UPPERCASE, "uppercase"), (ranges.WORD, "rx_word")],
)
def test_a_table_of_characters_is_that_of_the_reference(ours: str, theirs: str) -> None:
    pairs = [piece.partition("-") for piece in ours.split()]
    table = [(int(first, 16), int(last or first, 16)) for first, _, last in pairs]
    assert table == msgspec.convert(RANGES[theirs], list[tuple[int, int]])


def test_the_ends_of_a_range_are_inside_and_their_neighbours_are_not() -> None:
    for name, holds in (("alphabetic", is_alphabetic), ("uppercase", is_uppercase), ("rx_word", is_word)):
        inside = {code for first, last in RANGES[name] for code in (first, last)}
        beside = {code for first, last in RANGES[name] for code in (first - 1, last + 1)}
        assert all(holds(chr(code)) for code in inside)
        assert not any(holds(chr(code)) for code in beside)


@pytest.mark.parametrize(
    ("character", "is_one"), [("a", True), ("\u0301", True), ("\u200d", True), ("½", False), ("²", False)]
)
def test_a_word_has_marks_and_joiners_and_no_fractions(character: str, is_one: bool) -> None:
    assert is_word(character) is is_one


@pytest.mark.parametrize("space", WHITE)
def test_white_space_parts_words(space: str) -> None:
    assert split(f"a{space}{space}b{space}") == ["a", "b"]


@pytest.mark.parametrize("other", ["\x1c", "\x1f", "\u200b", "\ufeff"])
def test_what_is_no_white_space_to_the_reference_parts_nothing(other: str) -> None:
    assert split(f"a{other}b c") == [f"a{other}b", "c"]
