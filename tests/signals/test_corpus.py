"""Every report is the reference's, byte for byte."""

import pytest

from planoai.signals import Analyzer
from tests.signals.corpus import conversations, expected, written

EACH = 20


def _differing(step: int) -> list[bytes]:
    analyzer = Analyzer()
    pairs = list(zip(conversations(), expected(), strict=True))[::step]
    return [bytes(each.id) for each, line in pairs if written(each, analyzer.rows(each.rows)) != line]


def test_the_corpus_is_all_there() -> None:
    assert len(conversations()) == 3813


def test_the_reports_of_every_twentieth_conversation_are_those_of_the_reference() -> None:
    assert _differing(EACH) == []


@pytest.mark.long
def test_the_reports_of_all_conversations_are_those_of_the_reference() -> None:
    assert _differing(1) == []
