"""Two files of reports, held against each other conversation by conversation. Pure: lines in, pairs and differences out."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Literal

import msgspec
from msgspec import Raw, Struct

# A: the types that were found, how often each was, and the quality. B: where each stands. C: everything else, in its order.
Tier = Literal["A", "B", "C"]

_NAMED = 3  # differences that a sentence names
_SHOWN = 60  # characters of a value in it
_BEFORE = 20  # of these where two long values are still the same


class Instance(Struct, frozen=True):
    signal_type: str
    message_index: int
    snippet: str
    confidence: float
    metadata: dict[str, object]


class Group(Struct, frozen=True):
    category: str
    count: int
    severity: int
    signals: tuple[Instance, ...]


class Said(Struct, frozen=True):
    """A report as it is written. What else may stand in it is not compared."""

    interaction_signals: dict[str, Group]
    execution_signals: dict[str, Group]
    environment_signals: dict[str, Group]
    overall_quality: str
    summary: str

    @property
    def layers(self) -> dict[str, dict[str, Group]]:
        return {
            "interaction_signals": self.interaction_signals,
            "execution_signals": self.execution_signals,
            "environment_signals": self.environment_signals,
        }

    def instances(self) -> list[Instance]:
        return [each for layer in self.layers.values() for group in layer.values() for each in group.signals]

    def types(self) -> Counter[str]:
        return Counter(each.signal_type for each in self.instances())


class Entry(Struct, frozen=True):
    """A line that was read: its id as JSON, written in one way, and the report; None where the line has an error instead."""

    id: str
    report: Said | None


Pair = tuple[Entry, Entry] | tuple[Entry, None] | tuple[None, Entry]


class _Line(Struct):
    id: Raw
    report: Said | None = None
    error: str | None = None


_decoded = msgspec.json.Decoder(_Line).decode


def entry(line: bytes) -> Entry:
    """Raises ValueError, which says what is wrong with the line."""
    try:
        read = _decoded(line)
        name = msgspec.json.encode(msgspec.json.decode(read.id)).decode()
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if read.report is None and read.error is None:
        raise ValueError("it has neither `report` nor `error`")
    return Entry(name, read.report)


def pairs(ours: Iterable[Entry], theirs: Iterable[Entry]) -> Iterator[Pair]:
    """Entries with the same id, whatever the order of the files; of those that share an id, the first with the first.

    Where the order is the same nothing is held back. What has no partner comes last, alone.
    """
    left, right = _Held(), _Held()
    for our, their in zip_longest(ours, theirs):
        if our is not None:
            left.add(our)
        if their is not None:
            right.add(their)
        for name in dict.fromkeys(each.id for each in (our, their) if each is not None):
            if name in left and name in right:
                yield left.take(name), right.take(name)
    yield from ((our, None) for our in left.rest())
    yield from ((None, their) for their in right.rest())


class _Held:
    """Entries that wait for their partners, by id."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Entry]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._waiting

    def add(self, each: Entry) -> None:
        self._waiting.setdefault(each.id, deque()).append(each)

    def take(self, name: str) -> Entry:
        waiting = self._waiting[name]
        first = waiting.popleft()
        if not waiting:
            del self._waiting[name]
        return first

    def rest(self) -> Iterator[Entry]:
        for waiting in self._waiting.values():
            yield from waiting


class Difference(Struct, frozen=True):
    """The first tier in which two reports differ, and in what."""

    tier: Tier
    what: str


def difference(ours: Said, theirs: Said) -> Difference | None:
    """None where they say the same."""
    if found := _uneven(ours.types(), theirs.types()):
        return Difference("A", found)
    if ours.overall_quality != theirs.overall_quality:
        return Difference("A", f"quality: {ours.overall_quality} / {theirs.overall_quality}")
    if found := _uneven(_places(ours), _places(theirs)):
        return Difference("B", found)
    if found := next(_others(ours, theirs), ""):
        return Difference("C", found)
    return None


def _places(said: Said) -> Counter[str]:
    return Counter(f"{each.signal_type} at {each.message_index}" for each in said.instances())


def _uneven(ours: Counter[str], theirs: Counter[str]) -> str:
    """What one has more often than the other; empty where there is nothing."""
    names = sorted(name for name in ours.keys() | theirs.keys() if ours[name] != theirs[name])
    named = [f"{name}: {ours[name]} / {theirs[name]}" for name in names[:_NAMED]]
    return ", ".join(named) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")


def _others(ours: Said, theirs: Said) -> Iterator[str]:
    for layer, groups in ours.layers.items():
        others = theirs.layers[layer]
        if groups.keys() != others.keys():
            yield f"{layer}: {', '.join(groups)} / {', '.join(others)}"
        for name in groups.keys() & others.keys():
            yield from _fields(f"{layer}.{name}", groups[name], others[name])
    if ours.summary != theirs.summary:
        yield f"summary: {_both(ours.summary, theirs.summary)}"


def _fields(where: str, ours: Struct, theirs: Struct) -> Iterator[str]:
    """Where two of one kind differ, each field by its path."""
    for name in ours.__struct_fields__:
        one, other = getattr(ours, name), getattr(theirs, name)
        if name == "signals" and len(one) == len(other):
            for place, (our, their) in enumerate(zip(one, other, strict=True)):
                yield from _fields(f"{where}.signals[{place}]", our, their)
        elif one != other:
            yield f"{where}.{name}: {_both(one, other)}"


def _both(ours: object, theirs: object) -> str:
    """Both values as JSON, of long ones the part where they begin to differ."""
    texts = [msgspec.json.encode(each).decode() for each in (ours, theirs)]
    if max(map(len, texts)) <= _SHOWN:
        return " / ".join(texts)
    same = next((place for place, (one, other) in enumerate(zip(*texts, strict=False)) if one != other), _SHOWN)
    start = max(same - _BEFORE, 0)
    return " / ".join(_part(each, start) for each in texts)


def _part(text: str, start: int) -> str:
    end = start + _SHOWN
    return f"{'…' * (start > 0)}{text[start:end]}{'…' * (end < len(text))}"
