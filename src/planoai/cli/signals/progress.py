"""How far a command is, in one line of a terminal that is written anew twice a second and gone at the end."""

from collections.abc import Callable
from typing import TextIO

_EVERY_SECONDS = 0.5
_ERASE = "\r\x1b[K"


class Progress:
    """`stream`: None where nobody is to see it. `clock` tells seconds."""

    def __init__(self, stream: TextIO | None, clock: Callable[[], float]) -> None:
        self._stream = stream
        self._clock = clock
        self._began = self._shown = clock()
        self._count = 0

    def add(self, count: int) -> None:
        self._count += count
        if self._stream is None:
            return
        now = self._clock()
        if now - self._shown >= _EVERY_SECONDS:
            self._shown = now
            rate = self._count / (now - self._began)
            self._stream.write(f"{_ERASE}{self._count:,} conversations, {rate:,.0f}/s")
            self._stream.flush()

    def end(self) -> None:
        """Leaves the line as it was before. Whoever writes to the terminal meanwhile ends it first."""
        if self._stream is not None and self._shown > self._began:
            self._stream.write(_ERASE)
            self._stream.flush()
