"""What was read before is not read again: the same history comes back with every turn of a conversation.

Everything kept here follows from one text alone, never from where it stands, so a conversation that is cut, edited or mixed with another
can not go wrong. There are two generations: what is new or asked for again is young; when the young fill their share of the budget,
they become the old, and the old that nobody asked for are forgotten.
"""

from collections import deque
from collections.abc import Callable, Mapping
from hashlib import blake2b
from itertools import count
from sys import getsizeof
from typing import Generic, TypeVar

from msgspec import Struct

from planoai.signals.calls import Call, read_call
from planoai.signals.likeness import likeness
from planoai.signals.matching import Matcher
from planoai.signals.message import Message, Tone, normalise
from planoai.signals.options import Rules
from planoai.signals.scanning import Scanned, Scanner
from planoai.signals.signal import Decided, Row
from planoai.signals.tone import tones

T = TypeVar("T")
_Key = str | bytes

_WHOLE = 4096  # characters up to which a text is its own key; a longer one is kept as a digest
_ENTRY = 250  # bytes of any entry besides its texts: its key, its places in the dictionaries
_UTTERANCE = 1100  # of an utterance besides its texts
_OPEN = 60  # a character, of a message that still has its tokens and sets
_PARSED = 12  # a byte of a call, read: small objects of few characters each


class Found(Struct, frozen=True):
    """The first phrase of a family that a message has, and by which layer."""

    phrase: str
    decided: Decided


_NOTHING: Mapping[str, Found] = {}


class Utterance:
    """What is known of a message, whoever says it again, and wherever.

    joined, size, tone: as in Message; `size` is the number of tokens.
    confirms, positive: a person's message that begins with a word of agreement; or with one of thanks, too.
    found: by family.
    number: no two utterances of a memory have the same.
    """

    __slots__ = (
        "confirms",
        "found",
        "joined",
        "likenesses",
        "message",
        "number",
        "positive",
        "rephrases",
        "size",
        "tone",
    )

    def __init__(self, message: Message, number: int, found: Mapping[str, Found], *, confirms: bool) -> None:
        self.message: Message | None = message
        self.joined = message.joined
        self.size = len(message.tokens)
        self.tone: tuple[Tone, ...] = message.tone
        self.positive = message.positive
        self.confirms = confirms
        self.found = found
        self.number = number
        self.likenesses: dict[int, float] = {}
        self.rephrases: tuple[int, bool] | None = None


class _Shelf(Generic[T]):
    """Things of one kind, by what they were read from."""

    __slots__ = ("old", "young")

    def __init__(self) -> None:
        self.young: dict[_Key, T] = {}
        self.old: dict[_Key, T] = {}


class Memory:
    """Reads messages, observations and calls by one set of rules; keeps about `most` bytes of what it has read, with 0 nothing."""

    def __init__(self, rules: Rules, most: int = 0) -> None:
        self._rules = rules
        self._matcher = Matcher(rules)
        self._scanner = Scanner(rules)
        self._families = tuple(rules.phrases)
        self._numbers = count()
        self._of_person = _Shelf[Utterance]()
        self._of_model = _Shelf[Utterance]()
        self._observed = _Shelf[Scanned]()
        self._failed = _Shelf[Scanned]()
        self._calls = _Shelf[Call]()
        self._shelves = (self._of_person, self._of_model, self._observed, self._failed, self._calls)
        self._generation = most * 3 // 8
        self._weight = 0
        self._most_open = most // 4
        self._open: deque[Utterance] = deque()
        self._open_weight = 0

    def utterance(self, value: str, *, human: bool) -> Utterance:
        if human:
            return self._remembered(self._of_person, value, self._of_a_person, _weight_of_utterance)
        return self._remembered(self._of_model, value, self._of_a_model, _weight_of_utterance)

    def scanned(self, row: Row) -> Scanned:
        if row.failed:
            return self._remembered(self._failed, row.value, self._scan_failed, _weight_of_scanned)
        return self._remembered(self._observed, row.value, self._scan, _weight_of_scanned)

    def call(self, value: str) -> Call:
        return self._remembered(self._calls, value, read_call, _weight_of_call)

    def likeness(self, now: Utterance, before: Utterance) -> float:
        """See `likeness`. The newer one remembers the few it was compared with last."""
        known = now.likenesses.get(before.number)
        if known is None:
            known = likeness(self.message(now), self.message(before))
            if len(now.likenesses) >= 2 * self._rules.limits.repetition_look_back:
                now.likenesses.clear()
            now.likenesses[before.number] = known
        return known

    def message(self, utterance: Utterance) -> Message:
        """Its message, made again if it was put away."""
        message = utterance.message
        if message is None:
            message = utterance.message = Message("", "", utterance.joined.split(" ") if utterance.joined else [])
            self._opened(utterance)
        return message

    def _of_a_person(self, value: str) -> Utterance:
        message = normalise(value, True, self._rules)
        message.flags = self._matcher.flags(message)
        message.tone = tones(message, self._rules)
        found = self._found(message) if message.flags else _NOTHING
        confirms = message.begins(self._rules.confirmation_prefixes, whole=self._rules.whole_prefixes)
        return self._new(Utterance(message, next(self._numbers), found, confirms=confirms))

    def _of_a_model(self, value: str) -> Utterance:
        message = normalise(value, False, self._rules)
        return self._new(Utterance(message, next(self._numbers), _NOTHING, confirms=False))

    def _found(self, message: Message) -> dict[str, Found]:
        found = {}
        for family in self._families:
            phrase = self._matcher.first(message.flags, family)
            if phrase:
                found[family] = Found(phrase.text, self._matcher.decided(message, phrase) or "exact")
        return found

    def _scan(self, value: str) -> Scanned:
        return self._scanner.scan(value, False)

    def _scan_failed(self, value: str) -> Scanned:
        return self._scanner.scan(value, True)

    def _new(self, utterance: Utterance) -> Utterance:
        if self._most_open:
            self._opened(utterance)
        return utterance

    def _opened(self, utterance: Utterance) -> None:
        """Messages that came later are compared with the last ones only: the message of an earlier one is put away."""
        self._open.append(utterance)
        self._open_weight += _weight_open(utterance)
        while self._open_weight > self._most_open and len(self._open) > 1:
            earliest = self._open.popleft()
            self._open_weight -= _weight_open(earliest)
            earliest.message = None

    def _remembered(self, shelf: _Shelf[T], value: str, read: Callable[[str], T], weight: Callable[[str, T], int]) -> T:
        if not self._generation:
            return read(value)
        key = value if len(value) <= _WHOLE else _digest(value)
        known = shelf.young.get(key)
        if known is None:
            known = shelf.old.pop(key, None)
            if known is None:
                known = read(value)
            self._keep(shelf, key, known, weight(value, known) + _ENTRY + getsizeof(key))
        return known

    def _keep(self, shelf: _Shelf[T], key: _Key, known: T, weight: int) -> None:
        if weight > self._generation:
            return
        if self._weight + weight > self._generation:
            self._weight = 0
            for each in self._shelves:
                each.young, each.old = {}, each.young
        self._weight += weight
        shelf.young[key] = known


def _digest(value: str) -> bytes:
    return blake2b(value.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _weight_of_utterance(value: str, utterance: Utterance) -> int:
    del value
    return _UTTERANCE + getsizeof(utterance.joined)


def _weight_of_scanned(value: str, scanned: Scanned) -> int:
    del value
    hits = (scanned.failure, scanned.exhaustion)
    return sum(getsizeof(hit.snippet) + getsizeof(hit.matched) for hit in hits if hit)


def _weight_of_call(value: str, call: Call) -> int:
    del call
    return _PARSED * getsizeof(value)


def _weight_open(utterance: Utterance) -> int:
    return _UTTERANCE + _OPEN * len(utterance.joined)
