"""What many reports come to: how often each signal is, in all of them and by a key, and which to read first. Pure: reports in, counts out."""

from collections import Counter
from heapq import heappush, heapreplace
from math import sqrt

from msgspec import Struct

from planoai.signals import Report
from planoai.signals.worth import worth

OTHER = "other"

_VALUES = 12  # of a key that are told apart; what else there is is `other`
_REASONS = 3
_NORMAL = 1.959963984540054  # 95 % of a normal distribution lie within so many deviations of its mean


class Tally:
    """types: conversations with a signal of the type. instances: signals of the type. qualities: conversations."""

    def __init__(self) -> None:
        self.conversations = 0
        self.types: Counter[str] = Counter()
        self.instances: Counter[str] = Counter()
        self.qualities: Counter[str] = Counter()

    def add(self, report: Report) -> None:
        found = Counter(each.signal_type for group in report.groups.values() for each in group.signals)
        self.conversations += 1
        self.instances.update(found)
        self.types.update(found.keys())
        self.qualities[report.quality] += 1


class Pick(Struct, frozen=True, order=True):
    """A conversation worth reading. The greater, the sooner."""

    worth: float
    place: int  # negative: of two that are worth the same the earlier goes first
    id: str
    quality: str
    types: tuple[str, ...]
    snippet: str


class Unread(Struct, frozen=True):
    """What was found at `place` is no conversation, or not one that can be read."""

    place: str
    why: str


class Survey:
    """`top`: how many conversations are picked. `values`: a tally for each value of a key, in the order they came."""

    def __init__(self, top: int) -> None:
        self.whole = Tally()
        self.values: dict[str, Tally] = {}
        self.unread = 0
        self.reasons: list[Unread] = []
        self._top = top
        self._picks: list[Pick] = []  # a heap: the least of them is the first to go

    def add(self, name: str, report: Report, value: str | None) -> None:
        self.whole.add(report)
        if value is not None:
            known = value in self.values or len(self.values) < _VALUES
            self.values.setdefault(value if known else OTHER, Tally()).add(report)
        self._pick(name, report)

    def skip(self, place: str, why: str) -> None:
        self.unread += 1
        if len(self.reasons) < _REASONS:
            self.reasons.append(Unread(place, why))

    def picks(self) -> list[Pick]:
        """The conversation to read first is the first."""
        return sorted(self._picks, reverse=True)

    def _pick(self, name: str, report: Report) -> None:
        found = [each for group in report.groups.values() for each in group.signals]
        if not found or not self._top:
            return
        pick = Pick(
            worth=worth(report),
            place=-self.whole.conversations,
            id=name,
            quality=report.quality,
            types=tuple(dict.fromkeys(each.signal_type for each in found)),
            snippet=found[0].snippet,
        )
        if len(self._picks) < self._top:
            heappush(self._picks, pick)
        elif self._picks[0] < pick:
            heapreplace(self._picks, pick)


def interval(count: int, of: int) -> tuple[float, float]:
    """Where the share of `count` in `of` lies with 95 % confidence, by Wilson's score."""
    if not of:
        return 0.0, 1.0
    share, spread = count / of, _NORMAL**2 / of
    centre = (share + spread / 2) / (1 + spread)
    half = _NORMAL * sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return max(min(centre - half, share), 0.0), min(max(centre + half, share), 1.0)  # rounded, it still holds the share
