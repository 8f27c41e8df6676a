"""Config -> Gateway: looks every name up, opens what has to be open, closes it in reverse."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from planoai.config.entry import limits
from planoai.config.schema import Config
from planoai.gateway.authorities import authorities
from planoai.gateway.leg import Leg, leg_to
from planoai.net.client import Client
from planoai.net.proxy import Proxies
from planoai.observability.feed import Feed
from planoai.providers.registry import Registry, snapshot
from planoai.routing.models import Models
from planoai.routing.target import Target

_MOST_LEGS = 2048  # kept; a wildcard lets clients name any number of models


class Gateway:
    """All that a request needs and that outlives it."""

    def __init__(self, config: Config, models: Models, http: Client, feed: Feed) -> None:
        self.models = models
        self.http = http
        self.feed = feed
        self.door = config.door
        self.stopping = False  # no more requests should be sent here
        self._overrides = config.overrides
        self._legs: dict[tuple[Target, str, bool, str], Leg] = {}

    def leg(self, target: Target, client_dialect: str, *, stream: bool, suffix: str = "") -> Leg:
        """The way from clients of one dialect to `target`, or to its `suffix`; looked up once, then kept."""
        key = (target, client_dialect, stream, suffix)
        kept = self._legs.get(key)
        if kept is None:
            if len(self._legs) >= _MOST_LEGS:
                self._legs.clear()
            kept = self._legs[key] = leg_to(
                target,
                client_dialect,
                limits(self.door, target.entry, self._overrides, stream=stream),
                stream=stream,
                suffix=suffix,
            )
        return kept


@asynccontextmanager
async def running(
    config: Config, *, feed: Feed | None = None, proxies: Proxies | None = None, registry: Registry | None = None
) -> AsyncIterator[Gateway]:
    """A gateway that serves `config`, for as long as the context lasts. Raises ConfigError for a file that can not be used.

    What happens in it goes to `feed`, which whoever gives it also closes; without one nothing is recorded.
    `registry`: see `models_of`.
    """
    models = models_of(config, registry)
    async with Client(verify=authorities(config), proxies=proxies) as http:
        yield Gateway(config, models, http, feed or Feed(enabled=False))


def models_of(config: Config, registry: Registry | None = None) -> Models:
    """`registry` says what wildcards stand for; None: the one that comes with the package."""
    aliases = {name: alias.target for name, alias in config.model_aliases.items()}
    return Models(config.model_providers, aliases, registry or snapshot())
