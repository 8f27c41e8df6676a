"""Whether a message that resembles a phrase means the same: what the strict profile asks besides letters and words."""

from collections.abc import Sequence

from planoai.signals.resembling import Layer, Phrase

_VERBS = ("do", "does", "is", "are", "ca", "could", "wo", "would", "did", "was", "have", "has")
_NEGATORS = frozenset(["not", "no", "never", "cannot", *(f"{verb}nt" for verb in _VERBS)])
_LEAST_TOKENS = 3
_LEAST_WORDS = 4  # of a phrase that is resembled by its words in any order


def stays(tokens: Sequence[str], phrase: Phrase, layer: Layer, stop_words: frozenset[str]) -> bool:
    """Whether the message of these tokens, which matches the phrase by `layer`, also means it."""
    if layer == "exact":
        return True
    if len(tokens) < _LEAST_TOKENS or _negative(tokens) != _negative(phrase.tokens):
        return False
    return layer == "trigrams" or _as_long(tokens, phrase, stop_words)


def _negative(tokens: Sequence[str]) -> bool:
    return any(token in _NEGATORS or token.endswith("n't") for token in tokens)


def _as_long(tokens: Sequence[str], phrase: Phrase, stop_words: frozenset[str]) -> bool:
    """A resemblance by words counts between texts of about one length, and only if no word that says something is missing."""
    if len(phrase.words) < _LEAST_WORDS or len(tokens) > 2 * len(phrase.words):
        return False
    return (frozenset(phrase.words) - stop_words).issubset(tokens)
