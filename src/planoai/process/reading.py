"""A config file, the `.env` beside it and the environment -> a config that can be served, or why not."""

from collections.abc import Mapping
from pathlib import Path

from planoai.config.load import Loaded, load
from planoai.errors import ConfigError
from planoai.gateway.build import authorities
from planoai.process.certificates import contexts
from planoai.process.told import Refused


def read(file: Path, environ: Mapping[str, str]) -> Loaded | Refused:
    """Reads both files anew, and the certificates that the config names. Nothing is bound."""
    try:
        text = _text(file)
        if text is None:
            return Refused((f"there is no file {file}",), of_config=False)
        dotenv = _text(file.parent / ".env") or ""
    except ValueError as error:
        return Refused((str(error),), of_config=False)
    try:
        loaded = load(text, environ, name=file.name, dotenv=dotenv, folder=str(file.parent.absolute()))
    except ConfigError as error:
        return Refused(tuple(error.problems), of_config=True)
    try:
        authorities(loaded.config)
        contexts(loaded.config)
    except ConfigError as error:
        return Refused(tuple(map(loaded.located, error.problems)), of_config=True)
    return loaded


def _text(file: Path) -> str | None:
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
