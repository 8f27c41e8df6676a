"""One deadline for one connection, cheap to move."""

import asyncio
from collections.abc import Callable
from math import inf

# Timers of uvloop count whole milliseconds, so one may fire this much early.
_GRAIN = 0.001


class Deadline:
    """Calls `expired` once the time set last has come.

    A busy connection moves its deadline several times per request. Moving it later, or clearing it, only stores a number: the timer
    that is already armed fires, sees that it is early, and arms itself again.
    """

    __slots__ = ("_armed", "_due", "_expired", "_loop", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop, expired: Callable[[], None]) -> None:
        self._loop = loop
        self._expired = expired
        self._due = inf
        self._armed = inf  # when the timer fires
        self._timer: asyncio.TimerHandle | None = None

    def set(self, seconds: float) -> None:
        self._due = due = self._loop.time() + seconds
        if due < self._armed:
            self._arm()

    def clear(self) -> None:
        self._due = inf

    def close(self) -> None:
        """Nothing fires any more."""
        self._due = self._armed = inf
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._armed = self._due
        self._timer = self._loop.call_at(self._due, self._fire)

    def _fire(self) -> None:
        self._timer = None
        self._armed = inf
        if self._due == inf:
            return
        if self._due - self._loop.time() > _GRAIN:
            self._arm()
            return
        self._due = inf
        self._expired()
