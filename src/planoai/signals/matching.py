"""Which phrases a message has, or has nearly: word by word, by its trigrams, or by its words in any order."""

import math
from collections import Counter
from typing import Literal

from msgspec import Struct

from planoai.signals.letters import FOLD, split
from planoai.signals.message import Message, tokens_of, trigrams_of
from planoai.signals.options import Rules
from planoai.signals.single import f32
from planoai.signals.strictly import agrees

Layer = Literal["exact", "trigrams", "words"]


class Phrase(Struct, frozen=True):
    """A phrase and its forms: `tokens` are looked for word by word; `trigrams` and `words` are of its text without any punctuation."""

    text: str
    family: str
    tokens: tuple[str, ...]
    trigrams: frozenset[str]
    words: tuple[str, ...]


def phrase_of(text: str, family: str) -> Phrase:
    lowered = " ".join(split(text.lower().translate(FOLD)))
    words = split("".join(each for each in lowered if each.isalnum() or each in "_ "))
    return Phrase(text, family, tuple(tokens_of(lowered)), trigrams_of(" ".join(words)), tuple(words))


class Matcher:
    """All phrases of all families. What matches is one number, a set of flags: a bit for each phrase."""

    def __init__(self, rules: Rules) -> None:
        self.phrases = tuple(phrase_of(text, family) for family, texts in rules.phrases.items() for text in texts)
        self._rules = rules
        self._masks = dict.fromkeys(rules.phrases, 0)
        for place, phrase in enumerate(self.phrases):
            self._masks[phrase.family] |= 1 << place

    def flags(self, message: Message) -> int:
        """The phrases that the message matches."""
        found = 0
        for place, phrase in enumerate(self.phrases):
            layer = self.decided(message, phrase)
            if layer is not None and (not self._rules.wary or self._agrees(message, phrase, layer)):
                found |= 1 << place
        return found

    def first(self, flags: int, family: str) -> Phrase | None:
        """The first phrase of the family that is among them: families are tried in the order of their lists."""
        found = flags & self._masks[family]
        return self.phrases[(found & -found).bit_length() - 1] if found else None

    def decided(self, message: Message, phrase: Phrase) -> Layer | None:
        """The first layer by which they match."""
        if _holds(message.tokens, phrase.tokens):
            return "exact"
        if self._trigrams_hold(message, phrase):
            return "trigrams"
        if self._words_hold(message, phrase):
            return "words"
        return None

    def _agrees(self, message: Message, phrase: Phrase, layer: Layer) -> bool:
        if layer == "exact":
            return True
        return agrees(message.tokens, phrase.tokens) and (layer == "trigrams" or self._same_words(message, phrase))

    def _same_words(self, message: Message, phrase: Phrase) -> bool:
        """A resemblance by words counts between texts of about one length, and only if no word that says something is missing."""
        if len(phrase.words) < 4 or len(message.tokens) > 2 * len(phrase.words):
            return False
        return (set(phrase.words) - self._rules.stop_words).issubset(message.tokens)

    def _trigrams_hold(self, message: Message, phrase: Phrase) -> bool:
        common = len(message.trigrams & phrase.trigrams)
        if not common:
            return False
        all_of_them = len(message.trigrams) + len(phrase.trigrams) - common
        return f32(common / all_of_them) >= self._rules.limits.char_ngram_threshold

    def _words_hold(self, message: Message, phrase: Phrase) -> bool:
        counts = Counter(message.tokens)
        dot = sum(counts[word] for word in phrase.words)
        if not dot:
            return False
        # The order of the roots and of the one division decides the last bit.
        lengths = math.sqrt(sum(n * n for n in counts.values())) * math.sqrt(_squares(phrase.words))
        return f32(dot / lengths) >= self._rules.limits.token_cosine_threshold


def _squares(words: tuple[str, ...]) -> int:
    return sum(n * n for n in Counter(words).values())


def _holds(tokens: list[str], wanted: tuple[str, ...]) -> bool:
    """Whether `wanted` stands in `tokens`, one after another."""
    n = len(wanted)
    return n > 0 and any(tuple(tokens[at : at + n]) == wanted for at in range(len(tokens) - n + 1))
