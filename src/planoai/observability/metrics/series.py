"""The samples of one family: what belongs to each combination of label values, made when it is first asked for. Pure.

Keys are in the order of the family's labels, each value as `label` returns it. Who uses them sees to it that there are not too many.
"""

from bisect import bisect_left

from planoai.names.metrics import Family

_LONGEST = 200  # characters of a label's value

Labels = tuple[str, ...]


class Value:
    """Of a counter or a gauge: whoever has it adds to it, or sets it."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value: float = 0


class Distribution:
    """Of a histogram. `counts`: how many were at most each of `bounds` and more than the one before it; the last: all beyond."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value


class Numbers(dict[Labels, Value]):
    """A counter or a gauge."""

    def __init__(self, family: Family) -> None:
        super().__init__()
        self.family = family

    def __missing__(self, labels: Labels) -> Value:
        found = self[labels] = Value()
        return found


class Histogram(dict[Labels, Distribution]):
    def __init__(self, family: Family) -> None:
        super().__init__()
        self.family = family

    def __missing__(self, labels: Labels) -> Distribution:
        found = self[labels] = Distribution(self.family.buckets)
        return found


Series = Numbers | Histogram


def label(value: str) -> str:
    """`value` as it can be written and read again: no two that are written alike are different series."""
    if value.isascii() and value.isprintable() and len(value) <= _LONGEST:
        return value
    return value[:_LONGEST].encode("utf-8", "replace").decode().replace("\0", "?")
