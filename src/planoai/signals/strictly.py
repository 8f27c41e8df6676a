"""Whether a message that resembles a phrase means the same: what the strict profile asks besides letters and words."""

from collections.abc import Sequence

_NEGATORS = frozenset(
    [
        "not",
        "no",
        "never",
        "cannot",
        "dont",
        "doesnt",
        "isnt",
        "arent",
        "cant",
        "couldnt",
        "wont",
        "wouldnt",
        "didnt",
        "wasnt",
        "havent",
        "hasnt",
    ]
)
_LEAST = 3


def agrees(message: Sequence[str], phrase: Sequence[str]) -> bool:
    """The message has words enough, and both deny something or neither does."""
    return len(message) >= _LEAST and _negative(message) == _negative(phrase)


def _negative(tokens: Sequence[str]) -> bool:
    return any(token in _NEGATORS or token.endswith("n't") for token in tokens)
