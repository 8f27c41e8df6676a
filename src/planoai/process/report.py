"""Keeps the file up to date in which a supervisor says how it is."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import structs

from planoai.process import status
from planoai.process.status import Status

RETRY_SECONDS = 1.0  # after a file that could not be written, such as on a disk that is full

log = logging.getLogger("planoai.process")


class Report:
    """`status` is what was said last; `now` tells what changes by itself, each time the file is written."""

    def __init__(self, path: Path, said: Status, now: Callable[[], Mapping[str, object]]) -> None:
        self.status = said
        self._path = path
        self._now = now
        self._writing: asyncio.Handle | None = None
        self._failing = False  # it could not be written the last time

    def say(self, **changes: object) -> None:
        self.status = structs.replace(self.status, **changes)
        self.write()

    def changed(self) -> None:
        """The file says so when all that happens just now has happened."""
        if self._writing is None or self._failing:
            self._cancel()
            self._writing = asyncio.get_running_loop().call_soon(self.write)

    def write(self) -> None:
        self._cancel()
        try:
            status.write(self._path, structs.replace(self.status, **self._now()))
        except OSError as error:
            if not self._failing:
                log.warning("%s can not be written: %s", self._path, error.strerror)
            self._failing = True
            self._writing = asyncio.get_running_loop().call_later(RETRY_SECONDS, self.write)
        else:
            self._failing = False

    def close(self) -> None:
        self._cancel()
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s can not be removed: %s", self._path, error.strerror)

    def _cancel(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
