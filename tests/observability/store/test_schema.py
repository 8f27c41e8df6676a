import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from planoai.errors import PlanoError
from planoai.observability.store import Store, schema
from planoai.observability.store.rows import COLUMNS
from tests.observability.store.observations import observed

PAGE = Path(__file__).parents[3] / "docs" / "store.md"


def columns(db: sqlite3.Connection, table: str) -> list[str]:
    return [name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")]


def test_a_row_has_the_columns_of_the_table() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        schema.migrate(db)
        assert columns(db, "exchanges") == ["id", *COLUMNS]


def test_a_file_of_this_version_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    Store(path, 100_000_000, 1e9).close()
    before = path.read_bytes()
    Store(path, 100_000_000, 1e9).close()
    assert path.read_bytes() == before


def test_a_file_of_an_older_version_takes_the_steps_that_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        schema.migrate(db)
        db.execute("INSERT INTO contents VALUES (1, x'00')")
        added = ("ALTER TABLE contents ADD COLUMN more TEXT",)
        monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, added))
        monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
        schema.migrate(db)
        assert schema.version_of(db) == schema.VERSION
        assert db.execute("SELECT * FROM contents").fetchall() == [(1, b"\0", None)]


def test_steps_that_can_not_all_be_taken_are_not_taken_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        schema.migrate(db)
        wrong = ("ALTER TABLE contents ADD COLUMN more TEXT", "DROP TABLE recipes")
        monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, wrong))
        monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            schema.migrate(db)
        assert columns(db, "contents") == ["exchange", "packed"]
        assert schema.version_of(db) == schema.VERSION - 1


@pytest.mark.parametrize(
    "statement", ["PRAGMA application_id = 7", "PRAGMA user_version = 1", "CREATE TABLE recipes (name)"]
)
def test_the_database_of_another_program_is_known(statement: str) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.execute(statement)
        with pytest.raises(PlanoError, match="another program"):
            schema.migrate(db)


def test_the_page_tells_every_column_in_its_order() -> None:
    told = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(), re.MULTILINE)
    assert told == ["id", *COLUMNS, "exchange", "packed"]


def test_the_queries_of_the_page_run(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.db", 100_000_000, 1e9)
    store.write([observed(1), observed(2)])
    store.close()
    queries = re.findall(r"```sql\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert queries
    with closing(sqlite3.connect(tmp_path / "store.db")) as db:
        for query in queries:
            assert db.execute(query).fetchall(), query
