"""The way to a gateway for one question: the one that runs, or one of the command's own for as long as it takes."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_urlsafe

import click
from msgspec import Struct, structs

from planoai.cli import ollama, render, surroundings, zero
from planoai.cli.render import within_reach
from planoai.config import defaults
from planoai.config.load import Loaded
from planoai.gateway.build import running
from planoai.net.proxy import Proxies
from planoai.process import status
from planoai.process.doors import opened, url
from planoai.process.home import Home
from planoai.process.known import fetched
from planoai.process.reading import read
from planoai.process.status import Status
from planoai.process.told import Refused
from planoai.process.worker import servers_of, together
from planoai.providers.auth import secrets_in
from planoai.providers.registry import Registry


class Way(Struct, frozen=True):
    """To a gateway. `url` is "" where none runs. `loaded`: what it serves, None where that can not be read here, for the reason in `unread`."""

    url: str
    loaded: Loaded | None
    environ: Mapping[str, str]  # with the `.env` beside the config
    key: str = ""
    unread: str = ""

    def __repr__(self) -> str:
        return f"Way({self.url!r})"  # the rest holds keys, and a repr ends up in logs


def way_to(home: Home, file: Path | None, folder: Path) -> Way:
    """Raises ClickException where there is no gateway, and no config for one; PlanoError where one can not be made."""
    environ = surroundings.variables()
    found = status.read(home)
    if found is not None and found.listeners and found.state == "serving" and _serves(found, file):
        return _to(found, environ, home, folder)
    if file is None and surroundings.has_none(folder):
        made = zero.made(home, environ, folder, local=ollama.ADDRESS)
        return Way("", made.loaded(), made.environ)
    file = surroundings.config_file(file, folder)
    read_now = read(file, environ, fetched(home.root))
    if isinstance(read_now, Refused):
        raise click.ClickException(render.refused(read_now))
    return Way("", read_now, {**surroundings.dotenv(file.parent), **environ})


def _serves(found: Status, file: Path | None) -> bool:
    return file is None or str(file.absolute()) == found.config


def _to(found: Status, environ: Mapping[str, str], home: Home, folder: Path) -> Way:
    """The first listener, and a key that it takes. What the config holds may be known to the gateway alone, as a variable of another shell is."""
    file = Path(found.config)
    environ = {**surroundings.dotenv(folder if file == home.root / defaults.NAME else file.parent), **environ}
    loaded = read(file, environ, fetched(home.root), refuse_unserved=False)
    if isinstance(loaded, Refused):
        return Way(within_reach(found.listeners[0]), None, environ, unread=loaded.problems[0])
    door = loaded.config.door
    place = url(door) if url(door) in found.listeners else found.listeners[0]
    return Way(within_reach(place), loaded, environ, next(iter(door.client_keys), ""))


@asynccontextmanager
async def open_for(way: Way, registry: Registry, proxies: Proxies) -> AsyncIterator[tuple[str, str]]:
    """Its address and a key for it. One of our own is on the loopback for as long as this lasts, and nobody else has its key."""
    if way.url or way.loaded is None:
        yield way.url, way.key
        return
    key = token_urlsafe()
    door = structs.replace(way.loaded.config.door, address="127.0.0.1", tls=None, cors=None, client_keys=(key,))
    config = structs.replace(way.loaded.config, listeners=(door,))
    async with running(config, proxies=proxies, registry=registry) as gateway:
        servers = servers_of(gateway, opened(config, port=0), [None], drain_seconds=0.0, idle_grace_seconds=0.0)
        async with together(servers):
            host, port = servers[0].addresses[0]
            yield f"http://{host}:{port}", key


def secrets(way: Way) -> Iterator[str]:
    """What no answer is to put on a screen, whoever gave it away."""
    if way.loaded is None:
        return
    for listener in way.loaded.config.listeners:
        yield from listener.client_keys
    for entry in way.loaded.config.model_providers:
        yield entry.access_key or ""
        yield from secrets_in(entry.headers)
        if entry.aws is not None:
            yield entry.aws.secret_access_key
            yield entry.aws.session_token or ""
