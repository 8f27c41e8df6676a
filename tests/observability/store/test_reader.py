import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import structs

from planoai.errors import PlanoError
from planoai.observability.observation import Observation
from planoai.observability.record import Closed
from planoai.observability.store import Reader, Store, Wanted
from planoai.observability.store.schema import VERSION
from tests.observability.facts import attempt, closed
from tests.observability.store.observations import BEGAN, numbers, observed, talkative, telling

FAILED = Closed(4, 503, "failed", 0, 30, 0.1, 0.2, (attempt("anthropic_messages", provider="anthropic", status=503),))
SEEN = [
    observed(1),
    telling(2, "execution.loops.retry", "misalignment.correction.user"),
    telling(3, "execution.loops.retry", quality="good", concerning=False),
    observed(4, closed=FAILED, model="", session="s-2"),
    Observation(structs.replace(observed(5).opened, handler="list_models", model="", dialect=""), closed(5)),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a folder?" / "store #1.db"
    store = Store(path, 100_000_000, 1e9)
    store.write(SEEN)
    store.close()
    return path


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), [5, 4, 3, 2, 1]),
        (Wanted(since=BEGAN + 4), [5, 4]),
        (Wanted(before=BEGAN + 3), [2, 1]),
        (Wanted(before=0.0), []),
        (Wanted(since=BEGAN + 2, before=BEGAN + 4), [3, 2]),
        (Wanted(handler="list_models"), [5]),
        (Wanted(model="fast"), [4, 3, 2, 1]),
        (Wanted(model="gpt-5-2027-01-01"), [3, 2, 1]),
        (Wanted(provider="anthropic"), [4]),
        (Wanted(session="s-1"), [3, 2, 1]),
        (Wanted(session="s-2"), [4]),
        (Wanted(thread=b"thread-1"), [4, 3, 2, 1]),
        (Wanted(outcome="failed"), [4]),
        (Wanted(least_status=400), [4]),
        (Wanted(least_status=0), [5, 4, 3, 2, 1]),
        (Wanted(quality="good"), [3]),
        (Wanted(signal="execution.loops.retry"), [3, 2]),
        (Wanted(signal="misalignment."), [2]),
        (Wanted(signal="loops"), []),
        (Wanted(concerning=True), [2]),
        (Wanted(session="s-1", signal="execution.", concerning=True), [2]),
    ],
)
def test_the_newest_that_are_wanted(path: Path, wanted: Wanted, expected: list[int]) -> None:
    with Reader(path) as reader:
        assert numbers(reader.newest(10, wanted)) == expected
        assert numbers(reader.newest(1, wanted)) == expected[:1]


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        (b"0000000000000003".hex(), [3]),
        (b"0000000000000003".hex().upper(), [3]),
        (b"0000000000000003".hex()[:8], [5, 4, 3, 2, 1]),
        (b"00000002".hex(), [2]),
        (b"00000002".hex()[:-1], [5, 4, 3, 2, 1]),
        (b"0000000000000009".hex(), []),
        ("req-4", [4]),
        ("req-", [5, 4, 3, 2, 1]),
        ("REQ-4", []),
        ("%", []),
    ],
)
def test_they_are_found_by_how_their_ids_begin(path: Path, prefix: str, expected: list[int]) -> None:
    with Reader(path) as reader:
        assert numbers(reader.find(prefix, 10)) == expected
        assert numbers(reader.find(prefix, 2)) == expected[:2]


def test_what_was_said_comes_where_it_is_wanted(path: Path) -> None:
    seen = talkative(6, "tell me more " * 50)
    store = Store(path, 100_000_000, 1e9)
    store.write([seen])
    store.close()
    with Reader(path) as reader:
        assert reader.newest(2, content=True) == [seen, SEEN[-1]]
        assert reader.find("req-6", 1, content=True) == [seen]
        (short,) = reader.newest(1)
    assert short.asked is not None
    assert short.asked.lines == ()


def test_a_store_that_is_written_meanwhile_is_read(path: Path) -> None:
    store = Store(path, 2_000_000, 1e9)
    ended = threading.Event()
    newest: list[int] = []

    def read() -> None:
        with Reader(path) as reader:
            while not ended.is_set():
                found = numbers(reader.newest(100))
                assert found == sorted(found, reverse=True)
                newest.append(found[0])

    thread = threading.Thread(target=read)
    thread.start()
    for first in range(10, 3010, 20):
        store.write([observed(number) for number in range(first, first + 20)])
    ended.set()
    thread.join()
    store.close()
    assert newest == sorted(newest)
    assert {number % 20 for number in newest if number >= 10} <= {9}  # of each write all or nothing
    assert store.lost == 0


def test_a_reader_sees_what_came_after_it_was_opened(path: Path) -> None:
    store = Store(path, 100_000_000, 1e9)
    with Reader(path) as reader:
        store.write([observed(6)])
        assert numbers(reader.newest(1)) == [6]
    store.close()


def test_a_store_whose_writer_was_killed_is_read(path: Path, tmp_path: Path) -> None:
    """Its log is still there, and nobody has it open."""
    store = Store(path, 100_000_000, 1e9)
    store.write([observed(6)])
    copy = tmp_path / "copy.db"
    for end in ("", "-wal"):
        copy.with_name(f"copy.db{end}").write_bytes(path.with_name(f"{path.name}{end}").read_bytes())
    store.close()
    with Reader(copy) as reader:
        assert numbers(reader.newest(10)) == [6, 5, 4, 3, 2, 1]


def test_a_reader_changes_nothing(path: Path) -> None:
    before = path.read_bytes()
    with Reader(path) as reader:
        reader.newest(10)
    assert path.read_bytes() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_store_in_a_folder_that_is_read_only_is_read(path: Path) -> None:
    path.parent.chmod(0o500)
    with Reader(path) as reader:
        assert numbers(reader.newest(10)) == [5, 4, 3, 2, 1]


def test_a_file_in_which_nothing_is_yet_has_nothing(tmp_path: Path) -> None:
    (tmp_path / "store.db").touch()
    with Reader(tmp_path / "store.db") as reader:
        assert reader.newest(10) == []
        assert reader.find("ab", 10) == []


def test_where_no_file_is_it_says_so_and_makes_none(tmp_path: Path) -> None:
    with pytest.raises(PlanoError, match="nothing has been recorded there"):
        Reader(tmp_path / "store.db")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_broken_is_told(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"no database " * 1000)
    with pytest.raises(PlanoError, match="the store can not be read: file is not a database"):
        Reader(tmp_path / "store.db")


def test_a_file_that_breaks_while_it_is_read_is_told(path: Path) -> None:
    with Reader(path) as reader, open(path, "r+b") as file:
        file.write(b"\xff" * path.stat().st_size)
        file.flush()
        with pytest.raises(PlanoError, match="the store can not be read"):
            reader.newest(10)


def test_the_file_of_a_newer_version_is_told(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(PlanoError, match="written by a newer planoai"):
        Reader(path)


def test_one_record_that_can_not_be_read_does_not_take_the_others_with_it(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE exchanges SET record = x'c1' WHERE request = 'req-3'")
    with Reader(path) as reader:
        assert numbers(reader.newest(10)) == [5, 4, 2, 1]
        assert reader.unread == 1
