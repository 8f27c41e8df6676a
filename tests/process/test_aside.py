"""What is done aside: in order, bounded, and never waited for."""

import threading

from planoai.process.aside import Aside


def test_everything_is_done_in_order() -> None:
    done: list[int] = []
    aside = Aside(done.append)
    for number in range(100):
        aside.put(number)
    assert aside.wait(30)
    assert done == list(range(100))
    assert aside.left_out == 0


def test_where_nothing_moves_some_wait_and_the_rest_is_counted() -> None:
    go, begun, done = threading.Event(), threading.Event(), []

    def slow(number: int) -> None:
        begun.set()
        go.wait()
        done.append(number)

    aside = Aside(slow, most=3)
    aside.put(0)
    begun.wait()
    for number in range(1, 10):
        aside.put(number)
    assert not aside.wait(0.01)
    go.set()
    assert aside.wait(30)
    assert done == [0, 1, 2, 3]
    assert aside.left_out == 6


def test_one_that_fails_is_not_the_end_of_the_others() -> None:
    done: list[int] = []

    def fails(number: int) -> None:
        if number == 1:
            raise OSError("the terminal was closed")
        done.append(number)

    aside = Aside(fails)
    for number in range(3):
        aside.put(number)
    assert aside.wait(30)
    assert done == [0, 2]


def test_nothing_to_do_is_done() -> None:
    assert Aside(print).wait(0)
