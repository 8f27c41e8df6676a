"""What was read of texts, within a budget: things of one kind on a shelf, all shelves under one budget.

There are two generations. What is new, or asked for again, is young; when the young are more than their share of the budget they become the old,
and the old that nobody asked for are forgotten. So nothing is ever sorted or searched for what to forget.
"""

from collections.abc import Callable
from sys import getsizeof
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_Key = str | bytes

_WHOLE = 4096  # characters up to which a text is its own key; a longer one is known by its digest
_ENTRY = 250  # bytes of any entry: its key without the characters, its places in dictionaries


class Budget:
    """The bytes that a generation may take, on all shelves together."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._taken = 0
        self._shelves: list[Shelf[Any]] = []

    def add(self, shelf: "Shelf[Any]") -> None:
        self._shelves.append(shelf)

    def take(self, size: int) -> None:
        """Makes room for something young."""
        if self._taken + size > self.most:
            self._taken = 0
            for shelf in self._shelves:
                shelf.grow_old()
        self._taken += size


class Shelf(Generic[T]):
    """Calls `read` with a text, or gives what it returned for the same text before.

    size: the bytes of a thing that was read of a text, besides the text.
    """

    def __init__(self, read: Callable[[str], T], size: Callable[[str, T], int], budget: Budget) -> None:
        self._read = read
        self._size = size
        self._budget = budget
        self._young: dict[_Key, T] = {}
        self._old: dict[_Key, T] = {}
        budget.add(self)

    def __call__(self, text: str) -> T:
        key = text if len(text) <= _WHOLE else _digest(text)
        known = self._young.get(key)
        return self._older(text, key) if known is None else known

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def grow_old(self) -> None:
        self._young, self._old = {}, self._young

    def _older(self, text: str, key: _Key) -> T:
        known = self._old.pop(key, None)
        if known is None:
            known = self._read(text)
        size = _ENTRY + getsizeof(key) + self._size(text, known)
        if size <= self._budget.most:
            self._budget.take(size)
            self._young[key] = known
        return known


def kept(read: Callable[[str], T], size: Callable[[str, T], int], budget: Budget) -> Callable[[str], T]:
    """`read`, on a shelf if there is any room."""
    return Shelf(read, size, budget) if budget.most else read


def _digest(text: str) -> bytes:
    from hashlib import blake2b  # seldom needed, and long to load

    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
