"""How much two messages have in common, by the trigrams of their words."""

from itertools import islice

from planoai.signals.message import Message
from planoai.signals.resembling import jaccard
from planoai.signals.single import SLACK

_SAMPLE = 4  # of so many trigrams one is looked for first


def likeness(a: Message, b: Message, least: float) -> float:
    """The Jaccard similarity of their trigrams, in single precision; 0.0 where neither has any, or where it is seen early that it is under `least`.

    A text has at least two trigrams fewer than characters, so those of the shorter one are often not needed. Of texts that have little in common,
    a few trigrams show that too many are not in the other.
    """
    if a.joined == b.joined:
        return 1.0 if a.trigrams else 0.0
    shorter, longer = (a, b) if len(a.joined) <= len(b.joined) else (b, a)
    most = len(shorter.joined) - 2
    if most < 1 or most < least * SLACK * len(longer.trigrams):
        return 0.0
    one, other = shorter.trigrams, longer.trigrams
    if len(one) > len(other):
        one, other = other, one
    both = len(one) + len(other)
    some = len(one) // _SAMPLE
    missing = some - sum(map(other.__contains__, islice(one, some)))
    if missing and jaccard(len(one) - missing, both) < least:
        return 0.0
    return jaccard(len(one & other), both)
