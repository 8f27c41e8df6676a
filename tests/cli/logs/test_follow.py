"""A log that is read while others write it."""

from pathlib import Path

import pytest

from planoai.cli.logs.follow import Followed


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "access_llm.log"


def test_the_last_lines_and_then_what_comes(path: Path) -> None:
    path.write_bytes(b"1\n2\n3\n4")
    with Followed(path) as log, path.open("ab", buffering=0) as writer:
        assert log.tail(3) == b"2\n3\n"
        assert log.read() == b""
        writer.write(b"4\n5\n6")
        assert log.read() == b"44\n5\n"
        assert log.end() == b"6\n"


def test_a_long_log_is_read_from_its_end(path: Path) -> None:
    lines = [b"%d %s\n" % (number, b"x" * 100) for number in range(5000)]
    path.write_bytes(b"".join(lines))
    with Followed(path) as log:
        assert log.tail(1500) == b"".join(lines[-1500:])
        assert log.read() == b""


def test_a_log_that_is_moved_away_is_read_to_its_end_and_then_the_new_one(path: Path) -> None:
    path.write_bytes(b"old\n")
    with Followed(path) as log, path.open("ab", buffering=0) as writer:
        assert log.tail(10) == b"old\n"
        path.rename(path.with_suffix(".log.1"))
        assert log.read() == b""
        writer.write(b"late\nunfinished")
        assert log.read() == b"late\n"
        path.write_bytes(b"new\n")
        assert log.read() == b"unfinished\n"
        assert log.read() == b"new\n"
        assert log.read() == b""


def test_a_log_that_is_replaced_at_once_loses_nothing(path: Path) -> None:
    path.write_bytes(b"old\n")
    with Followed(path) as log:
        log.tail(10)
        path.rename(path.with_suffix(".log.1"))
        path.write_bytes(b"new\n")
        assert log.read() == b""
        assert log.read() == b"new\n"


def test_a_log_that_is_cut_short_is_read_from_its_start(path: Path) -> None:
    path.write_bytes(b"long enough\nand open")
    with Followed(path) as log, path.open("r+b", buffering=0) as writer:
        assert log.tail(10) == b"long enough\n"
        writer.truncate()
        assert log.read() == b"and open\n"
        writer.write(b"again\n")
        assert log.read() == b"again\n"


def test_a_log_that_is_removed_stays_open_until_there_is_another(path: Path) -> None:
    path.write_bytes(b"old\n")
    with Followed(path) as log:
        assert log.tail(10) == b"old\n"
        path.unlink()
        assert log.read() == b""
        path.write_bytes(b"new\n")
        assert log.read() + log.read() == b"new\n"
