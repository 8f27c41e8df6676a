"""Which prices a config has, by itself and by what is kept in PLANO_HOME."""

import logging
from pathlib import Path

import pytest

from planoai.config.load import load
from planoai.config.schema import Config
from planoai.pricing.price import FREE, Price
from planoai.pricing.prices import CONFIG
from planoai.pricing.table import Table, encoded, snapshot
from planoai.process.prices import fetched, file_in, known, prices_for

HEAD = "version: v0.4.0\nlisteners:\n  - {type: model, name: test, address: 127.0.0.1, port: 12000}\nmodel_providers:\n"
MODELS_DEV = "model_metrics_sources: [{type: cost, provider: models.dev, model_aliases: {far/thing: openai/near}}]\n"
FED = Price(7.0, 8.0)


def config_of(*entries: str, more: str = "") -> Config:
    return load(HEAD + "".join(f"  - {{{each}}}\n" for each in entries) + more, {}).config


def kept(source: str, **prices: Price) -> Table:
    return Table("2026-11-20", source, {name.replace("__", "/"): price for name, price in prices.items()}, loose=True)


def test_the_price_of_an_entry_is_found_by_its_model_and_by_its_name() -> None:
    config = config_of(
        "model: Claude/x, name: fast, price: {input: 1, output: 5, cache_read: 0.1, cache_write: 1.25}",
        "model: openai/*, price: {input: 2, output: 3}",
        "model: openai/gpt-4o",
    )
    prices = prices_for(config, None)
    for name in ("Claude/x", "anthropic/x", "fast"):
        found = prices.found(name)
        assert found is not None
        assert (found.price, found.source) == (Price(1.0, 5.0, 0.1, 1.25), CONFIG)
    assert prices.find("openai/anything") == Price(2.0, 3.0)
    assert prices.find("openai/gpt-4o") == snapshot().prices["openai/gpt-4o"]


def test_a_subscription_and_models_on_this_machine_cost_nothing() -> None:
    config = config_of(
        'model: mine/*, base_url: "http://127.0.0.1:1", provider_interface: ollama',
        'model: house/*, base_url: "http://127.0.0.1:1", provider_interface: openai',
    )
    prices = prices_for(config, None)
    assert prices.find("chatgpt/gpt-5.2") == prices.find("ollama/llama") == prices.find("mine/gpt-4o") == FREE
    assert prices.find("house/llama") is None


def test_what_was_fetched_counts_for_the_source_it_is_from() -> None:
    table = kept("models.dev", openai__new=FED, far__thing=Price(1.0, 1.0))
    config = config_of("model: openai/*", more=MODELS_DEV)
    prices = prices_for(config, table)
    assert (prices.source, prices.date) == ("models.dev", "2026-11-20")
    assert prices.find("openai/new") == FED
    assert prices.find("openai/near") == Price(1.0, 1.0)
    assert prices.find("openai/gpt-4o") == snapshot().prices["openai/gpt-4o"]
    elsewhere = MODELS_DEV.replace("models.dev,", 'models.dev, url: "http://127.0.0.1:1/x",')
    for other in (config_of("model: openai/*"), config_of("model: openai/*", more=elsewhere)):
        assert prices_for(other, table).source == snapshot().source
        assert prices_for(other, table).find("openai/new") is None


def test_prices_are_known_without_a_config_and_without_anything_fetched(tmp_path: Path) -> None:
    assert prices_for(None, kept("models.dev", openai__new=FED)).source == snapshot().source
    assert fetched(tmp_path) is None
    assert known(config_of("model: openai/*", more=MODELS_DEV), tmp_path).source == snapshot().source


def test_what_is_kept_is_known_at_the_next_start(tmp_path: Path) -> None:
    file_in(tmp_path).write_bytes(encoded(kept("models.dev", openai__new=FED)))
    assert known(config_of("model: openai/*", more=MODELS_DEV), tmp_path).find("openai/new") == FED


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff"])
def test_a_file_that_can_not_be_read_is_left_out(tmp_path: Path, data: bytes, caplog: pytest.LogCaptureFixture) -> None:
    file_in(tmp_path).write_bytes(data)
    with caplog.at_level(logging.WARNING):
        assert fetched(tmp_path) is None
    assert "planoai prices --refresh" in caplog.text


def test_a_folder_in_the_place_of_the_file_is_left_out_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file_in(tmp_path).mkdir()
    assert fetched(tmp_path) is None
    assert caplog.messages == [f"{file_in(tmp_path)} is left out: is a directory"]
