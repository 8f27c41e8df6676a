import re

from hypothesis import given
from hypothesis import strategies as st

from planoai.config.schema import Config, Observability
from planoai.observability import redaction
from planoai.observability.lens import PREVIEW, Lens
from planoai.observability.redaction import LONGEST_REACH, Redaction

_WORDS = st.sampled_from(
    [
        "Bearer",
        "bEARER\t",
        "abcdefgh12345678",
        "sk-abcdefgh",
        "sk-abcdefg",
        "skabcdefghijkl",
        "xoxb_12345678",
        "-AKIA0123456789AB",
        "task-abcdefghij",
        "a@b.example",
        "@",
        "understanding",
        "4111 1111 1111 1111",
        "a",
        "\n",
        ".",
    ]
)
_TEXTS = st.lists(st.one_of(_WORDS, st.text(max_size=20)), max_size=12).map(" ".join)


@given(_TEXTS, st.sampled_from(sorted(redaction._BUILT_IN)))
def test_what_is_passed_over_at_a_glance_holds_nothing(text: str, shape: str) -> None:
    assert Redaction([shape])(text) == re.sub(redaction._BUILT_IN[shape], f"[{shape}]", text)


@given(_TEXTS)
def test_a_preview_shows_what_it_would_show_had_all_of_the_text_been_looked_at(text: str) -> None:
    lens = Lens(_blackening("bearer", "key", "email"))
    whole = Redaction(["bearer", "key", "email"])(text)
    assert lens.preview(text) == (whole if len(whole) <= PREVIEW else f"{whole[:PREVIEW]}...")


def test_an_expression_may_need_more_of_a_text_than_shapes_that_are_built_in() -> None:
    text = f"<secret>{'x' * 600}</secret> and the rest of it"
    assert Lens(_blackening("(?s)<secret>.*</secret>")).preview(text) == "[redacted] and the rest of it"
    assert Redaction(["key"]).reach < Redaction(["key", "x+"]).reach == LONGEST_REACH


def test_of_several_long_keys_none_is_shown_in_part() -> None:
    text = " ".join([f"sk-{'a1B2' * 30}"] * 7) + " and so on"
    assert (
        Lens(_blackening("key")).preview(text)
        == "[key] [key] [key] [key] [key] [key] [key] and so on"[:PREVIEW] + "..."
    )


def _blackening(*shapes: str) -> Config:
    return Config(version="v0.4.0", observability=Observability(redact=shapes))
