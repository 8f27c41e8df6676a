"""Which conversation is worth reading first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from planoai.signals import Analyzer, Report, Row, Signal
from planoai.signals.detectors import DETECTORS
from planoai.signals.signal import Decided
from planoai.signals.taxonomy import TYPES
from planoai.signals.worth import worth
from tests.signals.corpus import conversations

EMPTY = Analyzer().rows(())
QUIT, CORRECTION, RETRY = (
    "interaction.disengagement.quit",
    "interaction.misalignment.correction",
    "execution.loops.retry",
)
DRAGGING, REPETITION = "interaction.stagnation.dragging", "interaction.stagnation.repetition"


def report(*signals: Signal) -> Report:
    groups = {
        name: structs.replace(group, signals=tuple(each for each in signals if each.signal_type.split(".")[1] == name))
        for name, group in EMPTY.groups.items()
    }
    return structs.replace(EMPTY, groups=groups)


def found(name: str, decided: Decided = "exact", confidence: float = 1.0) -> Signal:
    return Signal(name, 0, "", confidence, decided=decided)


def test_a_conversation_without_a_signal_is_worth_the_least() -> None:
    assert worth(EMPTY) == 0.02


@given(st.sampled_from(TYPES), st.integers(1, 6))
def test_any_signal_is_worth_more_than_none_and_several_no_less_than_one(name: str, count: int) -> None:
    assert worth(EMPTY) < worth(report(found(name))) <= worth(report(*[found(name)] * count))


@pytest.mark.parametrize(("surer", "less"), [("exact", "trigrams"), ("trigrams", "words"), ("structure", "trigrams")])
def test_what_is_decided_more_surely_is_worth_more(surer: Decided, less: Decided) -> None:
    assert worth(report(found(CORRECTION, surer))) > worth(report(found(CORRECTION, less)))


def test_the_surest_signal_of_a_category_counts() -> None:
    one = worth(report(found(CORRECTION, "exact"), found(CORRECTION, "words")))
    assert one == worth(report(found(CORRECTION, "exact")))
    assert worth(report(found(CORRECTION, confidence=0.5))) < one


def test_several_layers_are_worth_more_than_their_sum() -> None:
    both, one, other = (worth(report(*each)) for each in ([found(QUIT), found(RETRY)], [found(QUIT)], [found(RETRY)]))
    assert both == pytest.approx(one + other - 0.02 + 0.3)


def test_who_gives_up_is_heard_first_and_length_alone_says_little() -> None:
    stance = "interaction.disengagement.negative_stance"
    assert worth(report(found(QUIT))) - 0.02 == pytest.approx(1.2 * (worth(report(found(stance))) - 0.02))
    assert worth(report(found(DRAGGING))) - 0.02 == pytest.approx(0.3 * (worth(report(found(REPETITION))) - 0.02))
    assert worth(report(found(DRAGGING), found(REPETITION))) == worth(report(found(REPETITION)))


def test_everything_at_its_worst_is_worth_the_most() -> None:
    assert worth(report(*(found(name) for name in TYPES for _ in range(5)))) == pytest.approx(6.3 + 0.26 + 0.3 + 0.02)


def test_the_types_are_those_that_are_found_in_the_order_of_the_detectors() -> None:
    assert list(dict.fromkeys(tuple(name.split(".")[:2]) for name in TYPES)) == [
        (each.layer, each.category) for each in DETECTORS
    ]
    analyzer = Analyzer()
    seen = {
        each.signal_type
        for conversation in conversations()[::20]
        for group in analyzer.rows(conversation.rows).groups.values()
        for each in group.signals
    }
    assert seen == set(TYPES)


def test_a_row_alone_can_be_worth_reading() -> None:
    assert worth(Analyzer().rows([Row("human", "I want to speak to a human")])) == pytest.approx(0.02 + 1.3 * 1.2 / 3)
