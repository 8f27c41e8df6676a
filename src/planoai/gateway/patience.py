"""How often one upstream is asked, and how long: what the tries of one request have in common."""

from math import inf
from random import random
from time import perf_counter, time

from msgspec import structs

from planoai.errors import Trouble, UpstreamError
from planoai.gateway.failing import UpstreamFailed
from planoai.net.client import Response, Timeouts
from planoai.routing.retrying import pause, retry_after


class Patience:
    """All tries share one deadline, the `total` of the first one's `timeouts`, until there is an answer to tell.

    `first` is when the first one began, a time of the performance counter.
    """

    __slots__ = ("_most", "_timeouts", "first", "tries")

    def __init__(self, most: int, timeouts: Timeouts) -> None:
        self._most = most
        self._timeouts = timeouts
        self.first = 0.0
        self.tries = 0

    def begin(self, now: float) -> Timeouts:
        """Counts a try; the time that it has."""
        self.tries += 1
        if self.tries == 1:
            self.first = now
            return self._timeouts
        return structs.replace(self._timeouts, total=max(self._left(now), 0.001))

    def after_error(self, error: UpstreamError) -> float | None:
        """Seconds to wait before the next try; None where there is none to be made."""
        return self._wait(error.failure.status if isinstance(error, UpstreamFailed) else error.trouble, None)

    def after_refusal(self, response: Response) -> float | None:
        """The same, of an answer whose status is an error."""
        return self._wait(response.status, response)

    def _wait(self, why: int | Trouble, response: Response | None) -> float | None:
        if self.tries >= self._most:
            return None
        asked = None if response is None else retry_after(response.headers.get, time())
        chance = random()  # noqa: S311 - it spreads the tries of many clients, and guards nothing
        return pause(self.tries, why, asked, chance, self._left(perf_counter()))

    def _left(self, now: float) -> float:
        return inf if self._timeouts.total is None else self.first + self._timeouts.total - now
