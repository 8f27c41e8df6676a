"""Gathers the facts of this machine for `planoai doctor`. Nothing is changed, nothing stays bound, and no credential leaves."""

import asyncio
import os
import platform
import resource
import shutil
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import click
from msgspec import Struct, structs

from planoai import __version__
from planoai.cli import ollama, surroundings, zero
from planoai.cli.doctor.certificate import valid_until
from planoai.cli.doctor.checks import addresses
from planoai.cli.doctor.facts import Certificate, Facts, Folder, Place, Variable
from planoai.cli.ports import told
from planoai.cli.status import look, probing
from planoai.cli.status.condition import Condition
from planoai.config import defaults
from planoai.config.load import Loaded
from planoai.config.schema import Config
from planoai.config.variables import Variables
from planoai.errors import PlanoError
from planoai.gateway.authorities import authorities
from planoai.net.client import Client, Origin
from planoai.net.proxy import Proxies
from planoai.process.home import Home
from planoai.process.known import fetched
from planoai.process.reading import read
from planoai.process.told import Refused


class Found(Struct, frozen=True):
    """A config, or why there is none that can be served. `file` is "" where nobody has written one: then it was `made`, if that could be."""

    file: str
    loaded: Loaded | None
    refused: Refused | None = None
    made: zero.Made | None = None

    def __repr__(self) -> str:
        return f"Found({self.file!r})"


def survey(home: Home, file: Path | None, folder: Path, *, offline: bool) -> Facts:
    """`file`: the config, else the one in `folder`, else that of the gateway that runs."""
    environ = surroundings.variables()
    condition = look(home)
    found = _found(file, folder, condition, environ, home)
    local = found.made.local if found.made else ollama.models(ollama.ADDRESS)
    beside = surroundings.dotenv(Path(found.file).parent if found.file else folder)
    facts = Facts(
        program=f"planoai {__version__} on Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        home=_folder(home),
        condition=condition,
        file=found.file,
        loaded=found.loaded,
        local=None if local is None else len(local),
        open_files=_open_files(),
    )
    if found.refused is not None:
        facts = structs.replace(
            facts,
            refused=found.refused.problems,
            of_config=found.refused.of_config,
            variables=tuple(Variable(name, "") for name in found.refused.missing),
        )
    if found.loaded is not None:
        config = found.loaded.config
        ours = [door.bound for door in condition.listeners]
        facts = structs.replace(
            facts,
            variables=tuple(_variables(found.loaded, environ, beside)),
            certificates=tuple(_certificates(config)),
            taken=tuple(told(found.loaded, ours, condition.pid if condition.runs else None, written=bool(found.file))),
        )
    try:
        proxies = Proxies.of(environ)
    except ValueError as error:
        facts, proxies = structs.replace(facts, proxies=str(error)), Proxies()
    if offline:
        return facts
    places = asyncio.run(_reached(found, proxies))
    return structs.replace(facts, places=places)


def _found(file: Path | None, folder: Path, condition: Condition, environ: Mapping[str, str], home: Home) -> Found:
    ours = str(home.root / defaults.NAME)
    try:
        if file is None and surroundings.has_none(folder):
            if not condition.runs or condition.config in ("", ours):
                ports = [port for door in condition.listeners if (port := urlsplit(door.bound).port)]
                made = zero.made(home, environ, folder, port=next(iter(ports), None), local=ollama.ADDRESS)
                return Found("", made.loaded(), made=made)
            file = Path(condition.config)
        file = surroundings.config_file(file, folder)
    except (click.ClickException, PlanoError) as error:
        return Found("", None, Refused((error.message,), of_config=False))
    loaded = read(file, environ, fetched(home.root), refuse_unserved=False)
    return Found(str(file), None, loaded) if isinstance(loaded, Refused) else Found(str(file), loaded)


def _folder(home: Home) -> Folder:
    root = home.root
    there = next(each for each in (root, *root.parents) if os.path.exists(each))
    writable = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
    free = shutil.disk_usage(there).free
    if there != root:
        return Folder(str(root), None, writable, open_to_others=False, free=free)
    return Folder(str(root), stat.S_IMODE(root.stat().st_mode), writable, home.is_open_to_others(), free)


def _open_files() -> int | None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if most == resource.RLIM_INFINITY else most


def _variables(loaded: Loaded, environ: Mapping[str, str], beside: Mapping[str, str]) -> Iterator[Variable]:
    """Every one that the config names, in its order."""
    for name in _names(written for _, written in loaded.expanded.values()):
        if name in environ:
            yield Variable(name, "shell", empty=not environ[name])
        elif name in beside:
            yield Variable(name, ".env", empty=not beside[name])


def _names(written: Iterator[str]) -> Sequence[str]:
    nothing = Variables({})
    for text in written:
        try:
            nothing.expand(text)
        except ValueError:  # none of them is set there
            continue
    return nothing.missing


def _certificates(config: Config) -> Iterator[Certificate]:
    for path in dict.fromkeys(each.tls.cert for each in config.listeners if each.tls is not None):
        try:
            until = valid_until(Path(path).read_text(encoding="latin-1"))
        except OSError:  # it was there when the config was read
            until = None
        yield Certificate(path, None if until is None else until - time.time())


async def _reached(found: Found, proxies: Proxies) -> tuple[Place, ...]:
    """The providers of the config, all at once."""
    asked = _addresses(found)
    verify = None if found.loaded is None else authorities(found.loaded.config)
    async with Client(verify=verify, proxies=proxies) as client:
        places = await probing.reached(client, list(asked))
    return tuple(
        Place(each.origin, asked[each.origin], each.answer, _through(each.origin, proxies), each.ahead)
        for each in places
    )


def _through(origin: str, proxies: Proxies) -> str:
    proxy = proxies.for_origin(Origin.parse(origin))
    return "" if proxy is None else proxy.variable


def _addresses(found: Found) -> Mapping[str, tuple[str, ...]]:
    if found.loaded is None:
        return {}
    config = found.loaded.config
    if not found.file:  # of the many that nobody has chosen, those that somebody has a key for
        chosen = tuple(each for each in config.model_providers if not each.passthrough_auth)
        config = structs.replace(config, model_providers=chosen)
    return addresses(config)
