"""Tables as they are written, and the one of the package."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.pricing.price import Price, Tier
from planoai.pricing.table import Table, decoded, encoded, snapshot

RATES = st.floats(0, 1e6)
FLAT = st.builds(Price, RATES, RATES, st.none() | RATES, st.none() | RATES)
PRICES = FLAT | st.builds(Price, RATES, RATES, tiers=st.tuples(st.builds(Tier, st.integers(1, 10**7), FLAT)))
KEYS = st.text(min_size=1, max_size=20).filter(lambda key: not key.startswith("/"))


@given(
    st.builds(
        Table, st.just("2026-11-23"), st.text(max_size=20), st.dictionaries(KEYS, PRICES, max_size=5), st.booleans()
    )
)
def test_a_table_is_read_as_it_was_written(table: Table) -> None:
    assert decoded(encoded(table)) == table


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"\xff", b"[" * 100_000, b'{"as_of": "x", "source": "y", "prices": {"a": 1}}']
)
def test_what_is_no_table_is_told(data: bytes) -> None:
    with pytest.raises(ValueError):
        decoded(data)


def test_the_list_of_the_package_says_its_day_and_its_source() -> None:
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", snapshot().as_of)
    assert "MIT" in snapshot().source
    assert not snapshot().loose


def test_every_rate_of_the_package_is_an_amount_for_a_million_tokens() -> None:
    assert len(snapshot().prices) > 500
    for name, price in snapshot().prices.items():
        for rates in (price, *(tier.price for tier in price.tiers)):
            told = (
                rates.input,
                rates.output,
                rates.cache_read,
                rates.cache_write,
                rates.cache_write_1h,
                rates.reasoning,
            )
            assert all(rate is None or (math.isfinite(rate) and 0 <= rate < 1000) for rate in told), name
            assert max(rates.input, rates.output) > 0.001, name
        assert price.cache_read is None or price.cache_read <= price.input * 1.01, name


def test_the_package_is_written_as_it_would_write_itself() -> None:
    assert decoded(encoded(snapshot())) == snapshot()
