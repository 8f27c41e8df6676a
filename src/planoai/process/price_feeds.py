"""Prices that are fetched while nobody waits for them, from where the config says, and kept in PLANO_HOME."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from planoai.config.schema import Config, MetricsSource
from planoai.errors import PlanoError
from planoai.gateway.authorities import authorities
from planoai.net.client import Client, Origin, Timeouts
from planoai.net.proxy import Proxies
from planoai.pricing.catalogs import joined, pages, read_table
from planoai.pricing.prices import Prices
from planoai.pricing.table import Table, encoded
from planoai.process.kept import write
from planoai.process.prices import called, fetched, file_in, prices_for, source_of

log = logging.getLogger("planoai.prices")

_ADDRESSES = {
    "digitalocean": "https://api.digitalocean.com/v2/gen-ai/models/catalog",
    "models.dev": "https://models.dev/api.json",
}
_SECONDS = 5.0
_TIMEOUTS = Timeouts(connect=_SECONDS, first_byte=_SECONDS, idle=_SECONDS, total=_SECONDS)
_MOST_BYTES = 20 * 1024 * 1024
_MOST_PAGES = 20
_FIRST_PAUSE = 30.0  # seconds after a fetch that failed; twice as long after each one more
_LONGEST_PAUSE = 3600.0


class Told(Struct, frozen=True):
    """What became of `source`: so many `models`, or the `problem` for which what was known of it stays."""

    source: str
    models: int = 0
    problem: str = ""


async def refresh(config: Config, home: Path, proxies: Proxies, today: str) -> Told | None:
    """Reads the prices anew and keeps them in `home`; where that fails, what was kept stays. None where the config names no source of prices.

    Raises OSError where nothing can be kept.
    """
    source = source_of(config)
    if source is None:
        return None
    try:
        table = await _table(source, config, proxies, today)
    except ValueError as error:
        return Told(called(source), problem=str(error))
    write(file_in(home), encoded(table))
    return Told(called(source), len(table.prices))


async def keep_fresh(
    config: Config,
    home: Path,
    proxies: Proxies,
    today: Callable[[], str],
    changed: Callable[[Prices], None],
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Reads them now and then every `refresh_interval`; `changed` gets what is known after each time. Ends where there is nothing more to read.

    A fetch that fails is told once, until one succeeds, and tried again after a pause that grows.
    """
    source = source_of(config)
    if source is None:
        return
    failures = 0
    while True:
        problem = await _problem(config, home, proxies, today())
        if not problem:
            if failures:
                log.info("the prices of %s are there again", called(source))
            failures = 0
            changed(prices_for(config, fetched(home)))
            if source.refresh_interval is None:
                return
        elif failures == 0:
            log.warning("the prices of %s stay as they are: %s", called(source), problem)
        failures += bool(problem)
        await wait(pause(failures, source.refresh_interval))


def pause(failures: int, interval: int | None) -> float:
    """Seconds until the next fetch, after so many that failed in a row."""
    usual = _LONGEST_PAUSE if interval is None else float(interval)
    return usual if failures == 0 else min(usual, _FIRST_PAUSE * 2 ** min(failures - 1, 10))


async def _problem(config: Config, home: Path, proxies: Proxies, today: str) -> str:
    """Nothing where all went well. What can not be done now is no reason to end: the prices that are known hold."""
    try:
        told = await refresh(config, home, proxies, today)
    except OSError as error:
        return f"{file_in(home)} can not be written: {(error.strerror or str(error)).lower()}"
    return "" if told is None else told.problem


async def _table(source: MetricsSource, config: Config, proxies: Proxies, today: str) -> Table:
    """Raises ValueError."""
    if source.provider == "file":
        return read_table(_read(source.path or ""), called(source), today)
    url = source.url or _ADDRESSES[source.provider]
    try:
        async with Client(verify=authorities(config), proxies=proxies) as http:
            data = await _whole(http, url)
    except PlanoError as error:
        raise ValueError(error.message.removesuffix(".")) from None
    return read_table(data, called(source), today)


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ValueError(f"it can not be read: {(error.strerror or str(error)).lower()}") from None
    if len(data) > _MOST_BYTES:
        raise ValueError(f"it is larger than {_MOST_BYTES} bytes")
    return data


async def _whole(http: Client, url: str) -> bytes:
    """All pages of the list, which together are no larger than one may be. Raises PlanoError and ValueError."""
    found = [await _body(http, url, _MOST_BYTES)]
    for number in range(2, min(pages(found[0]), _MOST_PAGES) + 1):
        found.append(await _body(http, url, _MOST_BYTES - sum(map(len, found)), f"?page={number}"))
    return joined(found) if len(found) > 1 else found[0]


async def _body(http: Client, url: str, most: int, query: str = "") -> bytes:
    """Raises PlanoError and ValueError."""
    headers = [(b"accept", b"application/json"), (b"user-agent", b"planoai")]
    target = (urlsplit(url).path or "/") + query
    with await http.send(Origin.parse(url), "GET", target, headers, b"", _TIMEOUTS) as response:
        if response.status != 200:
            raise ValueError(f"it answered with status {response.status}")
        return await response.body(most)
