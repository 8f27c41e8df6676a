"""Every report is the reference's, byte for byte."""

import pytest

from planoai.signals import Analyzer
from tests.signals.corpus import conversations, expected, written

pytestmark = pytest.mark.no_cover


def test_the_corpus_is_all_there() -> None:
    assert len(conversations()) == 3813


def test_the_reports_of_all_conversations_are_those_of_the_reference() -> None:
    analyzer = Analyzer()
    pairs = zip(conversations(), expected(), strict=True)
    assert [bytes(each.id) for each, line in pairs if written(each, analyzer.rows(each.rows)) != line] == []
