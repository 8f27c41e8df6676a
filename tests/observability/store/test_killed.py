"""A writer that is killed in the middle of it: whoever comes after finds all that was written."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from planoai.observability.store import Reader, Store
from tests.observability.store.observations import numbers, observed

AT_ONCE = 40

# Says how many it has written each time that some are; at the same time others go and the log is written to the file.
WRITER = f"""
import sys, threading
from pathlib import Path
from planoai.observability.store import Store
from tests.observability.store.observations import BEGAN, observed, talkative

store = Store(Path(sys.argv[1]), int(sys.argv[2]), 1e9)
def check():
    while True:
        store.checkpoint()
threading.Thread(target=check, daemon=True).start()
number = int(sys.argv[3])
while True:
    batch = [observed(each) for each in range(number, number + {AT_ONCE} - 1)]
    store.write([*batch, talkative(number + {AT_ONCE} - 1, "and so on, " * 500)])
    store.trim(BEGAN)
    assert not store.lost
    number += {AT_ONCE}
    print(number, flush=True)
"""


def written_until_killed(path: Path, most_bytes: int, first: int, acknowledged: int) -> int:
    """How many it had written, of which it had said so; it is killed once it has said so that often."""
    command = [sys.executable, "-c", WRITER, str(path), str(most_bytes), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for _ in range(acknowledged):
            assert writer.stdout.readline()
        writer.kill()
        rest = writer.stdout.read()
        writer.wait()
    *_, last = ["", *rest.split("\n")[:-1]]
    return int(last) if last else first + acknowledged * AT_ONCE


def check(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def survives(path: Path, times: int) -> None:
    first = 0
    for time in range(times):
        last = written_until_killed(path, 1_000_000_000, first, 5 + 3 * time)
        with Reader(path) as reader:
            found = numbers(reader.newest(1_000_000))
        assert found == list(range(len(found) - 1, -1, -1))
        assert len(found) in (last, last + AT_ONCE)  # of the last of them nobody heard
        first = len(found)
    check(path)


def test_all_that_was_written_is_there_after_a_kill(tmp_path: Path) -> None:
    survives(tmp_path / "store.db", 3)


@pytest.mark.long
def test_all_that_was_written_is_there_after_twenty_kills(tmp_path: Path) -> None:
    survives(tmp_path / "store.db", 20)


@pytest.mark.long
def test_the_newest_are_there_when_it_is_killed_while_the_oldest_go(tmp_path: Path) -> None:
    path, first = tmp_path / "store.db", 0
    for _ in range(20):
        last = written_until_killed(path, 2_000_000, first, 60)
        with Reader(path) as reader:
            found = numbers(reader.newest(1_000_000))
        assert found == list(range(found[0], found[0] - len(found), -1))
        assert found[0] + 1 in (last, last + AT_ONCE)
        first = found[0] + 1
    check(path)


def test_one_that_is_told_of_it_again_writes_what_was_missing(tmp_path: Path) -> None:
    """The gateway tells a new recorder what the one before did not acknowledge."""
    path = tmp_path / "store.db"
    last = written_until_killed(path, 1_000_000_000, 0, 5)
    store = Store(path, 1_000_000_000, 1e9)
    store.write([observed(number) for number in range(last - AT_ONCE, last + AT_ONCE)])
    with Reader(path) as reader:
        assert numbers(reader.newest(1_000_000)) == list(range(last + AT_ONCE - 1, -1, -1))
    assert store.lost == 0
    store.close()
