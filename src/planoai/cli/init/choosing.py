"""One of a list, chosen by keys. Pure: a key in, the list as it stands then or the end out."""

import re
from collections.abc import Iterator

from msgspec import Struct, structs

# What a terminal sends for a key: a sequence, Alt with a key, or a character.
_KEY = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1bO.|\x1b[^\x00-\x1f\[O]|.", re.DOTALL)
_UNFINISHED = re.compile(r"\x1b(\[[0-?]*[ -/]*|O)?\Z")

_UP = frozenset({"\x1b[A", "\x1bOA", "k", "\x10"})
_DOWN = frozenset({"\x1b[B", "\x1bOB", "j", "\x0e", "\t"})
_FIRST = frozenset({"\x1b[H", "\x1bOH", "\x1b[1~", "g"})
_LAST = frozenset({"\x1b[F", "\x1bOF", "\x1b[4~", "G"})
_TAKE = frozenset({"\r", "\n"})
_LEAVE = frozenset({"\x1b", "q", "\x03", "\x04"})  # Esc, q, Ctrl-C, Ctrl-D

_POINTER = "> "


class Item(Struct, frozen=True):
    """`said` is what it is, in a line."""

    name: str
    said: str


class Chosen(Struct, frozen=True):
    name: str


class Cancelled(Struct, frozen=True):
    """Nobody wants one."""


class Choice(Struct, frozen=True):
    """`at` is the place of the item that Enter takes."""

    items: tuple[Item, ...]
    at: int = 0

    def press(self, key: str) -> "Choice | Chosen | Cancelled":
        """A key that means nothing changes nothing."""
        if key in _TAKE:
            return Chosen(self.items[self.at].name)
        if key in _LEAVE:
            return Cancelled()
        return structs.replace(self, at=self._moved(key))

    def _moved(self, key: str) -> int:
        """Past either end it goes on at the other."""
        count = len(self.items)
        if key in _UP:
            return (self.at - 1) % count
        if key in _DOWN:
            return (self.at + 1) % count
        if key in _FIRST:
            return 0
        if key in _LAST:
            return count - 1
        number = int(key) if re.fullmatch("[1-9]", key) else 0
        return number - 1 if 1 <= number <= count else self.at

    def lines(self, width: int, height: int) -> list[str]:
        """As many items as there is room for, the one that Enter takes among them, each in one line."""
        room = max(min(height, len(self.items)), 1)
        start = min(max(self.at - room // 2, 0), len(self.items) - room)
        longest = max(len(item.name) for item in self.items)
        return [
            cut(f"{self._mark(place)}{place + 1} {item.name:<{longest}}  {item.said}", width)
            for place, item in enumerate(self.items)
            if start <= place < start + room
        ]

    def is_taken(self, line: str) -> bool:
        """Whether `line`, one of `lines`, has the item that Enter takes."""
        return line.startswith(_POINTER)

    def _mark(self, place: int) -> str:
        return _POINTER if place == self.at else " " * len(_POINTER)


def after(choice: Choice, typed: str) -> Choice | Chosen | Cancelled:
    """What `choice` comes to by what a terminal sent. What comes behind the end is not of this list."""
    for key in keys(typed):
        pressed = choice.press(key)
        if not isinstance(pressed, Choice):
            return pressed
        choice = pressed
    return choice


def keys(typed: str) -> Iterator[str]:
    """Key by key."""
    for match in _KEY.finditer(typed):
        yield match[0]


def is_unfinished(typed: str) -> bool:
    """Whether more may belong to the last key: what was sent at once need not come at once."""
    return _UNFINISHED.search(typed) is not None


def cut(line: str, width: int) -> str:
    """The last column stays free: what stands there makes some terminals begin another line."""
    room = max(width - 1, 1)
    return line if len(line) <= room else f"{line[: room - 1]}…"
