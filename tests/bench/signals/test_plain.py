"""The plain analyzer, which everything is measured against, and ours say the same."""

import msgspec
import pytest
from bench.signals.corpora import Conversation, recorded

from bench.signals import plain
from planoai.signals import Analyzer, to_json


def differing(conversations: tuple[Conversation, ...]) -> list[object]:
    analyzer = Analyzer()
    found: list[object] = []
    for each in conversations:
        report, *_ = plain.analyze([(row.role, row.value) for row in each.messages])
        if to_json(analyzer.rows(each.messages)) != msgspec.json.encode(report):
            found.append(each.id)
    return found


def test_both_say_the_same_of_every_twentieth_recorded_conversation() -> None:
    assert differing(recorded()[::20]) == []


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_both_say_the_same_of_all_of_them() -> None:
    assert differing(recorded()) == []
