from pathlib import Path

import pytest
from bench.signals.rates import TABLES, Found, exact, kept_exact, profile, written

from planoai.signals import Signal
from planoai.signals.signal import Json

PAGE = Path(__file__).parents[3] / "docs/signals.md"


def test_the_tables_of_the_page_are_what_comes_out_today() -> None:
    assert written(PAGE.read_text()) == PAGE.read_text()


def test_the_strict_profile_calls_hardly_a_chat_severe_and_keeps_what_a_phrase_decides_word_for_word() -> None:
    parity, strict = profile("parity"), profile("strict")
    assert len(parity.chats) == 358
    assert parity.severe() == 19
    assert strict.severe() <= 1
    assert len(exact(parity)) > 1000
    assert len(kept_exact(parity, strict)) >= 0.95 * len(exact(parity))


def test_all_that_is_in_the_page_is_replaced_and_nothing_else() -> None:
    page = "".join(f"before\n<!-- {name} -->\nold\n<!-- /{name} -->\n" for name in TABLES)
    made = written(page)
    assert "old" not in made
    assert made.count("before") == len(TABLES)
    assert written(made) == made


@pytest.mark.parametrize(
    ("leaf", "metadata", "kind"),
    [
        ("interaction.misalignment.correction", {"pattern_type": "correction"}, ("misalignment", "correction")),
        (
            "interaction.misalignment.rephrase",
            {"pattern_type": "semantic_rephrase", "compared_to": 3},
            ("misalignment", "rephrase: semantic rephrase"),
        ),
        (
            "interaction.disengagement.negative_stance",
            {"indicator_type": "profanity", "pattern": "useless bot"},
            ("disengagement", "negative_stance: profanity"),
        ),
        ("execution.loops.retry", {"tool_name": "search"}, ("loops", "retry")),
    ],
)
def test_the_parts_of_one_signal_are_told_apart(leaf: str, metadata: dict[str, Json], kind: tuple[str, str]) -> None:
    assert Found(0, Signal(leaf, 0, "", metadata=metadata)).kind == kind
