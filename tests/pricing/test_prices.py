"""Which price of several counts."""

import tracemalloc

from planoai.pricing.price import FREE, Price
from planoai.pricing.prices import CONFIG, NO_CHARGE, Found, Own, Prices
from planoai.pricing.table import Table

OWN, FED, PACKED = Price(1.0, 1.0), Price(2.0, 2.0), Price(3.0, 3.0)


def table(source: str, prices: dict[str, Price], *, loose: bool = False) -> Table:
    return Table("2026-11-23", source, prices, loose)


def test_the_operator_goes_before_what_was_fetched_and_that_before_the_package() -> None:
    fed, packed = (
        table("fed", {"openai/a": FED, "openai/b": FED}),
        table("packed", {"openai/a": PACKED, "openai/c": PACKED}),
    )
    prices = Prices(Own({"openai/a": OWN}), [fed, packed])
    assert prices.found("openai/a") == Found(OWN, CONFIG)
    assert prices.found("openai/b") == Found(FED, "fed", "2026-11-23")
    assert prices.found("openai/c") == Found(PACKED, "packed", "2026-11-23")
    assert prices.find("openai/d") is None
    assert (prices.source, prices.date) == ("fed", "2026-11-23")


def test_the_price_of_a_wildcard_is_not_that_of_an_entry_of_its_own() -> None:
    prices = Prices(Own({"openai/*": OWN, "openai/a": None}), [table("packed", {"openai/a": PACKED})])
    assert prices.find("openai/b") == OWN
    assert prices.find("openai/a") == PACKED
    assert prices.find("anthropic/b") is None


def test_what_charges_nothing_by_the_token_is_free_unless_the_operator_says_otherwise() -> None:
    own = Own({"ollama/big": OWN}, frozenset({"ollama"}))
    prices = Prices(own, [table("packed", {"openai/gpt-oss": PACKED})])
    assert prices.found("ollama/gpt-oss", "gpt-oss") == Found(FREE, NO_CHARGE)
    assert prices.find("ollama/big") == OWN
    assert prices.find("ollama") is None


def test_a_label_is_a_name_as_it_is_written() -> None:
    prices = Prices(Own({"Team/Fast": OWN}), [table("packed", {})])
    assert prices.find("Team/Fast") == OWN
    assert prices.find("team/Fast") is None


def test_names_are_tried_in_their_order() -> None:
    prices = Prices(Own(), [table("packed", {"openai/a": FED, "openai/b": PACKED})])
    assert prices.find("azure_openai/mine", "b", "a") == PACKED
    assert prices.find("", "a") == FED
    assert prices.find("") is None
    assert prices.find() is None


def test_what_is_remembered_of_names_has_a_limit() -> None:
    prices = Prices(Own(), [table("packed", {"openai/a": PACKED})])
    tracemalloc.start()
    try:
        for number in range(50):
            assert prices.find("openai/a", f"{number}" + "x" * 1_000_000) == PACKED
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 1_000_000


def test_an_alias_of_the_source_may_call_the_provider_otherwise() -> None:
    own = Own(prefixes={"claude": "anthropic"})
    prices = Prices(own, [table("fed", {"the-best": FED})], {"the-best": "Claude/opus"})
    assert prices.find("anthropic/opus") == prices.find("claude/opus") == FED


def test_only_the_first_name_is_one_of_the_config() -> None:
    prices = Prices(Own({"fast": OWN}), [table("packed", {"openai/a": PACKED})])
    assert prices.find("openai/a", "fast") == PACKED
    assert prices.find("house/x", "fast") is None


def test_a_provider_may_be_called_otherwise() -> None:
    prices = Prices(Own(prefixes={"claude": "anthropic"}), [table("packed", {"anthropic/a": PACKED})])
    assert prices.find("Claude/a") == prices.find("claude/a") == PACKED


def test_a_price_without_its_provider_is_the_vendors() -> None:
    listed = {"together_ai/a": FED, "openai/a": PACKED, "together_ai/b": FED}
    assert Prices(Own(), [table("packed", listed)]).find("house/a") == PACKED
    assert Prices(Own(), [table("packed", listed)]).find("house/b") is None
    assert Prices(Own(), [table("fed", listed, loose=True)]).find("house/b") == FED
    assert Prices(Own(), [table("fed", listed, loose=True)]).find("a") == PACKED


def test_a_name_of_its_own_goes_before_a_likeness() -> None:
    listed = {"openai-gpt-5.4": FED, "gpt-5.4": PACKED}
    assert Prices(Own(), [table("fed", listed, loose=True)]).find("openai/gpt-5.4") == PACKED


def test_models_of_the_source_are_called_as_the_config_says() -> None:
    listed = {"openai-gpt-4o": FED, "google/gemini-x": PACKED}
    named = {"OpenAI/openai-gpt-4o": "openai/large", "google/gemini-x": "house/x", "nothing": "house/y"}
    prices = Prices(Own(), [table("fed", listed, loose=True), table("packed", {})], named)
    assert prices.find("openai/large") == FED
    assert prices.find("house/x") == PACKED
    assert prices.find("house/y") is None
    assert prices.find("gemini/gemini-x") == PACKED


def test_any_number_of_names_may_be_reported() -> None:
    prices = Prices(Own(), [table("packed", {"openai/a": PACKED})])
    assert all(prices.find(f"house/{number}", "x" * 10_000) is None for number in range(3000))
    assert prices.find("openai/a") == PACKED
    assert len(prices._found) <= 1024


def test_the_models_of_all_lists_are_known_once() -> None:
    prices = Prices(Own(), [table("fed", {"google/a": FED, "b": FED}), table("packed", {"gemini/a": PACKED})])
    assert prices.known() == ["gemini/a", "b"]
