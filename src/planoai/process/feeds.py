"""What is fetched from providers while nobody asks anything: their lists of models, kept in PLANO_HOME beside the one of the package."""

import asyncio
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from urllib.parse import quote

from msgspec import Struct

from planoai.config.entry import base_of, limits, prefix
from planoai.config.schema import Config, ModelProvider
from planoai.errors import PlanoError
from planoai.gateway.authorities import authorities
from planoai.gateway.headers import Pairs
from planoai.gateway.leg import Leg, leg_to
from planoai.net.client import Client
from planoai.net.proxy import Proxies
from planoai.process.kept import write
from planoai.process.known import fetched, file_in
from planoai.providers.listed import listed_at, read_list
from planoai.providers.provider import upstream_dialect
from planoai.providers.registry import Model, Registry, encoded, key_of, snapshot
from planoai.routing.target import target_of

_MOST_BYTES = 20 * 1024 * 1024  # of one list
_MOST_PAGES = 20
_MOST_MODELS = 5000  # of one provider
_SOURCE = "the providers' own lists"


class Told(Struct, frozen=True):
    """What became of one provider, called `name` as the config does: so many `models`, or the `problem` for which it keeps the list it had."""

    name: str
    models: int = 0
    problem: str = ""


async def refresh(config: Config, home: Path, proxies: Proxies, today: str) -> list[Told]:
    """Asks every configured provider for its models, and keeps what they say in `home`. One that can not be asked keeps the list it had.

    Raises ConfigError for authorities that can not be read, OSError where nothing can be kept.
    """
    before = fetched(home) or snapshot()
    async with Client(verify=authorities(config), proxies=proxies) as http:
        asks = [_Asking(config, entry, before, http) for entry in _sources(config)]
        told = await asyncio.gather(*(ask.told() for ask in asks))
    models: dict[str, tuple[Model, ...]] = {}
    for ask in asks:
        both = chain(models.get(ask.key, ()), ask.models)
        models[ask.key] = tuple({each.id: each for each in both}.values())[:_MOST_MODELS]
    found = {key: listed for key, listed in models.items() if listed}
    if found:
        kept = {key: listed for key, listed in before.models.items() if listed != snapshot().models.get(key)}
        write(file_in(home), encoded(Registry(today, _SOURCE, {**kept, **found})))
    return list(told)


def _sources(config: Config) -> Sequence[ModelProvider]:
    """One entry of each provider at each of its addresses, the first."""
    first: dict[tuple[str, str, str], ModelProvider] = {}
    for entry in config.model_providers:
        place = base_of(entry)
        first.setdefault((prefix(entry).lower(), place.origin, place.prefix), entry)
    return list(first.values())


class _Asking:
    """Of one provider; `models` are there once `told` has returned."""

    def __init__(self, config: Config, entry: ModelProvider, before: Registry, http: Client) -> None:
        self._config = config
        self._entry = entry
        self._target = target_of(entry)
        self._http = http
        self.key = key_of(prefix(entry), self._target.provider)
        self._known = {each.id: each.kind for each in before.models.get(self.key, ())}
        self.models: tuple[Model, ...] = ()

    async def told(self) -> Told:
        name = prefix(self._entry)
        try:
            self.models = await self._all()
        except (PlanoError, ValueError) as error:
            return Told(name, problem=str(error))
        return Told(name, len(self.models), "" if self.models else "its list is empty")

    async def _all(self) -> tuple[Model, ...]:
        """Raises PlanoError and ValueError."""
        entry, provider = self._entry, self._target.provider
        dialect = upstream_dialect(provider, provider.speaks[0], entry.upstream_api)
        bound = limits(self._config.door, entry, self._config.overrides, stream=False)
        leg = leg_to(self._target, dialect, bound, stream=False)
        start = base_of(entry).prefix
        found: list[Model] = []
        after = ""
        for _ in range(_MOST_PAGES):
            place = listed_at(provider, dialect, prefix=start, after=quote(after, safe=""))
            if place is None:
                raise ValueError("it has no list of models beside its calls")
            listed = read_list(await self._page(leg, place), self._known)
            found += listed.models
            after = listed.next
            if not after:
                break
        return tuple(found)

    async def _page(self, leg: Leg, place: str) -> bytes:
        headers: Pairs = [pair for pair in (*leg.fixed, *leg.yielding) if pair[0] != b"content-type"]
        headers.append((b"accept", b"application/json"))
        try:
            with await self._http.send(leg.origin, "GET", place, headers, b"", leg.timeouts) as response:
                body = await response.body(_MOST_BYTES)
        except PlanoError as error:
            raise ValueError(leg.without_key(error.message)) from None
        if response.status != 200:
            raise ValueError(f"it answered with status {response.status}")
        return body
