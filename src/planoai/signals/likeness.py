"""How much two messages have in common, by the trigrams of their words."""

from planoai.signals.message import Message
from planoai.signals.single import f32


def likeness(a: Message, b: Message) -> float:
    """The Jaccard similarity of their trigrams, in single precision; 0.0 where neither has any."""
    common = len(a.trigrams & b.trigrams)
    all_of_them = len(a.trigrams) + len(b.trigrams) - common
    return f32(common / all_of_them) if all_of_them else 0.0
