import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.signals import plain_words as plain
from planoai.signals.likeness import likeness
from planoai.signals.message import Message, normalise
from planoai.signals.options import Options, rules_of
from tests.signals.writing_people import messages

RULES = rules_of(Options())


def read(text: str) -> Message:
    return normalise(text, False, RULES)


@st.composite
def alike(draw: st.DrawFn) -> tuple[str, str]:
    """Two texts, mostly with much in common."""
    first, other = draw(messages), draw(messages)
    at = draw(st.integers(0, len(first)))
    return first, draw(st.sampled_from([first, first[:at] + "é" + first[at:], first[:at] + other, other]))


@given(alike(), st.sampled_from([0.01, 0.3, 0.85, 0.95, 1]).map(plain.f32))
def test_only_of_what_is_under_the_least_that_matters_nothing_may_be_said(texts: tuple[str, str], least: float) -> None:
    a, b = texts
    similarity = likeness(read(a), read(b), 0.0)
    told = likeness(read(a), read(b), least)
    assert told == similarity or (told == 0.0 and similarity < least)


@given(alike())
def test_it_is_the_similarity_that_the_plain_analyzer_computes(texts: tuple[str, str]) -> None:
    a, b = texts
    theirs = plain.Message(a).trigrams, plain.Message(b).trigrams
    assert likeness(read(a), read(b), 0.0) == (plain.jaccard(*theirs) if any(theirs) else 0.0)


@pytest.mark.parametrize(
    ("a", "b", "similarity"),
    [
        ("Where is my parcel?", "where is MY parcel", 1.0),
        ("abcd", "abce", plain.f32(1 / 3)),
        ("ab", "ab", 0.0),
        ("ab", "abc", 0.0),
        ("", "", 0.0),
    ],
)
def test_texts_too_short_for_trigrams_have_nothing_in_common(a: str, b: str, similarity: float) -> None:
    assert likeness(read(a), read(b), 0.0) == similarity
