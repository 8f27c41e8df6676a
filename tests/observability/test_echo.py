"""Lines for whoever looks on, who may look away."""

import os
from collections.abc import Iterator
from contextlib import suppress

import pytest

from planoai.observability.echo import Echo

LINE = b"x" * 99 + b"\n"


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    """Of a pipe: where to read, where to write."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    yield reading, writing
    for each in (reading, writing):
        with suppress(OSError):  # the test has closed it
            os.close(each)


def heard(reading: int) -> bytes:
    found = b""
    while True:
        try:
            data = os.read(reading, 65536)
        except BlockingIOError:
            return found
        if not data:
            return found
        found += data


def test_lines_are_shown(ends: tuple[int, int]) -> None:
    reading, writing = ends
    echo = Echo(writing)

    echo.append(b"one\n")
    echo.append(b"two\n")

    assert heard(reading) == b"one\ntwo\n"
    assert not echo.waiting


def test_nobody_waits_for_one_who_looks_away_and_what_he_missed_is_told(ends: tuple[int, int]) -> None:
    reading, writing = ends
    echo = Echo(writing)
    for _ in range(100):
        echo.append(LINE * 100)

    assert echo.waiting
    seen = b""
    while data := heard(reading):
        seen += data
        echo.flush()
    echo.append(b"last\n")
    seen += heard(reading)

    *shown, note, last = seen.splitlines(keepends=True)
    assert set(shown) == {LINE}
    assert note == b"(%d lines are left out here; the log has them)\n" % (10_000 - len(shown))
    assert last == b"last\n"


def test_one_who_has_gone_is_told_no_more(ends: tuple[int, int]) -> None:
    reading, writing = ends
    echo = Echo(writing)
    os.close(reading)

    echo.append(b"one\n")
    echo.append(b"two\n")

    assert not echo.waiting
