"""What the strict profile makes of phrases: some of those that the default one finds, and all that stand there word by word."""

import pytest
from hypothesis import given

from planoai.signals.matching import Matcher
from planoai.signals.message import normalise
from planoai.signals.options import Options, rules_of
from tests.signals.corpus import conversations
from tests.signals.writing_people import messages

LOOSE = Matcher(rules_of(Options()))
RULES = rules_of(Options(profile="strict"))
STRICT = Matcher(RULES)


def found(matcher: Matcher, text: str) -> dict[str, str]:
    """By family its first phrase."""
    return {phrase.family: phrase.text for phrase, _ in matcher.first(normalise(text, True, RULES))}


def exact(text: str) -> int:
    message = normalise(text, True, RULES)
    return sum(
        128 << 8 * place
        for place, phrase in enumerate(LOOSE.phrases)
        if LOOSE.decided(message, phrase) == "exact" and message.tokens
    )


@given(messages)
def test_it_finds_no_phrase_that_the_default_does_not_and_keeps_every_exact_one(text: str) -> None:
    message = normalise(text, True, RULES)
    loose, strict = LOOSE.flags(message), STRICT.flags(message)
    assert strict & ~loose == 0
    assert strict & exact(text) == exact(text)


def test_of_real_messages_it_keeps_every_exact_phrase_and_not_all_others() -> None:
    texts = {row.value for each in conversations()[::12] for row in each.rows if row.role == "human" and row.value}
    kept = dropped = 0
    for text in sorted(texts):
        message = normalise(text, True, RULES)
        loose, strict = LOOSE.flags(message), STRICT.flags(message)
        kept += strict != 0
        if strict != loose:
            assert strict & ~loose == 0
            assert strict & exact(text) == exact(text)
            dropped += 1
    assert kept > 50
    assert dropped > 50


@pytest.mark.parametrize(
    ("text", "family", "why"),
    [
        ("This works", "confirmation", "it stands there"),
        ("I dont understand", "clarification", "its letters"),
        ("idea no you what have", "clarification", "its words, in a text of its length"),
    ],
)
def test_what_means_the_same_stays(text: str, family: str, why: str) -> None:
    assert family in found(STRICT, text), why


@pytest.mark.parametrize(
    ("text", "family", "why"),
    [
        ("it has not worked", "success", "one denies and the other does not"),
        ("confused", "clarification", "one word is too few"),
        ("that did work", "negative_stance", "the word that matters is missing"),
    ],
)
def test_what_only_resembles_a_phrase_goes(text: str, family: str, why: str) -> None:
    assert family in found(LOOSE, text), why
    assert family not in found(STRICT, text), why
