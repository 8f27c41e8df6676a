import sys

import pytest
from bench.signals.running import Broken
from bench.usage import HAS_PROC

from bench.signals import growth

pytestmark = pytest.mark.skipif(not HAS_PROC, reason="memory is looked at in /proc")


def test_every_line_that_goes_in_has_a_report() -> None:
    held = growth.measure(2_000_000)
    assert held.size >= 2_000_000
    assert held.lines >= 100
    assert 10 < held.most < growth.MOST_MB


def test_a_program_that_writes_too_little_has_no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "REPLAY", (sys.executable, "-c", "import sys; sys.stdin.buffer.read(); print()"))
    with pytest.raises(Broken, match="after 1 reports"):
        growth.measure(1_000_000)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("workers", [1, 2])
def test_a_gigabyte_goes_through_in_the_memory_of_a_hundredth(workers: int) -> None:
    held = growth.measure(1_000_000_000, workers)
    assert held.most <= growth.MOST_MB
    assert held.most <= 1.1 * held.early
