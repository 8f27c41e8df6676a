import contextlib
import io
import re
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.signals import plain_words as plain
from planoai.signals.matching import Matcher
from planoai.signals.message import Message, normalise
from planoai.signals.options import Options, rules_of
from planoai.signals.phrases import PHRASES
from planoai.signals.resembling import cosine, jaccard, least_common, least_dot
from planoai.signals.single import f32
from tests.docs.pages import ROOT
from tests.signals.writing_people import messages

pytestmark = pytest.mark.no_cover

RULES = rules_of(Options())
MATCHER = Matcher(RULES)
PLAIN = [plain.Phrase(phrase.text) for phrase in MATCHER.phrases]
# Of the last three, what is in common with a message does not fit into a byte; the first has no word, and the second none of letters.
OWN = {
    "quit": ("“”", "€ 5", "ça suffit", "bye bye", "a b c d e f g h i j", " ".join(f"word{n}" for n in range(7)) * 5),
    "success": ("🚩 done", "i", "no no no"),
}


def read(text: str) -> Message:
    return normalise(text, True, RULES)


def found(matcher: Matcher, message: Message) -> list[str]:
    """One by one: the phrases whose flag is set."""
    flags = matcher.flags(message)
    return [phrase.text for place, phrase in enumerate(matcher.phrases) if flags >> 8 * place & 255]


def one_by_one(matcher: Matcher, message: Message) -> list[str]:
    return [phrase.text for phrase in matcher.phrases if message.tokens and matcher.decided(message, phrase)]


@given(messages)
def test_the_phrases_of_a_message_are_those_that_the_plain_analyzer_finds(text: str) -> None:
    theirs = plain.Message(text)
    expected = [phrase.text for phrase in PLAIN if theirs.tokens and plain.matches(theirs, phrase)]
    assert found(MATCHER, read(text)) == expected
    assert one_by_one(MATCHER, read(text)) == expected


@pytest.mark.parametrize("family", PHRASES)
def test_every_phrase_is_found_in_a_message_that_is_nothing_else(family: str) -> None:
    for text in PHRASES[family]:
        assert text in found(MATCHER, read(text))


@pytest.mark.parametrize(
    "text",
    [
        "this " * 200 + "is " * 100 + "great",
        "this is great " * 60 + "i quit " * 40,
        "no idea what you " * 110,
        "what " * 130,
        "what is what do you mean mean mean do do",
    ],
)
def test_words_may_come_more_often_than_a_byte_counts(text: str) -> None:
    assert found(MATCHER, read(text)) == one_by_one(MATCHER, read(text)) != []


@cache
def with_thresholds(trigrams: float, words: float, own: bool) -> Matcher:
    thresholds = {"char_ngram_threshold": trigrams, "token_cosine_threshold": words}
    return Matcher(rules_of(Options(thresholds=thresholds, lists=OWN if own else {})))


@given(messages, *[st.sampled_from([0.01, 0.1, 0.3, 0.5, 0.6, 0.65, 0.75, 0.9, 1])] * 2, st.booleans())
def test_thresholds_and_phrases_of_ones_own_are_compared_as_they_would_be_one_by_one(
    text: str, trigrams: float, words: float, own: bool
) -> None:
    matcher = with_thresholds(trigrams, words, own)
    assert found(matcher, read(text)) == one_by_one(matcher, read(text))


@pytest.mark.parametrize("phrase", [each for family in OWN.values() for each in family if each != "“”"])
def test_a_phrase_of_ones_own_is_found_whatever_its_form(phrase: str) -> None:
    assert phrase in found(with_thresholds(0.65, 0.6, own=True), read(f"Well, {phrase.upper()}!"))


@given(st.integers(2, 5000), st.floats(0.01, 1).map(f32))
def test_the_least_in_common_is_the_least_that_is_enough(both: int, threshold: float) -> None:
    least = least_common(both, threshold)
    assert jaccard(least, both) >= threshold
    assert least == 1 or jaccard(least - 1, both) < threshold


@given(st.integers(1, 10**6), st.integers(1, 7), st.floats(0.01, 1).map(f32))
def test_the_least_dot_product_is_the_least_that_is_enough(squares: int, words: int, threshold: float) -> None:
    least = least_dot(squares, words, threshold)
    assert cosine(least, squares, words) >= threshold
    assert least == 1 or cosine(least - 1, squares, words) < threshold


@pytest.mark.parametrize(
    ("text", "phrase", "layer"),
    [
        ("Hm, I give up.", "i give up", "exact"),
        ("im confusd", "i'm confused", "trigrams"),
        ("great this is really", "this is great", "words"),
        ("where is my parcel", "this is great", None),
    ],
)
def test_the_first_layer_by_which_they_match_is_told(text: str, phrase: str, layer: str | None) -> None:
    (wanted,) = (each for each in MATCHER.phrases if each.text == phrase)
    assert MATCHER.decided(read(text), wanted) == layer


def test_of_a_family_the_phrase_that_is_first_in_its_list_is_told() -> None:
    message = read("Forget it, why bother. I give up! Love it.")
    assert [(phrase.family, phrase.text, layer) for phrase, layer in MATCHER.first(message)] == [
        ("quit", "i give up", "exact"),
        ("confirmation", "love it", "exact"),
    ]


@given(messages, st.booleans())
def test_the_first_phrase_of_a_family_is_told_with_the_layer_that_decides_it(text: str, own: bool) -> None:
    matcher, message = with_thresholds(0.65, 0.6, own), read(text)
    told = list(matcher.first(message))
    assert [layer for _, layer in told] == [matcher.decided(message, phrase) for phrase, _ in told]
    matching = {
        phrase.text: phrase.family for phrase in reversed(matcher.phrases) if phrase.text in found(matcher, message)
    }
    assert {phrase.family: phrase.text for phrase, _ in told} == {family: text for text, family in matching.items()}


def test_a_message_without_a_word_has_no_phrase() -> None:
    assert MATCHER.flags(read(" ... !!")) == 0
    assert list(MATCHER.first(read(" ... !!"))) == []


def test_the_example_of_the_page_on_speed_prints_what_stands_there() -> None:
    page = (ROOT / "docs/signals-fast.md").read_text(encoding="utf-8")
    (code,), (told,) = (re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL) for kind in ("python", "text"))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, {})  # noqa: S102 - our own page
    assert printed.getvalue() == told
