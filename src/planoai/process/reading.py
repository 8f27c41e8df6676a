"""A config file, the `.env` beside it and the environment -> a config that can be served, or why not."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import structs

from planoai.config.defaults import is_ours
from planoai.config.load import Loaded, load
from planoai.config.lookup import Hidden, Names
from planoai.config.places import Note, Place
from planoai.config.schema import Config
from planoai.errors import ConfigError
from planoai.process.status import digest
from planoai.process.told import Refused
from planoai.providers.registry import Registry, snapshot

_SHOWN = 3  # names of many
_LONGEST = 16 * 1024 * 1024  # bytes, many times what the config of a large house has


def read(
    file: Path, environ: Mapping[str, str], registry: Registry | None = None, *, refuse_unserved: bool = True
) -> Loaded | Refused:
    """Reads both files anew, and the certificates that the config names. Nothing is bound.

    `registry` says what wildcards stand for; None: the one that comes with the package.
    `refuse_unserved`: what the file asks for and this version does not serve yet is a reason to refuse it, as it is to serve it.
    """
    try:
        text = text_of(file)
    except NotUtf8 as error:
        note = Note(error.place, "", f"byte {error.number} is not UTF-8; save the file in that encoding")
        return Refused((note.written(file.name),), of_config=True, notes=(note,))
    except ValueError as error:
        return Refused((str(error),), of_config=False)
    if text is None:
        return Refused((f"there is no file {file}",), of_config=False)
    try:
        dotenv = beside(file.parent)
    except ValueError as error:
        return Refused((str(error),), of_config=False)
    try:
        loaded = load(text, environ, name=file.name, dotenv=dotenv, folder=str(file.parent.absolute()))
    except ConfigError as error:
        notes = tuple(each for each in error.notes if isinstance(each, Note))
        return Refused(tuple(error.problems), of_config=True, missing=error.missing, notes=notes)
    problems = loaded.later if refuse_unserved else ()
    try:
        _read_certificates(loaded.config)
    except ConfigError as error:
        problems = tuple(sorted((*problems, *map(loaded.note, error.problems))))
    if problems:
        return Refused(tuple(note.written(loaded.name) for note in problems), of_config=True, notes=problems)
    hidden = () if is_ours(text) else Names(loaded.config.model_providers, registry or snapshot()).hidden
    notes = tuple(loaded.note(_warning(each, loaded.config)) for each in hidden)
    return structs.replace(
        loaded,
        warnings=(*loaded.warnings, *(note.written(loaded.name) for note in notes)),
        notes=(*loaded.notes, *notes),
        digest=digest(text),
    )


def _read_certificates(config: Config) -> None:
    """Raises ConfigError with all that can not be used. Most configs name none, and are read without importing what serves with them."""
    problems: list[str] = []
    if any(listener.tls is not None for listener in config.listeners):
        from planoai.process.certificates import contexts

        problems += _problems_of(contexts, config)
    if config.overrides.upstream_tls_ca_path is not None:
        from planoai.gateway.authorities import authorities

        problems += _problems_of(authorities, config)
    if problems:
        raise ConfigError(problems)


def _problems_of(make: Callable[[Config], object], config: Config) -> list[str]:
    try:
        make(config)
    except ConfigError as error:
        return error.problems
    return []


def _warning(hidden: Hidden, config: Config) -> str:
    """Of model ids that two entries have, one of them or both by a wildcard."""
    place = next(number for number, each in enumerate(config.model_providers) if each is hidden.entry)
    names = ", ".join(map(repr, hidden.models[:_SHOWN]))
    more = f" and {len(hidden.models) - _SHOWN} more" if len(hidden.models) > _SHOWN else ""
    said = f"{hidden.other.model!r} has {names}{more} too; a request that gives no prefix goes there"
    return f"model_providers[{place}].model: {said}"


class NotUtf8(ValueError):
    """`number` is that of the byte, from 1; `place` where an editor shows it."""

    def __init__(self, file: Path, before: bytes) -> None:
        self.number = len(before) + 1
        line = before[before.rfind(b"\n") + 1 :].decode()
        self.place = Place(before.count(b"\n") + 1, len(line) + 1)
        super().__init__(f"{file} can not be read: byte {self.number} is not UTF-8")


def beside(folder: Path) -> str:
    """The text of its `.env`; "" where there is none, as where a virtual environment has the name. Raises ValueError as `text_of` does."""
    file = folder / ".env"
    return "" if os.path.isdir(file) else text_of(file) or ""


def text_of(file: Path) -> str | None:
    """None where there is no such file. Raises ValueError with a sentence where it can not be read, again and by any process: a pipe can not."""
    try:
        if not file.exists():
            return None
        if not file.is_file() or file.is_relative_to("/dev") or file.is_relative_to("/proc"):
            raise ValueError(
                f"{file} is no file that can be read again, as each reload does: write what it says to one"
            )
        if (size := file.stat().st_size) > _LONGEST:
            raise ValueError(f"{file} has {size // 1024**2} MiB, and more than {_LONGEST // 1024**2} are not read")
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise NotUtf8(file, error.object[: error.start]) from None
    except OSError as error:
        raise ValueError(f"{file} can not be read: {(error.strerror or str(error)).lower()}") from None
