"""How many requests a minute: the limit behind `rate`."""

from collections import deque
from math import ceil

from planoai.simulate.vendors import Allowance

_MINUTE = 60.0


class Window:
    """Counts the requests of the last minute. Times are in seconds, of any clock that does not go back."""

    __slots__ = ("_times",)

    def __init__(self) -> None:
        self._times: deque[float] = deque()

    def admit(self, limit: int, now: float) -> Allowance | None:
        """What is left after this request, or None when nothing was; then the request does not count."""
        while self._times and self._times[0] <= now - _MINUTE:
            self._times.popleft()
        if len(self._times) >= limit:
            return None
        self._times.append(now)
        return Allowance(limit, limit - len(self._times), self._times[0] + _MINUTE - now)

    def wait(self, limit: int, now: float) -> int:
        """Whole seconds until one of `limit` is free again, at least one."""
        if limit == 0 or len(self._times) < limit:
            return ceil(_MINUTE) if limit == 0 else 1
        return max(1, ceil(self._times[len(self._times) - limit] + _MINUTE - now))
