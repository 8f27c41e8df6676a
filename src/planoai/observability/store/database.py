"""The one connection that writes a store, and the bounds of its file: what is written makes room for itself, and the oldest go first."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from planoai.observability.store import files
from planoai.observability.store.rows import COLUMNS, Row, microseconds
from planoai.observability.store.schema import migrate, version_of

LEAST_BYTES = 2_000_000  # what a store needs whatever its limit: its tables, a log, something in them

_PAGE = 4096
_BUSY_SECONDS = 2.0  # until another one that writes is given up on
_LOOK_SECONDS = 0.01
_MOST_LOG = 16 * 1024 * 1024  # bytes of the write-ahead log, of stores that are large
_SLICE = 256  # exchanges that are deleted at once
_SLICES = 8  # of one call
_MOST_ROWS = 512  # of one transaction
_LOOKS = 16  # until a log is full

_INSERT = (
    f"INSERT INTO exchanges ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))}) "  # noqa: S608 - names of ours
    "ON CONFLICT (at, span, trace) DO NOTHING"
)
_INSERT_CONTENT = (
    "INSERT INTO contents (exchange, packed) SELECT id, ? FROM exchanges WHERE at = ? AND span = ? AND trace = ? "
    "ON CONFLICT (exchange) DO NOTHING"
)
_OLDEST = "SELECT id FROM exchanges ORDER BY id LIMIT :most"
_OLDER = "SELECT id FROM exchanges WHERE at < :before ORDER BY at LIMIT :most"


class NoRoom(OSError):
    """The file can not be held within its limit."""


class Database:
    """Every method raises sqlite3.Error and OSError; opening it PlanoError too, where the file is none for us to write."""

    def __init__(self, path: Path, most_bytes: int) -> None:
        files.make(path)
        with closing(reading(path)) as db:
            version_of(db)  # before anything is done that could change it
        self._path = path
        self._log = files.write_ahead(path)
        self._most_log = _most_log(most_bytes)
        self._look_again = self._most_log
        self._room = 0  # bytes that are known to fit
        self._most_pages = (max(most_bytes, LEAST_BYTES) - 2 * self._most_log) // _PAGE
        self._db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            self._settle()
            migrate(self._db)
        except BaseException:
            self._db.close()
            raise
        self._identity = files.identity(path)

    def close(self) -> None:
        self._db.close()

    def is_there(self) -> bool:
        """Whether the file is still where it was."""
        return files.identity(self._path) == self._identity

    def portion(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The first ones, as many as can be inserted at once."""
        taken = rows[0].size
        for count, row in enumerate(rows[1:_MOST_ROWS], 1):
            taken += row.size
            if taken > self._most_log // 2:
                return rows[:count]
        return rows[:_MOST_ROWS]

    def insert(self, rows: Sequence[Row]) -> None:
        """One transaction. Those that are there already stay as they are."""
        self._look(sum([row.size for row in rows]))
        contents = [(row.content, *row.columns[:3]) for row in rows if row.content is not None]
        with self._transaction():
            self._db.executemany(_INSERT, [row.columns for row in rows])
            if contents:
                self._db.executemany(_INSERT_CONTENT, contents)

    def trim(self, oldest: float) -> bool:
        """Takes out some of those that began before `oldest`, and gives back what is free. Whether there is more to do."""
        before = microseconds(oldest)
        aged = any(self._delete(_OLDER, _SLICE, before) < _SLICE for _ in range(_SLICES))
        self._make_room(0)
        return not self._give_back() or not aged

    def _settle(self) -> None:
        db = self._db
        if not self._pages()[0]:
            db.execute("PRAGMA auto_vacuum = INCREMENTAL")  # it can be set as long as nothing is there
        mode = _write_ahead(db)
        if mode != "wal":
            said = f"SQLite can not write ahead there, it would have to use `{mode}`"
            raise OSError(f"{said}; let `observability.store.path` lead to a disk of this machine")
        db.execute("PRAGMA synchronous = NORMAL")  # a commit outlives us at once, and a power failure a little later
        db.execute("PRAGMA wal_autocheckpoint = 0")
        db.execute("PRAGMA journal_size_limit = 0")  # a log that begins anew is as long as what is in it

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _look(self, size: int) -> None:
        """Makes room for `size` bytes, and for some more, so that it need not be looked at each time."""
        if size > self._room:
            self._room = max(size, self._most_log // _LOOKS)
            self._make_room(self._room)
        self._room -= size

    def _make_room(self, size: int) -> None:
        """For `size` bytes more. Where there is much to delete, as with a limit that is new, it is some at each call, and the file does not grow."""
        wanted = size // _PAGE * 5 // 4 + 16  # pages are not filled to the brim
        slices = 0
        while True:
            pages, free = self._pages()
            fits = pages - free + wanted <= self._most_pages or (slices >= _SLICES and free >= wanted)
            if fits or not self._delete(_OLDEST, self._share()):
                break
            slices += 1
        self._shorten_log(wanted * _PAGE)

    def _delete(self, which: str, most: int, before: int = 0) -> int:
        """How many exchanges that were."""
        self._shorten_log(self._most_log // 8)
        with self._transaction():
            bound = {"most": most, "before": before}
            self._db.execute(f"DELETE FROM contents WHERE exchange IN ({which})", bound)  # noqa: S608 - ours
            return self._db.execute(f"DELETE FROM exchanges WHERE id IN ({which})", bound).rowcount  # noqa: S608 - ours

    def _share(self) -> int:
        """How many of the oldest go at once: some of the whole, for they may be large."""
        query = "SELECT (SELECT max(id) FROM exchanges) - (SELECT min(id) FROM exchanges)"
        (apart,) = self._db.execute(query).fetchone()
        return max(1, min(_SLICE, (apart or 0) // 64))

    def _give_back(self) -> bool:
        """Some free pages to the file system, where there are many. Whether that was all."""
        pages, free = self._pages()
        spare = free - pages // 16
        if spare <= pages // 16 + 16:
            return True
        self._shorten_log(self._most_log)
        most = self._most_log // 4 // _PAGE
        self._db.executescript(f"PRAGMA incremental_vacuum({min(most, spare)})")  # `execute` would stop after one page
        return spare <= most

    def _pages(self) -> tuple[int, int]:
        """All, and the free ones among them."""
        (pages,) = self._db.execute("PRAGMA page_count").fetchone()
        (free,) = self._db.execute("PRAGMA freelist_count").fetchone()
        return pages, free

    def _shorten_log(self, wanted: int) -> None:
        """So that `wanted` bytes have their place in it: it begins anew where all of it was written to the file and nobody reads it."""
        log = files.size(self._log)
        if log >= self._look_again:
            busy, frames, done = self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            self._look_again = self._most_log if not busy and frames == done else log + self._most_log // 4
        if log + wanted > 2 * self._most_log and not _begun_anew(self._db):
            raise NoRoom("its log is full, and can not be emptied: somebody reads it for long, or the disk is slow")


def most_of_one(most_bytes: int) -> int:
    """Bytes of one exchange that a store within `most_bytes` has room for, and as many of its content."""
    return _most_log(most_bytes) // 4


def reading(path: Path, *, immutable: bool = False) -> sqlite3.Connection:
    """A connection that writes nothing. `immutable`: nobody else does, as long as it is used."""
    return _connected(path, "ro&immutable=1" if immutable else "ro")


def checkpoint(path: Path) -> None:
    """Writes what is in the log to the file, as far as nobody reads older pages. For any thread: it has a connection of its own."""
    with closing(_connected(path, "rw")) as db:
        db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()


def _begun_anew(db: sqlite3.Connection) -> bool:
    """Whether the log could be. SQLite waits for those who read or write, and not for another one that moves what is in the log."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        busy, _, _ = db.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
        if not busy or time.monotonic() > deadline:
            return not busy
        time.sleep(_LOOK_SECONDS)


def _write_ahead(db: sqlite3.Connection) -> str:
    """How it is written from now on. While another one sets the same of a new file, SQLite says so at once, and does not wait as it does elsewhere."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            (mode,) = db.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_LOOK_SECONDS)
        else:
            return str(mode)


def _most_log(most_bytes: int) -> int:
    return min(_MOST_LOG, max(most_bytes, LEAST_BYTES) // 8)


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=_BUSY_SECONDS, isolation_level=None
    )
