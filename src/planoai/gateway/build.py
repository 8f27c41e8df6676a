"""Config -> Gateway: looks every name up, opens what has to be open, closes it in reverse."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from planoai.apis import DIALECTS
from planoai.apis.dialect import Written
from planoai.config.schema import Config, ModelProvider
from planoai.errors import ConfigError
from planoai.gateway.call import Call
from planoai.gateway.leg import Leg, Waits, leg
from planoai.net.client import Client
from planoai.providers.catalog import provider_of
from planoai.providers.paths import upstream_dialect
from planoai.routing.models import Models
from planoai.routing.target import Target

log = logging.getLogger("planoai.gateway")

_MOST_LEGS = 2048  # kept; a wildcard lets clients name any number of models


class Gateway:
    """All that a request needs and that outlives it."""

    def __init__(self, models: Models, client: Client, waits: Waits) -> None:
        self.models = models
        self.client = client
        self._waits = waits
        self._legs: dict[tuple[Target, str, bool], Leg] = {}

    def leg(self, target: Target, call: Call) -> Leg:
        """The way from the API of `call` to `target`; looked up once, then kept."""
        key = (target, call.dialect.name, call.head.stream)
        kept = self._legs.get(key)
        if kept is None:
            if len(self._legs) >= _MOST_LEGS:
                self._legs.clear()
            kept = self._legs[key] = leg(target, call.dialect.name, self._waits, stream=call.head.stream)
        return kept

    def tell_lost(self, written: Written, leg: Leg, call: Call) -> None:
        """Says, once a request, what the upstream's API could not carry."""
        log.debug("%s: %s can not carry %s", call.request_id, leg.target.name, ", ".join(written.lost))


@asynccontextmanager
async def running(config: Config) -> AsyncIterator[Gateway]:
    """A gateway that serves `config`, for as long as the context lasts. Raises ConfigError for what only this version can not serve."""
    models = models_of(config)
    door = config.listeners[0]
    waits = Waits(
        first_byte=door.timeouts.first_byte, idle=door.timeouts.idle, total=door.timeouts.total, whole=door.timeout
    )
    async with Client() as client:
        yield Gateway(models, client, waits)


def models_of(config: Config) -> Models:
    """The configured models. Raises ConfigError that names every entry whose API is not served."""
    targets = [_target(entry) for entry in config.model_providers]
    problems = [
        f"model_providers[{place}].model: {target.full_name!r} is reached through {spoken!r}, which this version does not speak yet"
        for place, target in enumerate(targets)
        for spoken in sorted({upstream_dialect(target.provider, each, target.upstream_api) for each in DIALECTS} - set(DIALECTS))
    ]
    if problems:
        raise ConfigError(problems)
    default = next((target for target, entry in zip(targets, config.model_providers, strict=True) if entry.default), None)
    return Models(targets, {name: alias.target for name, alias in config.model_aliases.items()}, default)
