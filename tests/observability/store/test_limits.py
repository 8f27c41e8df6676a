"""The file keeps within its limits, whatever is written; the oldest go first."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from planoai.observability.store import Reader, Store
from tests.observability.store.observations import BEGAN, numbers, observed, size, talkative

DAY = 86_400.0
SMALL = 2_000_000


# Takes the lock of who moves what is in the log to the file, byte 121 of FILE-shm (https://sqlite.org/walformat.html#wal_locks), for some time.
MOVES = """
import fcntl, sys, time
file = open(sys.argv[1], "r+b")
fcntl.lockf(file, fcntl.LOCK_EX, 1, 121)
print(flush=True)
time.sleep(float(sys.argv[2]))
"""


def stored(path: Path) -> list[int]:
    with Reader(path) as reader:
        return numbers(reader.newest(1_000_000))


def words(number: int, characters: int) -> str:
    """As hard to compress as text is."""
    return " ".join(f"{(number + each) * 2_654_435_761 % 1_000_003:x}" for each in range(characters // 6))


def filled(store: Store, path: Path, count: int, at_once: int) -> int:
    """The largest that the files were while so many were written."""
    largest = 0
    for first in range(0, count, at_once):
        store.write([observed(number) for number in range(first, first + at_once)])
        largest = max(largest, size(path))
    return largest


@pytest.mark.parametrize(("at_once", "most_bytes"), [(1, SMALL), (50, SMALL), (1000, SMALL), (500, 4_000_000)])
def test_the_file_and_its_log_stay_below_the_limit_and_the_newest_are_there(
    tmp_path: Path, at_once: int, most_bytes: int
) -> None:
    path, count = tmp_path / "store.db", 4000 if at_once > 1 else 2000
    count *= most_bytes // SMALL
    store = Store(path, most_bytes, 30 * DAY)
    assert filled(store, path, count, at_once) <= most_bytes
    found = stored(path)
    assert found == list(range(count - 1, count - 1 - len(found), -1))
    assert most_bytes // 2000 < len(found) < count
    assert store.lost == 0
    store.close()
    assert size(path) > most_bytes // 2  # and no less is kept than there is room for


@pytest.mark.long
def test_the_limit_holds_while_200_000_are_written(tmp_path: Path) -> None:
    path, most_bytes = tmp_path / "store.db", 50_000_000
    store = Store(path, most_bytes, 30 * DAY)
    assert filled(store, path, 200_000, 100) <= most_bytes
    assert stored(path)[:1000] == list(range(199_999, 198_999, -1))
    assert store.lost == 0
    store.close()


def test_the_limit_holds_with_content_of_any_size(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = Store(path, SMALL, 30 * DAY)
    for number in range(100):
        store.write([talkative(number, words(number, number * 7919 % 100_000)), observed(number + 1000)])
        assert size(path) <= SMALL
    with Reader(path) as reader:
        newest = reader.newest(2, content=True)
        assert 40 < len(reader.newest(1000)) < 200
    assert newest == [observed(1099), talkative(99, words(99, 99 * 7919 % 100_000))]
    assert store.lost == 0
    store.close()


def test_content_goes_with_its_exchange(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = Store(path, SMALL, 30 * DAY)
    for number in range(60):
        store.write([talkative(number, words(number, 60_000))])
    store.trim(BEGAN + 200 + 30 * DAY)
    store.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM contents").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM exchanges").fetchone() == (0,)


def test_what_is_too_old_goes(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = Store(path, 100_000_000, DAY)
    store.write([observed(number) for number in (50, 10, 30, 20, 40)])
    assert not store.trim(BEGAN + 30 + DAY)
    assert sorted(stored(path)) == [30, 40, 50]
    store.close()


def test_a_clock_that_is_behind_deletes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = Store(path, 100_000_000, DAY)
    store.write([observed(1)])
    assert not store.trim(0.0)
    assert stored(path) == [1]
    store.close()


def test_the_room_of_what_went_is_given_back(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = Store(path, 100_000_000, DAY)
    store.write([observed(number) for number in range(8000)])
    store.close()
    before = size(path)
    store = Store(path, 100_000_000, DAY)
    calls = 1
    while store.trim(BEGAN + 7500 + DAY):
        calls += 1
    assert calls > 2  # little at once, for others wait
    assert stored(path) == list(range(7999, 7499, -1))
    store.close()
    assert size(path) < before // 8


def test_a_limit_that_became_smaller_holds_after_a_while_and_nothing_new_is_refused_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = Store(path, 100_000_000, 30 * DAY)
    store.write([observed(number) for number in range(8000)])
    store.close()
    before = size(path)
    assert before > 2 * SMALL
    store = Store(path, SMALL, 30 * DAY)
    store.write([observed(8000)])
    assert size(path) < before + SMALL // 4
    while store.trim(BEGAN):
        pass
    store.write([observed(8001)])
    store.close()
    assert size(path) <= SMALL
    assert stored(path)[:2] == [8001, 8000]


def test_who_reads_for_ever_can_not_make_it_grow_beyond_its_limit(tmp_path: Path) -> None:
    path, now = tmp_path / "store.db", [0.0]
    store = Store(path, SMALL, 30 * DAY, lambda: now[0])
    store.write([observed(1)])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM exchanges").fetchone()
        assert filled(store, path, 4000, 50) <= SMALL
        assert store.lost > 0
        other.execute("ROLLBACK")
    now[0] += 60.0
    lost = store.lost
    store.write([observed(5000)])
    assert store.lost == lost
    assert stored(path)[0] == 5000
    store.close()


def test_what_somebody_else_moves_from_the_log_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = Store(path, SMALL, 30 * DAY)
    store.write([observed(1)])
    command = [sys.executable, "-c", MOVES, f"{path}-shm", "0.3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert filled(store, path, 4000, 50) <= SMALL
    assert store.lost == 0
    store.close()
