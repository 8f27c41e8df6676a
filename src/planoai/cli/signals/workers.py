"""Blocks in, what is made of each out, in their order, by several processes.

Each process has one block at a time and a pipe of its own: it ends when the pipe does, however the command ended.
"""

import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from planoai.errors import PlanoError

Work = Callable[[bytes], bytes]

_AHEAD = 2  # blocks of each worker that may be under way, or wait for an earlier one
_FORKS = sys.platform == "linux"  # a fork is there at once; elsewhere the libraries of the system do not survive one


class Workers:
    """`count` processes, each with what `make` makes for it. Ends them when it is left."""

    def __init__(self, make: Callable[[], Work], count: int) -> None:
        context = get_context("fork") if _FORKS else get_context("spawn")
        self._idle: list[Connection] = []
        self._busy: dict[Connection, int] = {}  # the number of the block that each has
        self._processes = []
        for _ in range(count):
            ours, theirs = context.Pipe()
            self._idle.append(ours)
            inherited = tuple(self._idle) if _FORKS else ()
            process = context.Process(target=_serve, args=(theirs, make, inherited), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for door in (*self._idle, *self._busy):
            door.close()
        for process in self._processes:
            if self._busy:
                process.kill()  # it holds nothing, and might be too busy for anything gentler
            process.join()

    def answers(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Raises PlanoError where a worker ends before its work is done."""
        order = Order()
        for number, block in enumerate(blocks):
            while not self._idle or number - order.taken >= _AHEAD * len(self._processes):
                yield from self._collected(order)
            self._give(number, block)
        while self._busy:
            yield from self._collected(order)

    def _give(self, number: int, block: bytes) -> None:
        door = self._idle.pop()
        self._busy[door] = number
        with _told():
            door.send_bytes(block)

    def _collected(self, order: "Order") -> Iterator[bytes]:
        """Waits for a worker that is done, and gives what can be given by now."""
        ready = connection.wait(self._busy)
        for door in [each for each in self._busy if each in ready]:
            with _told():
                answer = door.recv_bytes()
            number = self._busy.pop(door)
            self._idle.append(door)
            yield from order.add(number, answer)


class Order:
    """What comes in any order, given in the order of its numbers from 0 on. `taken`: how many have been."""

    def __init__(self) -> None:
        self.taken = 0
        self._early: dict[int, bytes] = {}

    def add(self, number: int, answer: bytes) -> Iterator[bytes]:
        self._early[number] = answer
        while self.taken in self._early:
            yield self._early.pop(self.taken)
            self.taken += 1


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (EOFError, ConnectionError):
        raise PlanoError("a worker ended before its work was done, as when memory runs out") from None


def _serve(door: Connection, make: Callable[[], Work], inherited: Sequence[Connection]) -> None:
    """One worker, until nobody is left at the other end."""
    for each in inherited:
        each.close()  # else it would keep the pipes of the others open, and its own
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command, which closes the pipe then
    work = make()
    with suppress(EOFError, ConnectionError):
        while True:
            door.send_bytes(work(door.recv_bytes()))
