"""How often one upstream is asked, and how long: what the tries of one request have in common."""

from random import random
from time import perf_counter, time

from msgspec import structs

from planoai.config.schema import Listener
from planoai.errors import Trouble, UpstreamError
from planoai.gateway.failing import UpstreamFailed
from planoai.net.client import Response, Timeouts
from planoai.routing.retrying import pause, retry_after


class Patience:
    """All tries share one deadline, the listener's `timeout`, until there is an answer to tell; `began` is a time of the performance counter."""

    __slots__ = ("_deadline", "_most", "tries")

    def __init__(self, door: Listener, began: float) -> None:
        self._most = 1 + door.max_retries
        self._deadline = began + door.timeout
        self.tries = 0

    def begin(self, timeouts: Timeouts) -> Timeouts:
        """Counts a try; what it may take of the `timeouts` that the first one has."""
        self.tries += 1
        if self.tries == 1:
            return timeouts
        left = max(self._deadline - perf_counter(), 0.001)
        return structs.replace(
            timeouts,
            connect=min(timeouts.connect, left),
            first_byte=min(timeouts.first_byte, left),
            total=None if timeouts.total is None else min(timeouts.total, left),
        )

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
        return pause(self.tries, why, asked, chance, self._deadline - perf_counter())
