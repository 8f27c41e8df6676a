"""The tables of the store, and how a file of an older version becomes one of this version. `docs/store.md` tells what is in them."""

import sqlite3

from planoai.errors import PlanoError

APPLICATION = 0x504C_414E  # "PLAN": what says of a SQLite file that it is ours

# One step a version, which is never changed once it was released: files are there that have taken it. New columns stand at the end.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE exchanges (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            span BLOB NOT NULL,
            trace BLOB NOT NULL,
            request TEXT NOT NULL,
            handler TEXT NOT NULL,
            asked TEXT,
            model TEXT,
            provider TEXT,
            session TEXT,
            thread BLOB,
            status INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            error TEXT NOT NULL,
            quality TEXT,
            concerning INTEGER,
            signals TEXT,
            cost REAL,
            input INTEGER,
            output INTEGER,
            ttft_ms REAL,
            duration_ms REAL NOT NULL,
            record BLOB NOT NULL
        )""",
        # What begins with the time grows at its end, at a third of the price of an index by random ids; those are found by reading all of this one.
        "CREATE UNIQUE INDEX exchanges_once ON exchanges (at, span, trace)",
        "CREATE INDEX exchanges_by_session ON exchanges (session) WHERE session IS NOT NULL",
        "CREATE INDEX exchanges_concerning ON exchanges (id) WHERE concerning = 1",
        "CREATE TABLE contents (exchange INTEGER PRIMARY KEY, packed BLOB NOT NULL)",
    ),
)
VERSION = len(MIGRATIONS)


def version_of(db: sqlite3.Connection) -> int:
    """0 where there is nothing yet. Raises PlanoError for a file that is not ours or of a newer version, sqlite3.Error where it can not be read."""
    (found,) = db.execute("PRAGMA user_version").fetchone()
    (application,) = db.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION and (application or found or db.execute("SELECT 1 FROM sqlite_master").fetchone()):
        raise PlanoError("it is a database of another program, and is left alone")
    if found > VERSION:
        raise PlanoError(
            f"it was written by a newer planoai (version {found} of the store, this one knows {VERSION}), and is left as it is"
        )
    return int(found)


def migrate(db: sqlite3.Connection) -> None:
    """All steps that are missing, or none. Raises what `version_of` does."""
    if version_of(db) == VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        found = version_of(db)  # somebody else may have been faster
        for step in MIGRATIONS[found:]:
            for statement in step:
                db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION}")
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
