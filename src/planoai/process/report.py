"""Keeps the file up to date in which a supervisor says how it is."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import structs

from planoai.process import status
from planoai.process.status import Status

log = logging.getLogger("planoai.process")


class Report:
    """`status` is what was said last; `now` tells what changes by itself, each time the file is written."""

    def __init__(self, path: Path, said: Status, now: Callable[[], Mapping[str, object]]) -> None:
        self.status = said
        self._path = path
        self._now = now
        self._writing: asyncio.Handle | None = None

    def say(self, **changes: object) -> None:
        self.status = structs.replace(self.status, **changes)
        self.write()

    def changed(self) -> None:
        """The file says so when all that happens just now has happened."""
        if self._writing is None:
            self._writing = asyncio.get_running_loop().call_soon(self.write)

    def write(self) -> None:
        self._cancel()
        try:
            status.write(self._path, structs.replace(self.status, **self._now()))
        except OSError as error:
            log.warning("%s can not be written: %s", self._path, error.strerror)

    def close(self) -> None:
        self._cancel()
        self._path.unlink(missing_ok=True)

    def _cancel(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
