"""Which phrases a message has, or has nearly: all of them in one sum for each layer.

A number of many bytes has a byte for each phrase, the first phrase in the lowest. Every trigram has such a number, with 1 in the bytes of the phrases
that have it; the sum of those of a message's trigrams says of each phrase how many they have in common. Each byte starts so high that its highest bit
is set exactly if there are enough. Words are counted likewise.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from itertools import accumulate
from operator import ge, mul, or_
from typing import TypeVar

from planoai.signals.message import Message, trigrams_of
from planoai.signals.options import Rules
from planoai.signals.resembling import LAYERS, Layer, Phrase, decided, least_common, least_dot, phrase_of
from planoai.signals.single import SLACK, f32
from planoai.signals.strictly import stays

_HIGHEST = 128  # of a byte: what it has from here on is a match
_MOST_WORDS = 7
_MOST_TRIGRAMS = 100

_Part = TypeVar("_Part", int, str)
Placed = tuple[int, Phrase]


class Matcher:
    """All phrases of all families. What matches is one number, a set of flags: the highest bit of a byte for each phrase."""

    def __init__(self, rules: Rules) -> None:
        self.phrases = tuple(phrase_of(text, family) for family, texts in rules.phrases.items() for text in texts)
        self._rules = rules
        placed = [(place, phrase) for place, phrase in enumerate(self.phrases) if _fits(phrase)]
        self._apart = [(place, phrase) for place, phrase in enumerate(self.phrases) if not _fits(phrase)]
        self._exact = _Exact(placed, rules.stop_words)
        self._trigrams = _Trigrams(placed, rules.limits.char_ngram_threshold)
        self._words = _Words(placed, rules.limits.token_cosine_threshold)
        self._masks = dict.fromkeys(rules.phrases, 0)
        for place, phrase in enumerate(self.phrases):
            self._masks[phrase.family] |= _flag(place)

    def flags(self, message: Message) -> int:
        """The phrases that the message matches."""
        return reduce(or_, self._layers(message))

    def first(self, message: Message) -> Iterator[tuple[Phrase, Layer]]:
        """Of each family that it has a phrase of the first one, and the first layer by which they match."""
        exact, trigrams, words = self._layers(message)
        left = exact | trigrams | words
        while left:
            lowest = left & -left
            phrase = self.phrases[_place(lowest)]
            yield phrase, "exact" if lowest & exact else "trigrams" if lowest & trigrams else "words"
            left &= ~self._masks[phrase.family]

    def decided(self, message: Message, phrase: Phrase) -> Layer | None:
        """The first layer by which they match, found without the others."""
        return decided(message, phrase, self._rules.limits)

    def _layers(self, message: Message) -> list[int]:
        """What it matches by each layer, in the order of LAYERS."""
        if not message.tokens:
            return [0, 0, 0]
        distinct = frozenset(message.tokens)
        found = [
            self._exact.flags(message.joined, distinct),
            self._trigrams.flags(message),
            self._words.flags(message.tokens, distinct),
        ]
        for place, phrase in self._apart:
            layer = self.decided(message, phrase)
            if layer:
                found[LAYERS.index(layer)] |= _flag(place)
        return self._meant(message, found) if self._rules.wary and any(found) else found

    def _meant(self, message: Message, found: Sequence[int]) -> list[int]:
        """Those of the phrases found that stay in the strict profile, each by its first layer."""
        kept, seen = [0, 0, 0], 0
        for number, layer in enumerate(LAYERS):
            for place in _places(found[number] & ~seen):
                if stays(message.tokens, self.phrases[place], layer, self._rules.stop_words):
                    kept[number] |= _flag(place)
            seen |= found[number]
        return kept


class _Exact:
    """Phrases word by word. Only those are looked for whose rarest word is there, and then all others."""

    def __init__(self, phrases: Sequence[Placed], stop_words: frozenset[str]) -> None:
        uses = Counter(token for _, phrase in phrases for token in phrase.tokens)
        self._by_rarest: dict[str, list[tuple[frozenset[str], str, int]]] = {}
        for place, phrase in phrases:
            rarest = min(phrase.tokens, key=lambda token: (token in stop_words, uses[token]))
            self._by_rarest.setdefault(rarest, []).append(
                (frozenset(phrase.tokens), f" {' '.join(phrase.tokens)} ", _flag(place))
            )
        self._rarest = frozenset(self._by_rarest)

    def flags(self, joined: str, distinct: frozenset[str]) -> int:
        found = 0
        padded = f" {joined} "
        for word in self._rarest & distinct:
            for tokens, phrase, flag in self._by_rarest[word]:
                if tokens <= distinct and phrase in padded:
                    found |= flag
        return found


class _Trigrams:
    """Phrases by their trigrams: the Jaccard similarity with a set of `n` is reached at a number in common that `n` decides."""

    def __init__(self, phrases: Sequence[Placed], threshold: float) -> None:
        self._sizes = [(place, len(phrase.trigrams)) for place, phrase in phrases]
        self._ones = _ones((place, phrase.trigrams) for place, phrase in phrases)
        self._known = frozenset(self._ones)
        self._high = sum(_flag(place) for place, _ in phrases)
        self._threshold = threshold
        self._least_share = threshold * SLACK
        self._most = _most(max(size for _, size in self._sizes), threshold)
        self._starts: dict[int, int] = {}

    def flags(self, message: Message) -> int:
        trigrams = self._few(message)
        if not trigrams:
            return 0
        known = self._known & trigrams
        if len(known) < self._least_share * len(trigrams):
            return 0
        return sum(map(self._ones.__getitem__, known), self._start(len(trigrams))) & self._high

    def _few(self, message: Message) -> frozenset[int]:
        """The trigrams of the message; none if they are more than any phrase can resemble. Of a long text the start mostly shows that."""
        head = self._most + 16
        if len(message.joined) > head and len(trigrams_of(message.joined[:head])) > self._most:
            return frozenset()
        return message.trigrams if len(message.trigrams) <= self._most else frozenset()

    def _start(self, count: int) -> int:
        start = self._starts.get(count)
        if start is None:
            start = self._starts[count] = sum(
                _start(least_common(count + size, self._threshold)) << 8 * place for place, size in self._sizes
            )
        return start


class _Words:
    """Phrases by their words in any order: the cosine with a message is reached at a dot product that the phrase's length decides.

    A phrase has no word twice, so its `n` words have at most the sum of the `n` best counts for a dot product.
    """

    def __init__(self, phrases: Sequence[Placed], threshold: float) -> None:
        self._phrases = phrases
        self._ones = _ones((place, phrase.words) for place, phrase in phrases)
        self._known = frozenset(self._ones)
        self._high = sum(_flag(place) for place, _ in phrases)
        self._threshold = threshold
        self._by_length: dict[int, int] = {}
        for place, phrase in phrases:
            length = len(phrase.words)
            self._by_length[length] = self._by_length.get(length, 0) + (1 << 8 * place)
        # Of the squares of all counts, those of a phrase's words have at least this share.
        self._least_share = threshold * threshold * SLACK
        self._most = int(_MOST_WORDS / self._least_share)
        self._fewest: dict[int, int] = {}
        self._least = lru_cache(4096)(self._made_least)
        self._start = lru_cache(4096)(self._made_start)

    def flags(self, tokens: list[str], distinct: frozenset[str]) -> int:
        known = self._known & distinct
        if len(tokens) == len(distinct):
            if len(tokens) > self._most or len(known) < self._fewest_of(len(tokens)):
                return 0
            return sum(map(self._ones.__getitem__, known), self._start(len(tokens))) & self._high
        if not known:
            return 0
        counts = Counter(tokens)
        squares = sum(map(mul, counts.values(), counts.values()))
        return self._counted({word: counts[word] for word in known}, squares)

    def _counted(self, counts: Mapping[str, int], squares: int) -> int:
        """Of how often each known word occurs, and the sum of the squares of how often any does."""
        best = sorted(counts.values(), reverse=True)[:_MOST_WORDS]
        if sum(map(mul, best, best)) < self._least_share * squares:
            return 0
        if not any(map(ge, accumulate(best), self._least(squares))):  # more words take more, and no more is there
            return 0
        if sum(best) >= _HIGHEST:
            return self._one_by_one(counts, squares)
        common: Iterator[int] = map(mul, map(self._ones.__getitem__, counts), counts.values())
        return sum(common, self._start(squares)) & self._high

    def _one_by_one(self, counts: Mapping[str, int], squares: int) -> int:
        """Where counts do not fit into bytes."""
        found = 0
        for place, phrase in self._phrases:
            dot = sum(counts.get(word, 0) for word in phrase.words)
            if dot >= self._least(squares)[len(phrase.words) - 1]:
                found |= _flag(place)
        return found

    def _made_least(self, squares: int) -> tuple[int, ...]:
        """The least dot product for phrases of one word, of two, and so on."""
        return tuple(least_dot(squares, length, self._threshold) for length in range(1, _MOST_WORDS + 1))

    def _made_start(self, squares: int) -> int:
        least = self._least(squares)
        return sum(ones * _start(least[length - 1]) for length, ones in self._by_length.items())

    def _fewest_of(self, count: int) -> int:
        """How many of `count` different tokens have to be known for any phrase to match."""
        fewest = self._fewest.get(count)
        if fewest is None:
            least = self._least(count)
            possible = [dot for length in self._by_length if (dot := least[length - 1]) <= min(length, count)]
            fewest = self._fewest[count] = min(possible, default=count + 1)
        return fewest


def _fits(phrase: Phrase) -> bool:
    """Whether what it has in common with a message, and what it needs, fits into a byte. What does not is compared by itself."""
    return (
        bool(phrase.tokens)
        and 0 < len(phrase.words) == len(set(phrase.words)) <= _MOST_WORDS
        and len(phrase.trigrams) <= _MOST_TRIGRAMS
    )


def _ones(phrases: Iterable[tuple[int, Iterable[_Part]]]) -> dict[_Part, int]:
    """For each part of phrases 1 in the byte of every phrase that has it."""
    ones: dict[_Part, int] = {}
    for place, parts in phrases:
        for part in parts:
            ones[part] = ones.get(part, 0) + (1 << 8 * place)
    return ones


def _start(least: int) -> int:
    """Where a byte starts, so that `least` more reach the highest bit. More than any byte counts never do."""
    return max(_HIGHEST - least, 0)


def _flag(place: int) -> int:
    return _HIGHEST << 8 * place


def _place(flag: int) -> int:
    return flag.bit_length() - 1 >> 3


def _places(flags: int) -> Iterator[int]:
    while flags:
        yield _place(flags & -flags)
        flags &= flags - 1


def _most(size: int, threshold: float) -> int:
    """How many trigrams a message can have that resembles a phrase of `size` of them."""
    most = int(size / threshold) + 1
    while f32(size / most) < threshold:
        most -= 1
    return most
