"""Whether one message resembles one phrase. `matching` asks it of all phrases at once; here is what is asked."""

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, get_args

from msgspec import Struct

from planoai.signals.letters import FOLD, split
from planoai.signals.message import Message, tokens_of, trigrams_of
from planoai.signals.options import Limits
from planoai.signals.single import f32

Layer = Literal["exact", "trigrams", "words"]
LAYERS: tuple[Layer, ...] = get_args(Layer)


class Phrase(Struct, frozen=True):
    """A phrase and its forms: `tokens` are looked for word by word; `trigrams` and `words` are of its text without any punctuation."""

    text: str
    family: str
    tokens: tuple[str, ...]
    trigrams: frozenset[int]
    words: tuple[str, ...]


def phrase_of(text: str, family: str) -> Phrase:
    lowered = " ".join(split(text.lower().translate(FOLD)))
    words = split("".join(each for each in lowered if each.isalnum() or each in "_ "))
    return Phrase(text, family, tuple(tokens_of(lowered)), trigrams_of(" ".join(words)), tuple(words))


def decided(message: Message, phrase: Phrase, limits: Limits) -> Layer | None:
    """The first layer by which they match: word by word, by their trigrams, or by their words in any order."""
    if phrase.tokens and f" {' '.join(phrase.tokens)} " in f" {message.joined} ":
        return "exact"
    if _share(message, phrase) >= limits.char_ngram_threshold:
        return "trigrams"
    if _cosine(message.tokens, phrase.words) >= limits.token_cosine_threshold:
        return "words"
    return None


def jaccard(common: int, both: int) -> float:
    """Of two sets that have so many in common, and so many when one counts after the other."""
    return f32(common / (both - common)) if both else 0.0


def cosine(dot: int, squares: int, others: int) -> float:
    """The order of the roots and of the one division decides the last bit."""
    return f32(dot / (math.sqrt(squares) * math.sqrt(others)))


@lru_cache(maxsize=4096)
def least_common(both: int, threshold: float) -> int:
    """How many two sets have to have in common for their similarity to reach the threshold."""
    least = max(int(both * threshold / (1 + threshold)) - 1, 1)
    while jaccard(least, both) < threshold:
        least += 1
    return least


def least_dot(squares: int, others: int, threshold: float) -> int:
    """How great the dot product has to be for the cosine to reach the threshold."""
    roots = math.sqrt(squares) * math.sqrt(others)
    least = max(int(threshold * roots * (1 - 1e-6)) - 1, 1)
    while f32(least / roots) < threshold:
        least += 1
    return least


def squares_of(words: Sequence[str]) -> int:
    return sum(n * n for n in Counter(words).values())


def _share(message: Message, phrase: Phrase) -> float:
    return jaccard(len(message.trigrams & phrase.trigrams), len(message.trigrams) + len(phrase.trigrams))


def _cosine(tokens: Sequence[str], words: Sequence[str]) -> float:
    counts = Counter(tokens)
    dot = sum(counts[word] for word in words)
    return cosine(dot, squares_of(tokens), squares_of(words)) if dot else 0.0
