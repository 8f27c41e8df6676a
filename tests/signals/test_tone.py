from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.signals import plain_words as plain
from planoai.signals.message import normalise
from planoai.signals.options import Options, rules_of
from planoai.signals.tone import tones
from tests.signals.writing_people import messages

shouts = st.text(st.sampled_from("ABCDEFGHÄÉⅠⒶb?! 中ªß"), max_size=30)


def said(text: str, options: Options | None = None) -> list[dict[str, Any]]:
    rules = rules_of(options or Options())
    return [dict(each.metadata) for each in tones(normalise(text, True, rules), rules)]


@given(messages | shouts)
def test_the_tone_is_that_which_the_plain_analyzer_hears(text: str) -> None:
    rules = rules_of(Options())
    ours = [(each.snippet, each.metadata) for each in tones(normalise(text, True, rules), rules)]
    assert ours == [(each["snippet"], each["metadata"]) for each in plain.tone(0, plain.Message(text))]


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("WHERE IS IT NOW", 1.0),
        ("WHERE IS it", plain.f32(7 / 9)),
        ("ABCDEFGHij", plain.f32(0.8)),
        ("ABCDEFGhij", None),
        ("ABCDEFGHI 123", None),
        ("ÄÖÜÄÖÜÄÖÜÄ", 1.0),
    ],
)
def test_ten_letters_of_which_four_fifths_are_capitals_are_a_shout(text: str, ratio: float | None) -> None:
    expected = [{"indicator_type": "all_caps", "upper_ratio": ratio}] if ratio and len(text) != 11 else []
    assert said(text) == expected


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("what??", (1, 0, 0)),
        ("wow!! wow!!!", (0, 2, 1)),
        ("what?!", None),
        ("what?!?", (0, 0, 1)),
        ("thanks!!", None),
    ],
)
def test_strings_of_marks_are_counted_unless_it_is_thanks(text: str, counts: tuple[int, int, int] | None) -> None:
    assert [tuple(each.values())[1:] for each in said(text)] == ([counts] if counts else [])


@pytest.mark.parametrize(
    ("text", "heard"), [("what??", True), ("what?!?", True), ("wow!! so good!!!", False), ("ok??", False)]
)
def test_to_the_strict_profile_exclamation_marks_alone_may_be_joy(text: str, heard: bool) -> None:
    assert bool(said(text, Options(profile="strict"))) is heard


def test_the_snippet_is_the_first_fifty_characters() -> None:
    rules = rules_of(Options())
    (tone,) = tones(normalise("é" * 60 + "??", True, rules), rules)
    assert tone.snippet == "é" * 50
