"""Which signals of a conversation have been counted: every turn shows those of the turns before it again. Pure."""

from collections import OrderedDict
from collections.abc import Iterable

from planoai.observability.observation import Observation, Signals

MOST = 10_000  # conversations that are remembered; one that was forgotten counts as a new one


class Conversations:
    def __init__(self, most: int = MOST) -> None:
        self._most = most
        # By the hash of what a conversation goes by: how many of each type there were, and each quality once. The latest at the end.
        self._known: OrderedDict[int, tuple[tuple[str, int], ...]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def fresh(self, observation: Observation, signals: Signals) -> Iterable[tuple[str, int]]:
        """Types of signals, and the quality, that this turn is the first to show; how many of each."""
        asked = observation.asked
        name = observation.session or (asked.thread if asked is not None else b"")
        shown = _shown(signals)
        if not name:
            return shown
        key = hash(name)
        known = self._known.get(key)
        if known == shown:
            self._known.move_to_end(key)
            return ()
        if known is None:
            self._known[key] = shown
            if len(self._known) > self._most:
                self._known.popitem(last=False)
            return shown
        before = dict(known)
        self._known[key] = tuple((before | {each: max(n, before.get(each, 0)) for each, n in shown}).items())
        self._known.move_to_end(key)
        return ((each, n - before.get(each, 0)) for each, n in shown if n > before.get(each, 0))


def _shown(signals: Signals) -> tuple[tuple[str, int], ...]:
    if not signals.found:
        return ((signals.quality, 1),)
    shown = {signals.quality: 1}
    for each in signals.found:
        shown[each.type] = shown.get(each.type, 0) + 1
    return tuple(shown.items())
