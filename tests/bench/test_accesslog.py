from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.accesslog import AccessLog, Count, Records

LINE = b'[now] "POST /v1/chat/completions HTTP/1.1" 200 - 10 20 attempts=1 outcome=completed input_tokens=412 output_tokens=96\n'
CANCELLED = b'[now] "POST /v1/chat/completions HTTP/1.1" - DC 10 0 attempts=1 outcome=cancelled\n'
OTHER = b'[now] "GET /v1/models HTTP/1.1" 200 - 0 20 attempts=0\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "access_llm.log"


@pytest.fixture
def log(path: Path) -> Iterator[AccessLog]:
    made = AccessLog(path, still=0.01, stuck=0.02)
    yield made
    made.close()


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def turn(path: Path) -> None:
    path.replace(path.with_name(f"{path.name}.1"))


def test_a_log_that_is_not_there_is_told_from_an_empty_one(log: AccessLog, path: Path) -> None:
    assert log.read() is None
    path.touch()
    assert log.read() == Count(0, 0)


def test_lines_of_models_are_counted_and_those_with_the_usage_that_the_upstream_told(
    log: AccessLog, path: Path
) -> None:
    append(path, LINE + CANCELLED + OTHER + LINE)
    assert log.read() == Count(lines=3, usages=2)


def test_a_line_counts_once_it_has_ended(log: AccessLog, path: Path) -> None:
    append(path, LINE + LINE[:-30])
    assert log.read() == Count(1, 1)
    append(path, LINE[-30:])
    assert log.read() == Count(2, 2)


def test_a_log_that_turned_over_loses_nothing(log: AccessLog, path: Path) -> None:
    append(path, LINE)
    log.read()
    append(path, LINE)
    turn(path)
    assert log.read() == Count(2, 2)
    append(path, LINE)
    assert log.read() == Count(3, 3)
    assert log.since(Count(0, 0), 3) == Records(missing=0, without_usage=0)


def test_nobody_can_tell_of_a_log_that_turned_over_twice(log: AccessLog, path: Path) -> None:
    append(path, LINE)
    log.read()
    for _ in range(2):
        turn(path)
        append(path, LINE)
    log.read()
    assert log.since(Count(0, 0), 3) == Records(None, None)
    before = log.count
    append(path, LINE)
    assert log.since(before, 1) == Records(0, 0)


def test_what_is_missing_is_told_and_what_a_generator_gave_up_is_no_surplus(log: AccessLog, path: Path) -> None:
    append(path, LINE + CANCELLED)
    before = log.read()
    assert before is not None
    assert log.since(Count(0, 0), 2) == Records(missing=0, without_usage=1)
    assert log.since(before, 2) == Records(missing=2, without_usage=2)
    append(path, LINE * 3)
    assert log.since(before, 2) == Records(0, 0)
