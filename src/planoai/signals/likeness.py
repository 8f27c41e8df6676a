"""How much two messages have in common, by the trigrams of their words."""

from planoai.signals.message import Message
from planoai.signals.resembling import jaccard


def likeness(a: Message, b: Message) -> float:
    """The Jaccard similarity of their trigrams, in single precision; 0.0 where neither has any."""
    if a.joined == b.joined:
        return 1.0 if a.trigrams else 0.0
    return jaccard(len(a.trigrams & b.trigrams), len(a.trigrams) + len(b.trigrams))
