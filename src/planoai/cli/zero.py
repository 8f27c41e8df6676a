"""`planoai up` where there is no config: one is made of what the environment, `.env` and this machine have."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from msgspec import Struct

from planoai.cli import ollama
from planoai.cli.surroundings import NAMES, configs_in
from planoai.config import defaults
from planoai.config.later import served
from planoai.config.load import Loaded, load
from planoai.config.schema import Config
from planoai.config.variables import read_dotenv
from planoai.errors import PlanoError
from planoai.process.home import Home
from planoai.process.reading import beside
from planoai.providers.catalog import PROVIDERS
from planoai.providers.registry import Model

_NEAR = 0.7


class Made(Struct, frozen=True, kw_only=True):
    """`environ`: with the keys of `.env`, which are kept in memory alone; `local`: the models of an Ollama that runs here; `said`: what was found."""

    file: Path
    text: str
    environ: Mapping[str, str]
    local: tuple[Model, ...] | None
    said: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Made({str(self.file)!r})"

    def loaded(self) -> Loaded:
        return load(self.text, self.environ, name=self.file.name)

    def write(self) -> None:
        """Whoever reads the file sees all of the old or all of the new; one that runs reads it anew only when it is told to. Raises OSError."""
        descriptor, beside = tempfile.mkstemp(prefix=self.file.stem, dir=self.file.parent)  # only its owner can read it
        try:
            with open(descriptor, "w", encoding="utf-8") as opened:
                opened.write(self.text)
            os.replace(beside, self.file)
        except BaseException:
            os.unlink(beside)
            raise


def made(
    home: Home, environ: Mapping[str, str], folder: Path, *, port: int | None = None, local: str = ollama.ADDRESS
) -> Made:
    """What is to be served; nothing is written yet. `folder` is where its `.env` would be, `local` the address of an Ollama.

    Raises PlanoError where there is an `.env` that can not be read, or a key that can not be sent.
    """
    kept = _keys(folder, environ)
    both = {**environ, **kept}
    _check(both)
    found = ollama.models(local)
    text = defaults.text(
        both,
        port=port or defaults.PORT,
        ollama=None if found is None else local,
        tracing=defaults.COLLECTOR if served(Config, "tracing") else None,
    )
    said = tuple(_said(both, kept, found, folder))
    return Made(file=home.root / defaults.NAME, text=text, environ=both, local=found, said=said)


def _keys(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """What `.env` has of those that are looked for: a folder is not to say which programs and libraries are used."""
    try:
        text = beside(folder)
    except ValueError as error:
        raise PlanoError(str(error)) from None
    wanted = defaults.variables() - environ.keys()
    return {name: value for name, value in read_dotenv(text).items() if name in wanted}


def _check(environ: Mapping[str, str]) -> None:
    """Whether the keys can be sent: in the file that is made of them nobody would look for what is wrong with one. Raises PlanoError."""
    for name in sorted(defaults.variables() & environ.keys()):
        value = environ[name].strip()
        if not (value.isascii() and value.isprintable()):
            said = "holds a line break or another character that no header can carry"
            raise PlanoError(f"{name} {said}: set it to the key alone, or `unset {name}`")


def _said(
    environ: Mapping[str, str],
    kept: Mapping[str, str],
    local: tuple[Model, ...] | None,
    folder: Path,
) -> Iterator[str]:
    detected = defaults.detect(environ)
    near = [each for name in NAMES for each in get_close_matches(name, configs_in(folder), cutoff=_NEAR)]
    meant = f" (`planoai up {near[0]}` reads that one)" if near else ""
    yield f"there is no {NAMES[0]} here{meant}: every provider that needs no more than a key is served"
    yield f"  {detected.summary}"
    if used := [name for name, value in kept.items() if value.strip()]:
        yield f"  {', '.join(used)} from .env"
    if local is not None:
        yield f"  Ollama runs here, with {len(local)} model{'' if len(local) == 1 else 's'}"
    elif not detected.with_keys:
        usual = PROVIDERS[detected.passthrough[0]].key_variable
        yield "  no key is set in the shell or in .env: each client has to send its own"
        yield f"  to have the gateway send yours, `export {usual}=...` and `planoai up` again; `planoai demo --once` shows it without one"
