"""Which models are known beyond those of the package: what was fetched, kept in PLANO_HOME."""

import logging
from pathlib import Path

from planoai.process.kept import read
from planoai.providers.registry import Registry, decoded, merged, snapshot

log = logging.getLogger("planoai.models")


def file_in(home: Path) -> Path:
    return home / "models.json"


def fetched(home: Path) -> Registry | None:
    """What was fetched, with what came with the package."""
    found = read(file_in(home), decoded, log, "planoai models refresh")
    return None if found is None else merged(snapshot(), found)
