"""How much two messages have in common, by the trigrams of their words."""

from planoai.signals.message import Message
from planoai.signals.resembling import jaccard
from planoai.signals.single import f32


def likeness(a: Message, b: Message, least: float) -> float:
    """The Jaccard similarity of their trigrams, in single precision; 0.0 where neither has any, or where their sizes show that it is under `least`.

    A text has at least two trigrams fewer than characters, so those of the shorter one are often not needed.
    """
    if a.joined == b.joined:
        return 1.0 if a.trigrams else 0.0
    shorter, longer = sorted((a, b), key=_length)
    most = len(shorter.joined) - 2
    if most < 1 or f32(most / len(longer.trigrams)) < least:
        return 0.0
    fewer, more = sorted((len(shorter.trigrams), len(longer.trigrams)))
    if f32(fewer / more) < least:
        return 0.0
    return jaccard(len(shorter.trigrams & longer.trigrams), fewer + more)


def _length(message: Message) -> int:
    return len(message.joined)
