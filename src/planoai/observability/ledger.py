"""The exchanges of one worker that are open, from their first message to their last. Pure: the time is an argument."""

from collections import Counter

from planoai.observability.lens import Lens
from planoai.observability.observation import Observation
from planoai.observability.observe import Observer
from planoai.observability.record import Closed, OfExchange, Opened, Piece

MOST_OPEN = 20_000  # a worker runs fewer at once


class Ledger:
    """Feed it messages in order. `now` is in seconds since the epoch. `lens`: what exchanges that begin from now on are looked at with.

    `running`: how many are open, by handler.
    """

    def __init__(self, lens: Lens) -> None:
        self.lens = lens
        self.running: Counter[str] = Counter()
        self._open: dict[int, Observer] = {}  # the oldest first

    def __len__(self) -> int:
        return len(self._open)

    def take(self, message: OfExchange, now: float) -> Observation | None:
        """The exchange that ended with it."""
        match message:
            case Opened():
                if message.id in self._open:  # told again, to a recorder that might not have heard of it
                    return None
                self._open[message.id] = Observer(message, self.lens)
                self.running[message.handler] += 1
                return self._lose(next(iter(self._open)), now) if len(self._open) > MOST_OPEN else None
            case Piece():
                observer = self._open.get(message.id)
                if observer is not None:
                    observer.piece(message)
                return None
            case Closed():
                observer = self._pop(message.id)
                return None if observer is None else observer.close(message)

    def discard(self, number: int) -> None:
        """Forgets the exchange with that id."""
        self._pop(number)

    def end(self, now: float) -> list[Observation]:
        """The worker is gone: what was open is lost."""
        return [self._lose(number, now) for number in list(self._open)]

    def _lose(self, number: int, now: float) -> Observation:
        observer = self._pop(number)
        assert observer is not None  # noqa: S101 - it was looked up just now
        return observer.lose(now)

    def _pop(self, number: int) -> Observer | None:
        observer = self._open.pop(number, None)
        if observer is not None:
            self.running[observer.handler] -= 1
        return observer
