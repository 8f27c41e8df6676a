"""A config file, the `.env` beside it and the environment -> a config that can be served, or why not."""

from collections.abc import Mapping
from pathlib import Path

from planoai.config.load import Loaded, load
from planoai.errors import ConfigError
from planoai.gateway.build import authorities, models_of
from planoai.process.certificates import contexts
from planoai.process.told import Refused


def read(file: Path, environ: Mapping[str, str]) -> Loaded | Refused:
    """Reads both files anew, and the certificates that the config names. Nothing is bound."""
    try:
        text = file.read_text(encoding="utf-8")
        beside = file.parent / ".env"
        dotenv = beside.read_text(encoding="utf-8") if beside.is_file() else ""
    except FileNotFoundError:
        return Refused((f"there is no file {file}",), of_config=False)
    except (OSError, UnicodeDecodeError) as error:
        return Refused((f"{file} can not be read: {error}",), of_config=False)
    try:
        loaded = load(text, environ, name=file.name, dotenv=dotenv, folder=str(file.parent.absolute()))
    except ConfigError as error:
        return Refused(tuple(error.problems), of_config=True)
    try:
        models_of(loaded.config)
        authorities(loaded.config)
        contexts(loaded.config)
    except ConfigError as error:
        return Refused(tuple(map(loaded.located, error.problems)), of_config=True)
    return loaded
