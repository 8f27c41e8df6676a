import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.config.durations import seconds, written


@pytest.mark.parametrize(
    ("text", "expected"),
    [("250ms", 0.25), ("5s", 5.0), ("1.5s", 1.5), ("2m", 120.0), ("1h", 3600.0), ("30d", 2592000.0)],
)
def test_a_duration_is_read_as_seconds(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "5", "s", "5 s", "-5s", "5S", "1e3s", "5sec", "٥s", "1m30s", "5s\n", "infs"])
def test_anything_else_is_told_what_a_duration_looks_like(text: str) -> None:
    with pytest.raises(ValueError, match="must be a duration with its unit"):
        seconds(text)


def test_a_duration_is_longer_than_nothing_and_at_most_a_year() -> None:
    with pytest.raises(ValueError, match="longer than nothing"):
        seconds("0s")
    with pytest.raises(ValueError, match="at most"):
        seconds("999999999999d")


@given(st.integers(1, 10_000_000))
def test_what_is_written_reads_back(milliseconds: int) -> None:
    assert seconds(written(milliseconds / 1000)) == pytest.approx(milliseconds / 1000)
