"""Lines of the log, and what becomes of them when nobody reads."""

import logging
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from planoai.process import aside, logbook
from planoai.process.logbook import Handler


@contextmanager
def logger(descriptor: int) -> Iterator[logging.Logger]:
    found, handler = logging.getLogger("tests.logbook"), Handler(descriptor)
    found.addHandler(handler)
    found.propagate = False
    try:
        yield found
    finally:
        found.removeHandler(handler)


def flush(log: logging.Logger) -> None:
    for each in log.handlers:
        each.flush()


def test_a_line_has_its_time_in_utc_its_level_and_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.25)
    monkeypatch.setattr("time.time_ns", lambda: 1_700_000_000_250_000_000)
    reads, writes = os.pipe()
    with logger(writes) as log:
        log.warning("request_id=%s %s", "r-1", "no such model")
        flush(log)
    os.close(writes)
    with open(reads, "rb") as heard:
        assert heard.read() == b"[2023-11-14 22:13:20.250][warning] request_id=r-1 no such model\n"


def read_to(descriptor: int, end: bytes) -> bytes:
    said = b""
    while not said.endswith(end):
        said += os.read(descriptor, 1 << 20)
    return said


def test_a_reader_that_stalls_holds_up_nobody_and_learns_what_it_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logbook, "_FLUSH_SECONDS", 0.01)
    reads, writes = os.pipe()
    most, text = aside.MOST, "x" * 1_000
    with logger(writes) as log:
        for number in range(2 * most):
            log.warning("%d %s", number, text)
        flush(log)  # in vain
        monkeypatch.setattr(logbook, "_FLUSH_SECONDS", 30.0)
        with ThreadPoolExecutor(1) as reader:
            reading = reader.submit(read_to, reads, b"[warning] after\n")
            flush(log)
            log.warning("after")
            said = reading.result()
    os.close(writes)
    os.close(reads)
    numbers = [int(each) for each in re.findall(rb"\[warning\] (\d+)", said)]
    assert numbers == list(range(len(numbers)))
    assert most <= len(numbers) < 2 * most
    assert f"({2 * most - len(numbers)} lines were left out" in said.decode()


def test_nobody_who_could_read_is_no_error() -> None:
    reads, writes = os.pipe()
    os.close(reads)
    with logger(writes) as log:
        log.warning("one")
        log.warning("two")
        flush(log)
    os.close(writes)
