"""The analyzer against the plain one, on conversations that nobody had."""

import pytest

from tests.fuzz import signals

_SEED = 20261123


@pytest.mark.parametrize("part", range(2))
def test_conversations_that_nobody_had_are_read_as_the_plain_analyzer_reads_them(part: int) -> None:
    assert signals.run(_SEED, range(part * 100, (part + 1) * 100)) == []


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_many_more_of_them_are_as_well() -> None:
    assert signals.run(_SEED, range(20_000)) == []


def test_a_difference_is_found_and_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    plainly = signals.plainly

    def deaf(rows: signals.Rows) -> bytes:
        return plainly([row for row in rows if "quit" not in row.value])

    monkeypatch.setattr(signals, "plainly", deaf)
    found = signals.run(_SEED, range(8))
    assert found
    assert all(len(each.rows) <= 2 for each in found)
    assert all(any("quit" in row.value for row in each.rows) for each in found)
