"""Reads a store that others may be writing: what was there when a question was asked. Nothing here writes."""

import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec import Struct, structs

from planoai.errors import PlanoError
from planoai.observability.observation import Observation
from planoai.observability.record import Handler, Outcome
from planoai.observability.store import files
from planoai.observability.store.database import reading
from planoai.observability.store.rows import microseconds, observation
from planoai.observability.store.schema import version_of

_NEWEST = "SELECT record, {content} FROM exchanges{joined}{where} ORDER BY id DESC LIMIT :limit"
_BESIDE = " LEFT JOIN contents ON contents.exchange = exchanges.id"
_CONDITIONS = {
    "since": "at >= :since",
    "before": "at < :before",
    "handler": "handler = :handler",
    "model": ":model IN (asked, model)",
    "provider": "provider = :provider",
    "session": "session = :session",
    "thread": "thread = :thread",
    "outcome": "outcome = :outcome",
    "least_status": "status >= :least_status",
    "quality": "quality = :quality",
    "signal": "instr(signals, ' ' || :signal) > 0",
    "concerning": "concerning = 1",
}
# The one index that holds both ids is read as a whole: 50 ms for 300,000 exchanges.
_BY_ID = "id IN (SELECT id FROM exchanges INDEXED BY exchanges_once WHERE trace BETWEEN :low AND :high OR span BETWEEN :low_span AND :high_span)"
_BY_REQUEST = "substr(request, 1, length(:prefix)) = :prefix"
_NO_FILES = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
_HEX = frozenset("0123456789abcdef")
_TRACE_DIGITS, _SPAN_DIGITS = 32, 16


class Wanted(Struct, frozen=True, kw_only=True):
    """Which exchanges: those for which all holds that is told.

    `since` and `before`: seconds since the epoch, of their beginnings. `model`: as it was asked for or as it answered. `least_status`: 400 for errors.
    `signal`: a type, such as `execution.loops.retry`, or how some begin. `concerning`: only such.
    """

    since: float | None = None
    before: float | None = None
    handler: Handler | None = None
    model: str | None = None
    provider: str | None = None
    session: str | None = None
    thread: bytes | None = None
    outcome: Outcome | None = None
    least_status: int | None = None
    quality: str | None = None
    signal: str | None = None
    concerning: bool = False


ALL = Wanted()


class Reader:
    """`with Reader(path) as reader`. For the thread that opened it. Every method raises PlanoError where the file can not be read.

    `unread`: records that could not be, and were left out.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise PlanoError(f"{path}: nothing has been recorded there")
        self.unread = 0
        self._path = path
        try:
            self._db = _opened(path)
        except PlanoError as error:
            raise PlanoError(f"{path}: {error.message}") from None
        except sqlite3.Error as error:
            raise self._trouble(error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def newest(self, limit: int, wanted: Wanted = ALL, *, content: bool = False) -> list[Observation]:
        """The last that ended, the newest first. `content`: with all that is kept of what was said, not only its beginnings."""
        told = structs.asdict(wanted)
        values = {name: value for name, value in told.items() if value is not None and value is not False}
        for name in values.keys() & {"since", "before"}:
            values[name] = microseconds(values[name])
        return self._read([_CONDITIONS[name] for name in values], {**values, "limit": limit}, content=content)

    def find(self, prefix: str, limit: int, *, content: bool = False) -> list[Observation]:
        """The newest whose trace or span has an id that begins with these hex digits; else those whose request id begins so."""
        digits = prefix.lower()
        found: list[Observation] = []
        if digits and len(digits) <= _TRACE_DIGITS and _HEX.issuperset(digits):
            low, high = _range(digits, _TRACE_DIGITS)
            low_span, high_span = _range(digits, _SPAN_DIGITS) if len(digits) <= _SPAN_DIGITS else (b"", b"")
            values = {"low": low, "high": high, "low_span": low_span, "high_span": high_span}
            found = self._read([_BY_ID], {**values, "limit": limit}, content=content)
        return found or self._read([_BY_REQUEST], {"prefix": prefix, "limit": limit}, content=content)

    def _read(self, conditions: list[str], values: dict[str, object], *, content: bool) -> list[Observation]:
        query = _NEWEST.format(
            content="packed" if content else "NULL",
            joined=_BESIDE if content else "",
            where=f" WHERE {' AND '.join(conditions)}" if conditions else "",
        )
        try:
            rows = self._db.execute(query, values).fetchall() if version_of(self._db) else []
        except sqlite3.Error as error:
            raise self._trouble(error) from None
        found = []
        for record, packed in rows:
            try:
                found.append(observation(record, packed))
            except PlanoError:
                self.unread += 1
        return found

    def _trouble(self, error: sqlite3.Error) -> PlanoError:
        return PlanoError(f"{self._path}: the store can not be read: {error}")


def _opened(path: Path) -> sqlite3.Connection:
    try:
        return _checked(reading(path))
    except sqlite3.OperationalError as error:
        # Who reads says so in a file beside it. Where none can be made, nobody writes either, and without a log all there is is in the file.
        if error.sqlite_errorcode & 0xFF not in _NO_FILES or files.size(files.write_ahead(path)):
            raise
        return _checked(reading(path, immutable=True))


def _checked(db: sqlite3.Connection) -> sqlite3.Connection:
    try:
        version_of(db)
    except BaseException:
        db.close()
        raise
    return db


def _range(digits: str, most: int) -> tuple[bytes, bytes]:
    """The first and the last id of `most` digits that begins with these."""
    return bytes.fromhex(digits.ljust(most, "0")), bytes.fromhex(digits.ljust(most, "f"))
