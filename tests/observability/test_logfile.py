"""A log file: bounded, private, and still there after others have tidied up."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from planoai.observability.logfile import LogFile

LINE = b"0123456789\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "access.log"


def test_lines_are_added_to_those_there_are(path: Path) -> None:
    for each in (b"one\n", b"two\n"):
        log = LogFile(path)
        log.append(each)
        log.close()

    assert path.read_bytes() == b"one\ntwo\n"


@pytest.mark.parametrize("there", [True, False], ids=["there", "new"])
def test_only_its_owner_may_read_it(path: Path, there: bool) -> None:
    if there:
        path.touch(0o644)

    LogFile(path).close()

    assert path.stat().st_mode & 0o777 == 0o600


def test_a_full_one_is_put_aside_and_one_that_was_is_kept(path: Path) -> None:
    log = LogFile(path, most_bytes=3 * len(LINE))
    for number in range(8):
        log.append(LINE.replace(b"0", b"%d" % number))
    log.close()

    assert sorted(each.name for each in path.parent.iterdir()) == ["access.log", "access.log.1"]
    assert [each[:1] for each in path.read_bytes().splitlines()] == [b"6", b"7"]
    assert [each[:1] for each in path.with_name("access.log.1").read_bytes().splitlines()] == [b"3", b"4", b"5"]


def test_what_is_too_large_for_any_file_has_one_to_itself(path: Path) -> None:
    log = LogFile(path, most_bytes=5)
    log.append(LINE)
    log.close()

    assert path.read_bytes() == LINE


@pytest.mark.parametrize("gone", ["moved", "deleted", "replaced"])
def test_one_that_was_taken_away_is_begun_anew(path: Path, gone: str) -> None:
    aside = path.with_name("aside.log")
    log = LogFile(path)
    log.append(b"before\n")
    path.rename(aside)
    if gone == "deleted":
        aside.unlink()
    if gone == "replaced":
        path.touch()

    log.append(b"after\n")
    log.close()

    assert path.read_bytes() == b"after\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert gone == "deleted" or aside.read_bytes() == b"before\n"


def test_a_line_that_did_not_fit_spoils_no_other(path: Path) -> None:
    log = LogFile(path)
    log.append(LINE)
    with largest_file(len(LINE) + 4), pytest.raises(OSError, match="too large"):
        log.append(LINE)

    log.append(LINE)
    log.append(LINE)
    log.close()

    assert path.read_bytes() == LINE + b"0123\n" + LINE + LINE


def test_a_folder_that_is_gone_is_made_again_and_one_that_can_not_be_made_is_an_error(path: Path) -> None:
    run = path.parent / "run"
    folder = run / "logs"
    folder.mkdir(parents=True)
    log = LogFile(folder / "access.log")
    folder.rename(path.parent / "aside")
    log.append(LINE)
    assert (folder / "access.log").read_bytes() == LINE
    assert folder.stat().st_mode & 0o777 == 0o700

    run.rename(path.parent / "run aside")
    with pytest.raises(FileNotFoundError):
        log.append(LINE)

    run.mkdir()
    log.append(LINE)
    log.close()

    assert (folder / "access.log").read_bytes() == LINE


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """The disk is full, as far as this process is concerned."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
