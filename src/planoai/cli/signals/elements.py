"""The elements of a JSON array that is longer than memory, each as it stands. Pure: pieces of the text in, elements out."""

import re
from collections.abc import Iterator

_OPENING, _CLOSING = b"[{", b"]}"
# A whole string, or the start of one that the piece cuts, or a bracket; between elements a comma too.
_INSIDE = re.compile(rb'"(?:[^"\\]++|\\.)*+"|["\[\]{}]', re.DOTALL)
_BETWEEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|["\[\]{},]', re.DOTALL)
# The rest of a string: to its end, or to that of the piece, which may stand in the middle of an escape.
_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+("|\\|\Z)', re.DOTALL)
_BLANK = b" \t\r\n"


class Elements:
    """Feed it the text of an array; an element comes out once the comma or the bracket behind it is in.

    Only strings and brackets are looked at: whether an element is JSON, whoever reads it will say.
    """

    def __init__(self) -> None:
        self._depth = 0
        self._in_string = self._escaped = False
        self._parts: list[bytes] = []  # of the element that has not ended

    def feed(self, piece: bytes) -> list[bytes]:
        elements: list[bytes] = []
        start = 0
        for mark in self._marks(piece):
            if mark[0] in _OPENING:
                self._depth += 1
                if self._depth == 1:  # the array itself
                    self._parts, start = [], mark.end()
                continue
            if mark[0] in _CLOSING and self._depth > 0:
                self._depth -= 1
            if self._depth == 0 or mark[0] == b",":
                if element := self._ended(piece[start : mark.start()]):
                    elements.append(element)
                start = mark.end()
        self._parts.append(piece[start:])
        return elements

    def close(self) -> bytes:
        """What stands behind the last element that has ended: nothing, where the array has ended too, else an array that has not."""
        return b"[" * (self._depth > 0) + self._ended(b"")

    def _ended(self, last: bytes) -> bytes:
        element = b"".join((*self._parts, last)).strip(_BLANK)
        self._parts = []
        return element

    def _marks(self, piece: bytes) -> Iterator[re.Match[bytes]]:
        """Each bracket outside of strings, and each comma between elements."""
        at = self._string(piece, int(self._escaped)) if self._in_string and piece else 0
        while mark := (_BETWEEN if self._depth == 1 else _INSIDE).search(piece, at):
            at = mark.end()
            if mark[0] == b'"':
                at = self._string(piece, at)
            elif len(mark[0]) == 1:
                yield mark

    def _string(self, piece: bytes, at: int) -> int:
        """Where the string that is open at `at` ends, or the piece does."""
        rest = next(_STRING.finditer(piece, at))  # it matches any text, where it starts
        self._in_string = rest[1] != b'"'
        self._escaped = rest[1] == b"\\"
        return rest.end()
