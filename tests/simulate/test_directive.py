"""Options written as text."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict

from planoai.errors import BadRequest
from planoai.simulate.directive import changed, with_directives, with_header, without_directives
from planoai.simulate.options import Options


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no directive", {}),
        ("[simulate]", {}),
        ("before [simulate words=3 chunk=2] after", {"words": 3, "chunk": 2}),
        ("[simulate delay=200ms pace=1.5]", {"delay": 0.2, "pace": 1.5}),
        ('[simulate text="two words] and more"]', {"text": "two words] and more"}),
        ("[simulate empty cut-inside=yes interleave=no]", {"empty": True, "cut_inside": True}),
        ("[simulate models=a,b thinking=no stop=filter]", {"models": ("a", "b"), "thinking": False, "stop": "filter"}),
        ("[simulate thinking=Hmm] [simulate words=1] [simulate words=2]", {"thinking": "Hmm", "words": 2}),
        ("[simulated words=3]", {}),
        ("[simulate text=it's]", {"text": "it's"}),
        ('[simulate text=""]', {"text": ""}),
    ],
)
def test_a_directive_says_what_it_says(text: str, expected: dict[str, object]) -> None:
    assert asdict(with_directives(Options(), text)) == asdict(Options()) | expected


def test_a_header_is_pairs_with_semicolons_between_them() -> None:
    assert with_header(Options(), " text = a b=c ; words=2; ") == Options(text="a b=c", words=2)


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (["chunk=0"], "x: chunk takes a whole number, 1 or more, not '0'"),
        (["delay=soon"], "x: delay takes a time such as 0.2 or 200ms, not 'soon'"),
        (["error=200"], "x: error takes an HTTP status from 400 to 599, not '200'"),
        (["stop=now"], "x: stop takes one of end, length, filter, sequence, tools, context, pause, not 'now'"),
        (["empty=perhaps"], "x: empty takes yes or no, not 'perhaps'"),
        (["chunks=2"], "x: 'chunks' is not a key; did you mean 'chunk' or 'one_chunk'?"),
        (["input=5", "cached=9"], "x: input takes at least cached + written, which is 9, not 5"),
        (["output=5", "reasoning=9"], "x: output takes at least reasoning, which is 9, not 5"),
    ],
)
def test_what_is_wrong_is_named_with_what_would_be_right(pairs: list[str], message: str) -> None:
    with pytest.raises(BadRequest) as caught:
        changed(Options(), pairs, "x")
    assert caught.value.message == message


@pytest.mark.parametrize("words", ["text='open", "text='a'b", "=3", "3", "words=2", 'text="a]'])
def test_a_directive_that_cannot_be_read_is_an_error(words: str) -> None:
    with pytest.raises(BadRequest, match="is not key=value"):
        with_directives(Options(), f"[simulate {words}" if words == "words=2" else f"[simulate {words}]")


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for wrapped in (text, f"[simulate {text}]"):
        with suppress(BadRequest):
            with_directives(Options(), wrapped)
        with suppress(BadRequest):
            with_header(Options(), wrapped)


def test_a_directive_is_not_quoted_back() -> None:
    assert without_directives("Hello [simulate words=2] there") == "Hello  there"
