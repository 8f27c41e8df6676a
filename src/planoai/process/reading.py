"""A config file, the `.env` beside it and the environment -> a config that can be served, or why not."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from msgspec import structs

from planoai.config.defaults import is_ours
from planoai.config.load import Loaded, load
from planoai.config.lookup import Hidden
from planoai.config.places import Note
from planoai.config.schema import Config
from planoai.errors import ConfigError
from planoai.gateway.build import authorities, models_of
from planoai.process.certificates import contexts
from planoai.process.told import Refused
from planoai.providers.registry import Registry

_SHOWN = 3  # names of many
_DIGITS = 12  # of a digest, to tell one text of a file from another


def read(
    file: Path, environ: Mapping[str, str], registry: Registry | None = None, *, refuse_unserved: bool = True
) -> Loaded | Refused:
    """Reads both files anew, and the certificates that the config names. Nothing is bound. `registry`: see `models_of`.

    `refuse_unserved`: what the file asks for and this version does not serve yet is a reason to refuse it, as it is to serve it.
    """
    try:
        text = text_of(file)
        if text is None:
            return Refused((f"there is no file {file}",), of_config=False)
        dotenv = text_of(file.parent / ".env") or ""
    except ValueError as error:
        return Refused((str(error),), of_config=False)
    try:
        loaded = load(text, environ, name=file.name, dotenv=dotenv, folder=str(file.parent.absolute()))
    except ConfigError as error:
        notes = tuple(each for each in error.notes if isinstance(each, Note))
        return Refused(tuple(error.problems), of_config=True, missing=error.missing, notes=notes)
    if refuse_unserved and loaded.unserved:
        return Refused(loaded.unserved, of_config=True, notes=loaded.later)
    try:
        authorities(loaded.config)
        contexts(loaded.config)
    except ConfigError as error:
        notes = tuple(map(loaded.note, error.problems))
        return Refused(tuple(note.written(loaded.name) for note in notes), of_config=True, notes=notes)
    hidden = () if is_ours(text) else models_of(loaded.config, registry).hidden
    notes = tuple(loaded.note(_warning(each, loaded.config)) for each in hidden)
    return structs.replace(
        loaded,
        warnings=(*loaded.warnings, *(note.written(loaded.name) for note in notes)),
        notes=(*loaded.notes, *notes),
        digest=sha256(text.encode()).hexdigest()[:_DIGITS],
    )


def _warning(hidden: Hidden, config: Config) -> str:
    """Of model ids that two entries have, one of them or both by a wildcard."""
    place = next(number for number, each in enumerate(config.model_providers) if each is hidden.entry)
    names = ", ".join(map(repr, hidden.models[:_SHOWN]))
    more = f" and {len(hidden.models) - _SHOWN} more" if len(hidden.models) > _SHOWN else ""
    said = f"{hidden.other.model!r} has {names}{more} too; a request that gives no prefix goes there"
    return f"model_providers[{place}].model: {said}"


def text_of(file: Path) -> str | None:
    """None where there is no such file. Raises ValueError with a sentence where it can not be read, again and by any process: a pipe can not."""
    try:
        if not file.exists():
            return None
        if not file.is_file() or file.is_relative_to("/dev") or file.is_relative_to("/proc"):
            raise ValueError(f"{file} is no file that can be read again, as each reload does: write the config to one")
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} can not be read: byte {error.start + 1} is not UTF-8") from None
    except OSError as error:
        raise ValueError(f"{file} can not be read: {(error.strerror or str(error)).lower()}") from None
