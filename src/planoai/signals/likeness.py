"""How much two messages have in common, by the trigrams of their words."""

from itertools import islice

from planoai.signals.message import Message
from planoai.signals.resembling import jaccard
from planoai.signals.single import f32

_SAMPLE = 4  # of so many trigrams one is looked for first


def likeness(a: Message, b: Message, least: float) -> float:
    """The Jaccard similarity of their trigrams, in single precision; 0.0 where neither has any, or where it is seen early that it is under `least`.

    A text has at least two trigrams fewer than characters, so those of the shorter one are often not needed. Of texts that have little in common,
    a few trigrams show that too many are not in the other.
    """
    if a.joined == b.joined:
        return 1.0 if a.trigrams else 0.0
    shorter, longer = sorted((a, b), key=_length)
    most = len(shorter.joined) - 2
    if most < 1 or f32(most / len(longer.trigrams)) < least:
        return 0.0
    one, other = sorted((a.trigrams, b.trigrams), key=len)
    both = len(one) + len(other)
    some = frozenset(islice(one, len(one) // _SAMPLE))
    if jaccard(len(one) - len(some - other), both) < least:
        return 0.0
    return jaccard(len(one & other), both)


def _length(message: Message) -> int:
    return len(message.joined)
