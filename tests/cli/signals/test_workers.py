"""Blocks that several processes share."""

import os
import signal
from collections.abc import Iterator
from itertools import permutations

import pytest

from planoai.cli.signals.workers import Order, Work, Workers
from planoai.errors import PlanoError


def upper() -> Work:
    return bytes.upper


def dying() -> Work:
    return _die


def _die(block: bytes) -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    return block


@pytest.mark.parametrize("numbers", [*permutations(range(4))])
def test_what_comes_in_any_order_is_given_in_its_own(numbers: tuple[int, ...]) -> None:
    order = Order()
    given = [each for number in numbers for each in order.add(number, b"%d" % number)]
    assert given == [b"0", b"1", b"2", b"3"]
    assert order.taken == 4


def test_answers_come_in_the_order_of_the_blocks_whatever_their_sizes() -> None:
    blocks = [b"%d" % number * (1 + 300_000 * (number % 3 == 0)) + b"x" for number in range(30)]
    with Workers(upper, 3) as workers:
        assert list(workers.answers(blocks)) == [each.upper() for each in blocks]


def test_blocks_are_taken_only_as_fast_as_they_are_answered() -> None:
    taken: list[int] = []

    def blocks() -> Iterator[bytes]:
        for number in range(100):
            taken.append(number)
            yield b"x"

    with Workers(upper, 2) as workers:
        for given, _ in enumerate(workers.answers(blocks()), start=1):
            assert len(taken) - given <= 4
    assert len(taken) == 100


def test_a_worker_that_is_killed_is_told_of() -> None:
    with pytest.raises(PlanoError, match="a worker ended before its work was done"), Workers(dying, 2) as workers:
        list(workers.answers([b"x"] * 10))


def test_whoever_leaves_early_leaves_no_worker_behind() -> None:
    with Workers(upper, 2) as workers:
        assert next(workers.answers([b"x"] * 10)) == b"X"
    assert not any(process.is_alive() for process in workers._processes)
