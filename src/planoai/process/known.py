"""Which models are known beyond those of the package: what was fetched, kept in PLANO_HOME."""

import logging
from pathlib import Path

from planoai.providers.registry import Registry, decoded, merged, snapshot

log = logging.getLogger("planoai.models")


def file_in(home: Path) -> Path:
    return home / "models.json"


def fetched(home: Path) -> Registry | None:
    """What was fetched, with what came with the package; None where nothing was, or where it can not be read: nothing is refused for that."""
    file = file_in(home)
    try:
        return merged(snapshot(), decoded(file.read_bytes()))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        log.warning("%s is left out: %s", file, (error.strerror or str(error)).lower())
    except ValueError as error:
        log.warning("%s is left out: %s; `planoai models refresh` writes it anew", file, error)
    return None
