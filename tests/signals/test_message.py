import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.signals import plain_words as plain
from planoai.signals.message import Message, normalise, tokens_of, trigrams_of
from planoai.signals.options import Options, rules_of
from tests.signals.writing_people import messages

RULES = rules_of(Options())
STRICT = rules_of(Options(profile="strict"))


def of_person(text: str) -> Message:
    return normalise(text, True, RULES)


@given(messages)
def test_a_message_is_made_ready_as_the_plain_analyzer_does(text: str) -> None:
    ours, theirs = of_person(text), plain.Message(text)
    assert (ours.raw, ours.lowered, ours.tokens) == (theirs.raw, theirs.low, theirs.tokens)
    assert ours.positive == theirs.starts("POSITIVE_PREFIXES")
    assert ours.content(RULES.stop_words) == ours.content(RULES.stop_words) == set(theirs.tokens) - plain.STOP


def test_of_a_long_message_the_first_fifth_and_the_end_are_read() -> None:
    text = "a" * 400 + "b" * 2000 + "c" * 1599
    assert of_person(text).raw == "a" * 400 + " " + "c" * 1599
    assert of_person("d" * 2000).raw == "d" * 2000
    shorter = rules_of(Options(thresholds={"max_message_length": 10}))
    assert normalise("0123456789abcdef", True, shorter).raw == "01 9abcdef"


def test_the_punctuation_around_words_is_taken_away_and_that_inside_stays() -> None:
    assert tokens_of("--i don't, (really) know_how: ... f**k!") == ["i", "don't", "really", "know_how", "f**k"]


def test_curly_quotes_and_long_dashes_are_as_plain_ones() -> None:
    assert of_person("“I DON’T” — get–it").joined == "i don't get-it"


def test_what_python_alone_takes_for_white_space_parts_no_words() -> None:
    assert of_person("a\x1cb\u3000c").tokens == ["a\x1cb", "c"]


@given(*[st.text(st.sampled_from("ab é’\uffff\ud800\udc00\x00🚩\U0010ffff"), max_size=20) | st.text()] * 2)
def test_trigrams_are_equal_exactly_if_their_characters_are(a: str, b: str) -> None:
    ours, theirs = [[trigrams_of(text) for text in (a, b)], [plain.trigrams_of(text) for text in (a, b)]]
    assert [len(each) for each in ours] == [len(each) for each in theirs]
    assert len(ours[0] & ours[1]) == len(theirs[0] & theirs[1])


@pytest.mark.parametrize(
    ("text", "begins", "whole"),
    [
        ("OK then", True, True),
        (" \u3000ok, then", True, True),
        ("ok", True, True),
        ("ok_then", True, False),
        ("ok's", True, False),
        ("okra is out", True, False),
        ("it is ok", False, False),
        ("\x1cok", False, False),
    ],
)
def test_a_beginning_may_have_to_be_a_whole_word(text: str, begins: bool, whole: bool) -> None:
    assert of_person(text).positive is begins
    assert normalise(text, True, STRICT).positive is whole


def test_what_the_model_says_is_never_agreement() -> None:
    assert not normalise("Yes, of course", False, RULES).positive
