"""The arithmetic of cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.conversation.usage import Usage
from planoai.pricing.price import FREE, Cost, Price, Tier, cost

COUNTS = st.integers(0, 2_000_000)
RATES = st.floats(0, 1000)
MAYBE = st.none() | RATES


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    written, output = draw(COUNTS), draw(COUNTS)
    return Usage(
        fresh=draw(COUNTS),
        cache_read=draw(COUNTS),
        cache_write=written,
        output=output,
        reasoning=draw(st.integers(0, output)),
        cache_write_1h=draw(st.integers(0, written)),
    )


FLAT = st.builds(Price, RATES, RATES, MAYBE, MAYBE, MAYBE, MAYBE)


@given(usages(), FLAT)
def test_the_parts_are_within_the_whole(usage: Usage, price: Price) -> None:
    found = cost(usage, price)
    assert found.total == found.input + found.output
    assert found.cache_read >= 0
    assert found.cache_write >= 0
    assert found.input * (1 + 1e-12) >= found.cache_read + found.cache_write
    assert found.output >= 0


@given(usages(), FLAT)
def test_twice_as_much_costs_twice_as_much(usage: Usage, price: Price) -> None:
    double = Usage(*(2 * getattr(usage, field) for field in usage.__struct_fields__))
    assert cost(double, price).total == pytest.approx(2 * cost(usage, price).total)


@given(usages(), RATES)
def test_at_one_rate_for_everything_only_the_sum_counts(usage: Usage, rate: float) -> None:
    price = Price(rate, rate, rate, rate, rate, rate)
    assert cost(usage, price).total == pytest.approx(usage.total * rate / 1_000_000)


@given(usages(), FLAT, st.lists(st.builds(Tier, COUNTS, FLAT), max_size=3, unique_by=lambda tier: tier.above))
def test_the_highest_tier_that_is_passed_holds_for_everything(usage: Usage, flat: Price, tiers: list[Tier]) -> None:
    price = Price(flat.input, flat.output, flat.cache_read, flat.cache_write, tiers=tuple(tiers))
    passed = [tier for tier in tiers if usage.input > tier.above]
    if passed:
        highest = max(passed, key=lambda tier: tier.above).price
        assert cost(usage, price) == cost(usage, highest)
    else:
        assert cost(usage, price) == cost(usage, Price(flat.input, flat.output, flat.cache_read, flat.cache_write))


@given(usages())
def test_what_is_free_costs_nothing(usage: Usage) -> None:
    assert cost(usage, FREE) == Cost(0.0, 0.0)


def test_what_nobody_told_of_caches_is_the_usual() -> None:
    usage = Usage(cache_read=1000, cache_write=3000, cache_write_1h=1000, output=0)
    told = cost(usage, Price(2.0, 8.0))
    assert told.cache_read == pytest.approx(1000 * 2.0 / 1e6)
    assert told.cache_write == pytest.approx((2000 * 2.5 + 1000 * 4.0) / 1e6)
    assert told.input == pytest.approx(told.cache_read + told.cache_write)
    assert cost(usage, Price(2.0, 8.0, cache_write=0.0)).cache_write == 0.0


def test_more_written_for_an_hour_or_thought_than_there_is_counts_as_what_there_is() -> None:
    usage = Usage(cache_write=10, cache_write_1h=30, output=5, reasoning=20)
    assert cost(usage, Price(1.0, 1.0, cache_write=1.0, cache_write_1h=2.0, reasoning=3.0)).total == pytest.approx(
        35 / 1e6
    )
