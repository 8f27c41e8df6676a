"""What the models of a config cost, as far as it is known here: by the config, by what was fetched, by what came with the package."""

import logging
from pathlib import Path

from planoai.config.entry import is_wildcard, prefix, provider_of
from planoai.config.lookup import canonical
from planoai.config.schema import Config, MetricsSource
from planoai.config.schema import Price as Configured
from planoai.pricing.price import Price
from planoai.pricing.prices import Own, Prices
from planoai.pricing.table import Table, decoded, snapshot
from planoai.process.kept import read
from planoai.providers.catalog import PROVIDERS

log = logging.getLogger("planoai.prices")

# Providers that charge nothing by the token: a subscription, and the machine that a model runs on.
_FREE = frozenset({"chatgpt", "ollama"})
_PREFIXES = {alias: row.name for row in PROVIDERS.values() for alias in row.aliases}


def file_in(home: Path) -> Path:
    return home / "prices.json"


def source_of(config: Config) -> MetricsSource | None:
    """Where the config has prices from; it names one place at most."""
    return next((each for each in config.model_metrics_sources if each.type == "cost"), None)


def called(source: MetricsSource) -> str:
    """What is told of where prices are from."""
    return source.url or source.path or source.provider


def fetched(home: Path) -> Table | None:
    """What was fetched last, from wherever."""
    return read(file_in(home), decoded, log, "planoai prices --refresh")


def known(config: Config, home: Path) -> Prices:
    """The prices to begin with; nothing is fetched."""
    return prices_for(config, fetched(home))


def prices_for(config: Config | None, kept: Table | None) -> Prices:
    """`kept` counts where it is from the source that `config` names now. Without a config there is nothing but the list of the package."""
    if config is None:
        return Prices(Own(free=_FREE, prefixes=_PREFIXES), [snapshot()])
    source = source_of(config)
    if source is None or kept is None or kept.source != called(source):
        return Prices(_own(config), [snapshot()])
    return Prices(_own(config), [kept, snapshot()], source.model_aliases)


def _own(config: Config) -> Own:
    said: dict[str, Price | None] = {}
    free = set(_FREE)
    for entry in config.model_providers:
        price = None if entry.price is None else _price(entry.price)
        for name in (canonical(entry.model), entry.name):
            if price is not None or not is_wildcard(entry):
                said.setdefault(name, price)
        if provider_of(entry).name in _FREE:
            free.add(prefix(entry).lower())
    return Own(said, frozenset(free), _PREFIXES)


def _price(told: Configured) -> Price:
    return Price(told.input, told.output, told.cache_read, told.cache_write)
