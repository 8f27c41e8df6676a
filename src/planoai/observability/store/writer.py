"""The store as the recorder sees it: it takes what was observed, and whatever happens to its file, requests go on. Nothing here raises."""

import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from planoai.errors import PlanoError
from planoai.observability.observation import Observation
from planoai.observability.store import files
from planoai.observability.store.database import Database, checkpoint, most_of_one
from planoai.observability.store.rows import Row, row

_PAUSE, _LONGEST_PAUSE = 1.0, 30.0  # seconds without a try, after one that failed: each time twice as long
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_WORTH_A_THREAD = 1024 * 1024  # bytes in the log

_TROUBLE = (sqlite3.Error, OSError, PlanoError)

log = logging.getLogger("planoai.store")


class Store:
    """For one thread, which waits for the disk in `write` and `trim`. Other processes may write the same file.

    `most_bytes`: of the file and the log beside it. `max_age`: seconds. `clock`: seconds, since whenever. `lost`: exchanges that are not in the file.
    """

    def __init__(
        self, path: Path, most_bytes: int, max_age: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.lost = 0
        self._path = path
        self._most_bytes = most_bytes
        self._max_age = max_age
        self._clock = clock
        self._database: Database | None = None
        self._pause = 0.0  # the one there is; none while all is well
        self._paused_until = 0.0
        self._lost_before = 0  # what was lost before the trouble that there is
        self._try(Database.is_there)  # so that what is wrong with the file is told at once

    def write(self, observations: Sequence[Observation]) -> None:
        """Once this is done they are in the file, each of them once however often it is told, or they are counted in `lost`."""
        rows = self._rows(observations)
        if not rows:
            return

        def insert(database: Database) -> None:
            while rows:
                portion = database.portion(rows)
                database.insert(portion)
                del rows[: len(portion)]

        if self._try(insert):
            self._end_pause()  # here alone: on a disk that is full it can still be trimmed
        else:
            self.lost += len(rows)

    def trim(self, now: float) -> bool:
        """Takes out what is too old or too much, a few milliseconds' worth of it. Whether there is more to do. `now`: seconds since the epoch."""
        more = False

        def trim(database: Database) -> None:
            nonlocal more
            more = database.trim(now - self._max_age)

        return self._try(trim) and more

    def checkpoint(self) -> None:
        """Moves what was written to where it stays. Meant for another thread, every second or so: it may wait for the disk."""
        with suppress(sqlite3.Error, OSError):  # `write` comes across the same, and tells
            if files.size(files.write_ahead(self._path)) >= _WORTH_A_THREAD:
                checkpoint(self._path)

    def close(self) -> None:
        if self._database is not None:
            with suppress(sqlite3.Error):  # all that was written is in the log
                self._database.close()
            self._database = None

    def _rows(self, observations: Sequence[Observation]) -> list[Row]:
        most = most_of_one(self._most_bytes)
        rows = []
        for each in observations:
            try:
                rows.append(row(each, most))
            except (ValueError, OverflowError) as error:
                self.lost += 1
                log.warning("an exchange can not be stored: %s", error)
        return rows

    def _try(self, action: Callable[[Database], object]) -> bool:
        """Whether it could be done. A file that is broken is moved aside, and it is done with a new one."""
        if self._pause and self._clock() < self._paused_until:
            return False
        try:
            try:
                action(self._opened())
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _BROKEN:
                    raise
                self.close()
                aside = files.move_aside(self._path)
                log.warning("the store %s is broken; it is kept as %s, and a new one begun", self._path, aside.name)
                action(self._opened())
        except _TROUBLE as error:
            self.close()
            self._begin_pause(error)
            return False
        return True

    def _opened(self) -> Database:
        if self._database is not None and not self._database.is_there():
            self.close()
        if self._database is None:
            self._database = Database(self._path, self._most_bytes)
        return self._database

    def _begin_pause(self, error: Exception) -> None:
        if not self._pause:
            self._lost_before = self.lost
            log.warning(
                "the store %s can not be written; until it can, requests are not recorded there: %s", self._path, error
            )
        self._pause = min(2 * self._pause or _PAUSE, _LONGEST_PAUSE)
        self._paused_until = self._clock() + self._pause

    def _end_pause(self) -> None:
        if self._pause:
            log.warning(
                "the store %s is written again, %d exchanges are not in it", self._path, self.lost - self._lost_before
            )
        self._pause = 0.0
