"""Lists of prices in the forms in which others publish them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.pricing.catalogs import joined, pages, read_table
from planoai.pricing.price import Price, Tier
from planoai.pricing.table import decoded, encoded

TODAY = "2026-11-23"


def read(tree: object) -> dict[str, Price]:
    return dict(read_table(json.dumps(tree).encode(), "a list", TODAY).prices)


def row(name: str = "m", /, **rates: object) -> dict[str, object]:
    return {"id": name, **rates}


GOOD = {"input_per_token": 0.000001, "output_per_token": 0.000002}


@pytest.mark.parametrize("under", [None, "data", "models", "pricing", "items"])
@pytest.mark.parametrize("key", ["model_id", "id", "model", "name"])
def test_where_rows_and_their_names_are(under: str | None, key: str) -> None:
    rows = [{key: "m", "pricing": GOOD}]
    assert read(rows if under is None else {under: rows, "meta": {}}) == {"m": Price(1.0, 2.0)}


@pytest.mark.parametrize("name", ["{}_per_token", "{}_token_price", "price_{}"])
def test_rates_by_the_token_are_taken_as_they_are(name: str) -> None:
    rates = {name.format("input"): 2e-6, name.format("output"): "8e-6", name.format("cached_input"): 5e-7}
    assert read([row(**rates)]) == {"m": Price(2.0, 8.0, 0.5)}
    dear = {name.format("input"): 0.002, name.format("output"): 0.004}
    assert read([row(**dear)]) == {"m": Price(2000.0, 4000.0)}


@pytest.mark.parametrize("name", ["{}_price_per_million", "{}_per_million", "{}_per_mtok"])
@pytest.mark.parametrize("scale", [1.0, 1e-6])
def test_rates_by_the_million_are_dollars_for_a_million_or_all_of_them_for_a_token(name: str, scale: float) -> None:
    for rate in (0.02, 0.15, 0.999, 1.0, 15.0, 75.0):
        rates = {name.format("input"): rate * scale, name.format("output"): 4 * rate * scale}
        told = read([row(**rates, cache_read_input_price_per_million=rate / 100 * scale)])["m"]
        assert told.input == pytest.approx(rate)
        assert told.output == pytest.approx(4 * rate)
        assert told.cache_read == pytest.approx(rate / 100)


@pytest.mark.parametrize(
    "name",
    [
        "cached_input_price_per_million",
        "cached_input_per_million",
        "cached_input_per_mtok",
        "cache_read_input_price_per_million",
        "input_cache_read",
    ],
)
def test_every_name_of_the_cache_read_is_known(name: str) -> None:
    told = read([row(pricing={"input_per_million": 2, "output_per_million": 8, name: 0.2})])
    assert told == {"m": Price(2.0, 8.0, 0.2)}


def test_rates_are_searched_in_the_pricing_first() -> None:
    rates = {"input_per_token": 9e-6, "output_per_token": 9e-6, "prompt_cache_read_per_token": 1e-7}
    assert read([row(pricing=GOOD, **rates)]) == {"m": Price(1.0, 2.0, 0.1)}


@pytest.mark.parametrize(
    "rates",
    [
        {},
        {"input_per_token": 1e-6},
        {"output_per_token": 1e-6},
        {"input_per_token": 0, "output_per_token": 0},
        {"input_per_token": True, "output_per_token": 1e-6},
        {"input_per_token": -1e-6, "output_per_token": 1e-6},
        {"input_per_token": "free", "output_per_token": 1e-6},
        {"input_per_token": "nan", "output_per_token": 1e-6},
        {"input_per_token": 1e300, "output_per_token": 1e-6},
        {"pricing": None},
    ],
)
def test_rows_without_a_price_are_left_out(rates: dict[str, object]) -> None:
    assert read([row("bad", **rates), "no row", row("good", **GOOD), {"pricing": GOOD}]) == {"good": Price(1.0, 2.0)}


def test_the_first_of_two_rows_with_one_name_counts() -> None:
    assert read([row(**GOOD), row(input_per_token=9e-6, output_per_token=9e-6)]) == {"m": Price(1.0, 2.0)}


def test_what_can_be_no_name_is_left_out() -> None:
    names = ("\x1b[2J", "", "/a", "x" * 257, "two\nlines", "good one")
    assert list(read([row(name, **GOOD) for name in names])) == ["good one"]
    assert list(read({"prices": {name: {"input": 1, "output": 1} for name in names}})) == ["good one"]


def variant(tier: str, mode: str = "MODEL_BILLING_MODE_INTERACTIVE", /, **prices: float) -> dict[str, object]:
    return {"tier": f"MODEL_PRICING_TIER_{tier}", "mode": mode, "prices": prices}


def test_the_variants_of_a_row_tell_of_cache_writes_and_long_requests() -> None:
    prices = {
        "input_price_per_million": 3e-6,
        "output_price_per_million": 15e-6,
        "cache_read_input_price_per_million": 3e-7,
    }
    longer = {"input_price_per_million": 6e-6, "output_price_per_million": 22.5e-6}
    variants = [
        variant(
            "STANDARD", cache_write_5m_input_price_per_million=3.75e-6, cache_write_1h_input_price_per_million=6e-6
        ),
        variant("EXTENDED_1M", **longer),
        variant("EXTENDED_272K", **longer),
        variant("EXTENDED_1M", "MODEL_BILLING_MODE_BATCH", input_price_per_million=1e-9, output_price_per_million=1e-9),
        variant("EXTENDED_FURTHER", **longer),
        variant("EXTENDED_400K", input_price_per_million=1e-6),
    ]
    price = read([row(pricing=prices, pricing_detail={"variants": variants})])["m"]
    dear = Price(6.0, 22.5, 0.6, 7.5, 12.0)
    assert price == Price(3.0, 15.0, 0.3, 3.75, 6.0, tiers=(Tier(200_000, dear), Tier(272_000, dear)))


def test_models_dev_is_always_for_a_million() -> None:
    cost = {"input": 0.0005, "output": 0.0006, "cache_read": 0.0001, "cache_write": 0.0002, "reasoning": 0.0007}
    told = read({"a": {"id": "a", "models": {"m": {"cost": cost}, "x/y": {"cost": cost}, "none": {}}}})
    assert told["a/m"] == told["a/x/y"] == Price(0.0005, 0.0006, 0.0001, 0.0002, reasoning=0.0007)
    assert len(told) == 2


def test_what_models_dev_says_costs_nothing_is_left_out() -> None:
    free, cheap = {"input": 0, "output": 0, "cache_read": 0}, {"input": 0, "output": 1}
    assert read({"a": {"models": {"m": {"cost": free}, "n": {"cost": cheap}}}}) == {"a/n": Price(0.0, 1.0)}


def test_what_long_requests_cost_at_models_dev() -> None:
    cost: dict[str, Any] = {"input": 2, "output": 10, "cache_read": 0.2, "reasoning": 20}
    cost["context_over_200k"] = {"input": 4, "output": 15}
    dear = Price(4.0, 15.0, 0.4, reasoning=30.0)
    assert read({"a": {"models": {"m": {"cost": cost}}}})["a/m"].tiers == (Tier(200_000, dear),)
    cost["tiers"] = [
        {"input": 4, "output": 15, "cache_read": 0.5, "tier": {"type": "context", "size": 272_000}},
        {"input": 9, "output": 9, "tier": {"type": "time", "size": 5}},
        {"input": 9, "tier": {"size": 5}},
        "no tier",
    ]
    dear = Price(4.0, 15.0, 0.5, reasoning=30.0)
    assert read({"a": {"models": {"m": {"cost": cost}}}})["a/m"].tiers == (Tier(272_000, dear),)


def test_a_list_of_ones_own_keeps_its_day_and_what_costs_nothing() -> None:
    tree = {
        "as_of": "2026-01-02",
        "prices": {"house": {"m": {"input": 0, "output": 0}}, "a/b": {"input": 1, "output": 2}},
    }
    table = read_table(json.dumps(tree).encode(), "a file", TODAY)
    assert table.prices == {"house/m": Price(0.0, 0.0), "a/b": Price(1.0, 2.0)}
    assert (table.as_of, table.source, table.loose) == ("2026-01-02", "a file", True)


@pytest.mark.parametrize(
    ("tree", "told"),
    [
        ({"prices": {"a/b": {"input": 1}}}, "the price of 'a/b' can not be read"),
        ({"prices": {"a/b": {"input": 1, "output": 1, "cached_read": 1}}}, "unknown field `cached_read`"),
        ({"prices": {"a": {"b": {"input": "1", "output": 1}}}}, "the price of 'a/b' can not be read"),
        ({"prices": {"a/b": {"input": -1, "output": 1}}}, "less than nothing"),
        (
            {
                "prices": {
                    "a/b": {"input": 1, "output": 1, "tiers": [{"above": 1, "price": {"input": -1, "output": 1}}]}
                }
            },
            "less than nothing",
        ),
        ({"prices": {}}, "there are no prices"),
        ({"error": "no"}, "there are no prices"),
        ([], "there are no prices"),
        ("text", "there are no prices"),
        (None, "there are no prices"),
    ],
)
def test_what_is_no_list_of_prices_is_told(tree: object, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read(tree)


@pytest.mark.parametrize("data", [b"", b"<html>", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_told(data: bytes) -> None:
    for reader in (lambda: read_table(data, "a list", TODAY), lambda: joined([data])):
        with pytest.raises(ValueError, match="can not be read"):
            reader()
    assert pages(data) == 1


@pytest.mark.parametrize(
    ("price", "told"),
    [
        ({"output": 1}, "'house/llama' can not be read: Object missing required field `input`"),
        ({"input": 1, "output": -1}, "'house/llama' is less than nothing"),
        (5, "'house/llama' can not be read: Expected `object`"),
    ],
)
def test_what_is_wrong_with_a_price_of_ones_own_is_told_by_its_name(price: object, told: str) -> None:
    for prices in ({"house/llama": price}, {"house": {"llama": price}}):
        with pytest.raises(ValueError, match=told):
            read({"prices": {"openai/gpt": {"input": 1, "output": 2}, **prices}})


def test_a_tier_beside_next_to_nothing_has_no_rates_beyond_all_bounds() -> None:
    cost = {"input": 1, "output": 1e-320, "reasoning": 3, "context_over_200k": {"input": 2, "output": 4}}
    prices = read({"openai": {"models": {"gpt": {"cost": cost}}}})
    assert prices["openai/gpt"].tiers[0].price == Price(2.0, 4.0)


def test_pages_are_one_list() -> None:
    first = json.dumps({"data": [row("a", **GOOD)], "meta": {"page": 1, "pages": 2}}).encode()
    second = json.dumps({"data": [row("b", **GOOD)], "meta": {"page": 2, "pages": 2}}).encode()
    assert pages(first) == 2
    assert (
        pages(b'{"meta": {"pages": "2"}}')
        == pages(b'{"meta": 1}')
        == pages(b"[]")
        == pages(b'{"meta": {"pages": 0}}')
        == 1
    )
    assert list(read_table(joined([first, second, b"{}"]), "a list", TODAY).prices) == ["a", "b"]


NAMES = st.sampled_from(
    ["data", "models", "prices", "pricing", "id", "cost", "tiers", "tier", "size", "input", "output", "meta", "a"]
)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=20,
)


@given(TREES)
def test_whatever_a_list_is_it_is_read_or_told(tree: object) -> None:
    data = json.dumps(tree).encode()
    pages(data)
    try:
        table = read_table(data, "a list", TODAY)
    except ValueError:
        return
    assert decoded(encoded(table)) == table
    for price in table.prices.values():
        assert price.input >= 0
        assert price.output >= 0


@given(st.binary(max_size=50))
def test_whatever_bytes_a_list_is_it_is_read_or_told(data: bytes) -> None:
    try:
        read_table(data, "a list", TODAY)
    except ValueError:
        return
