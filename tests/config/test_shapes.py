import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.config.durations import seconds
from planoai.config.kinds import Count, Duration, Percent, Size
from planoai.config.readers import size
from planoai.config.shapes import written

UNITS = st.sampled_from(["ms", "s", "m", "h", "d"])
SIZES = st.sampled_from(["B", "KB", "MB", "GB", "TB"])


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (Duration, 300.0, "5m"),
        (Duration, 0.25, "250ms"),
        (Duration, 2592000.0, "30d"),
        (Size, 1_000_000_000, "1GB"),
        (Size, 1_500, "1.5KB"),
        (Size, 7, "7B"),
        (Percent, 100.0, 100),
        (Percent, 12.5, 12.5),
        (Count, 600, 600),
        (bool, True, True),
        (str, "a", "a"),
    ],
)
def test_a_value_is_written_as_a_config_says_it(kind: object, value: object, shown: object) -> None:
    assert written(kind, value) == shown
    assert type(written(kind, value)) is type(shown)


@given(st.decimals(min_value=0, max_value=9999, places=6).map(str), UNITS)
def test_every_duration_is_written_as_one_that_is_read_the_same(number: str, unit: str) -> None:
    try:
        value = seconds(f"{number}{unit}")
    except ValueError:
        return
    text = written(Duration, value)
    assert isinstance(text, str)
    assert seconds(text) == value


@given(st.decimals(min_value=0, max_value=999_999, places=3).map(str), SIZES)
def test_every_size_is_written_as_one_that_is_read_the_same(number: str, unit: str) -> None:
    try:
        value = size(f"{number}{unit}")
    except ValueError:
        return
    text = written(Size, value)
    assert isinstance(text, str)
    assert size(text) == value
