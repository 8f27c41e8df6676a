import logging
import os
import resource
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from planoai.observability.observation import Observation
from planoai.observability.store import Reader, Store
from planoai.observability.store.schema import VERSION
from tests.observability.store.observations import anything, numbers, observed, talkative

DAY = 86_400.0


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def storing(path: Path, clock: Clock | None = None) -> Iterator[Store]:
    store = Store(path, 100_000_000, 30 * DAY, clock or Clock())
    try:
        yield store
    finally:
        store.close()


def stored(path: Path, limit: int = 1000) -> list[Observation]:
    with Reader(path) as reader:
        return reader.newest(limit, content=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "store.db"


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.WARNING, "planoai.store")
    return caplog


def test_what_is_written_is_there_at_once_the_newest_first(path: Path) -> None:
    with storing(path) as store:
        store.write([observed(1), observed(2)])
        store.write([])
        store.write([talkative(3, "Tell me all of it. " * 100)])
        assert stored(path) == [talkative(3, "Tell me all of it. " * 100), observed(2), observed(1)]
        assert store.lost == 0
    assert numbers(stored(path)) == [3, 2, 1]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(anything(), max_size=4, unique_by=lambda each: (each.opened.trace, round(each.opened.at, 6))))
def test_any_observations_come_back_as_they_were(tmp_path: Path, seen: list[Observation]) -> None:
    path = tmp_path / os.urandom(8).hex()
    with storing(path) as store:
        store.write(seen)
        assert stored(path) == seen[::-1]


def test_what_is_told_again_is_there_once(path: Path) -> None:
    with storing(path) as store:
        store.write([observed(1), talkative(2, "and then " * 20)])
        store.write([talkative(2, "and then " * 20), observed(3), observed(3)])
        assert numbers(stored(path)) == [3, 2, 1]
    with storing(path) as store:
        store.write([observed(3), observed(4)])
        assert numbers(stored(path)) == [4, 3, 2, 1]
        assert store.lost == 0


def test_only_its_owner_can_read_it(path: Path) -> None:
    before = os.umask(0)
    try:
        with storing(path) as store:
            store.write([observed(1)])
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_that_others_could_read_is_closed_to_them(path: Path) -> None:
    with storing(path) as store:
        store.write([observed(1)])
    path.chmod(0o644)
    with storing(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert numbers(stored(path)) == [1]


def test_one_that_can_not_be_written_does_not_take_the_others_with_it(
    path: Path, told: pytest.LogCaptureFixture
) -> None:
    with storing(path) as store:
        store.write([observed(1), observed(2, opened=structs.replace(observed(2).opened, path="/\ud800")), observed(3)])
        assert numbers(stored(path)) == [3, 1]
        assert store.lost == 1
    assert len(told.messages) == 1


def test_two_write_the_same_file(path: Path) -> None:
    """Two gateways may share a folder, or one takes over from another."""
    stores: list[Store] = []

    def write(first: int) -> None:
        with storing(path) as store:
            stores.append(store)
            for number in range(first, first + 40):
                store.write([observed(number), observed(1000)])

    threads = [threading.Thread(target=write, args=(first,)) for first in (0, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers(stored(path))) == [*range(40), *range(100, 140), 1000]
    assert [store.lost for store in stores] == [0, 0]


def test_a_file_that_was_deleted_is_begun_anew(path: Path) -> None:
    with storing(path) as store:
        store.write([observed(1)])
        for each in list(path.parent.iterdir()):
            each.unlink()
        store.checkpoint()
        assert not list(path.parent.iterdir())
        store.write([observed(2)])
        assert numbers(stored(path)) == [2]
        assert store.lost == 0


def test_a_file_that_was_moved_away_is_whole_where_it_went(path: Path) -> None:
    with storing(path) as store:
        store.write([observed(1)])
    with storing(path) as store:
        path.rename(path.with_name("moved.db"))
        store.write([observed(2)])
        assert numbers(stored(path)) == [2]
    assert numbers(stored(path.with_name("moved.db"))) == [1]


@pytest.mark.parametrize("content", [b"no database " * 1000, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_broken_file_is_moved_aside(path: Path, content: bytes, told: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with storing(path) as store:
        store.write([observed(1)])
        assert store.lost == 0
    assert numbers(stored(path)) == [1]
    assert path.with_name("store.db.broken-1").read_bytes() == content
    assert told.messages == [f"the store {path} is broken; it is kept as store.db.broken-1, and a new one begun"]


def test_a_file_that_breaks_while_it_is_written_is_moved_aside(path: Path, told: pytest.LogCaptureFixture) -> None:
    with storing(path) as store:
        store.write([observed(number) for number in range(100)])
    with storing(path) as store:
        with open(path, "r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * (path.stat().st_size - 4096))
        store.write([observed(100)])
        assert numbers(stored(path)) == [100]
        assert store.lost == 0
    assert path.with_name("store.db.broken-1").exists()


def test_no_more_than_three_broken_files_are_kept(path: Path) -> None:
    path.parent.mkdir()
    for number in range(5):
        path.write_bytes(b"broken %d" % number)
        with storing(path):
            pass
    kept = sorted(path.parent.glob("*.broken-?"))
    assert [each.read_bytes() for each in kept] == [b"broken 0", b"broken 1", b"broken 4"]


def test_the_file_of_a_newer_version_is_left_as_it_is(path: Path, told: pytest.LogCaptureFixture) -> None:
    with storing(path) as store:
        store.write([observed(1)])
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = path.read_bytes()
    with storing(path) as store:
        store.write([observed(2)])
        assert store.lost == 1
    assert path.read_bytes() == before
    assert len(told.messages) == 1
    assert (
        f"it was written by a newer planoai (version {VERSION + 1} of the store, this one knows {VERSION})"
        in told.messages[0]
    )


def test_the_database_of_another_program_is_left_as_it_is(path: Path, told: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")
    before = path.read_bytes()
    with storing(path) as store:
        store.write([observed(1)])
        assert store.lost == 1
    assert path.read_bytes() == before
    assert len(told.messages) == 1
    assert "it is a database of another program" in told.messages[0]


def test_a_folder_in_the_place_of_the_file_is_left_as_it_is(path: Path, told: pytest.LogCaptureFixture) -> None:
    path.mkdir(parents=True)
    path.chmod(0o755)
    with storing(path) as store:
        store.write([observed(1)])
        assert store.lost == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o755
    assert len(told.messages) == 1


def test_where_there_can_be_no_file_it_is_told_once_and_tried_again_and_again(
    path: Path, told: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    path.parent.write_text("a file where the folder should be")
    with storing(path, clock) as store:
        for number in range(100):
            store.write([observed(number)])
            store.checkpoint()
            assert not store.trim(0.0)
            clock.now += 1
        assert store.lost == 100
        assert len(told.messages) == 1
        path.parent.unlink()
        store.write([observed(100)])
        clock.now += 30
        store.write([observed(101)])
        assert numbers(stored(path)) == [101]
        assert store.lost == 101
    assert told.messages[1:] == [f"the store {path} is written again, 101 exchanges are not in it"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_folder_that_is_read_only_is_survived(path: Path, told: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir(mode=0o500)
    with storing(path) as store:
        store.write([observed(1)])
        assert store.lost == 1
    assert len(told.messages) == 1


def test_a_disk_that_is_full_is_survived(path: Path, told: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    text = "".join(map(str, range(50_000)))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with storing(path, clock) as store:
        store.write([observed(1)])
        resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, before[1]))
        try:
            store.write([talkative(2, text), observed(3)])
            clock.now += 1
            assert not store.trim(0.0)  # for which there is room
            store.write([talkative(4, text)])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert store.lost == 3
        assert len(told.messages) == 1
        clock.now += 30
        store.write([talkative(5, text)])
        assert numbers(stored(path)) == [5, 1]
        assert store.lost == 3
    assert told.messages[1:] == [f"the store {path} is written again, 3 exchanges are not in it"]


def test_what_somebody_else_locks_is_waited_for_only_so_long(path: Path, told: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    with storing(path, clock) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        store.write([observed(1)])
        store.write([observed(2)])
        other.execute("ROLLBACK")
        assert store.lost == 2
        clock.now += 1
        store.write([observed(3)])
        assert numbers(stored(path)) == [3]
    assert ["database is locked" in each for each in told.messages] == [True, False]


def test_a_new_file_that_somebody_else_locks_is_waited_for_only_so_long(
    path: Path, told: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with storing(path, clock) as store:
            store.write([observed(1)])
            assert store.lost == 1
            other.execute("ROLLBACK")
            clock.now += 1
            store.write([observed(2)])
            assert numbers(stored(path)) == [2]
    assert ["database is locked" in each for each in told.messages] == [True, False]


def test_a_checkpoint_from_another_thread_loses_nothing(path: Path) -> None:
    with storing(path) as store:
        ended = threading.Event()

        def check() -> None:
            while not ended.is_set():
                store.checkpoint()

        thread = threading.Thread(target=check)
        thread.start()
        for first in range(0, 4000, 50):
            store.write([observed(number) for number in range(first, first + 50)])
        ended.set()
        thread.join()
        store.checkpoint()
        assert store.lost == 0
        assert path.stat().st_size > 1_000_000  # what was only in the log has come here
        assert numbers(stored(path, 10_000)) == list(range(3999, -1, -1))
