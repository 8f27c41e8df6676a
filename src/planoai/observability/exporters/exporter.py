"""What every exporter is to its owner, and what the place is to it where its telemetry goes."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from planoai.observability.observation import Observation


class Exporter(Protocol):
    """Tells some other place of requests, on a thread of its own. None of its methods raises.

    `name` is what logs and metrics call it. `dropped`: so many requests, so far, are not known there, or not wholly.
    """

    @property
    def name(self) -> str: ...

    @property
    def dropped(self) -> int: ...

    def put(self, observations: Sequence[Observation]) -> None:
        """Never waits."""

    def finish(self, seconds: float) -> None:
        """From now on nothing is put, and what waits has so long to be sent. Does not wait for that."""

    def close(self, seconds: float) -> None:
        """Finishes and waits for it, `seconds` and a little more at most; what is not sent by then is dropped."""


class Taken(Struct, frozen=True):
    """The other side's answer. `left_out`: so many things it did not take and does not want to see again, and what it `said` of them."""

    left_out: int = 0
    said: str = ""


class Unavailable(Exception):
    """Nothing was taken, and the same may be taken later: `after` so many seconds, where the other side told."""

    def __init__(self, reason: str, after: float = 0.0) -> None:
        super().__init__(reason)
        self.after = after


class Refused(Exception):
    """Nothing was taken, and the same never will be."""


class Unknown(Refused):
    """There is no such service at all."""


class Destination(Protocol):
    """A place that takes bytes. All methods but `interrupt` are called by one thread."""

    @property
    def where(self) -> str:
        """What logs say of it; holds no secret."""

    def reach(self, seconds: float, /) -> None:
        """Looks whether anybody is there. Raises Unavailable. Only once it did not is anything else asked of it."""

    def deliver(self, data: bytes, seconds: float, /) -> Taken:
        """Raises Unavailable and Refused, within `seconds`."""

    def interrupt(self) -> None:
        """By any thread: a `deliver` that runs, and any later one, ends at once with Unavailable."""

    def close(self) -> None: ...
