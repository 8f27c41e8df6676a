"""What somebody said, made ready to be compared: cut, folded, lowered, in tokens."""

from operator import methodcaller
from struct import unpack

from msgspec import Struct

from planoai.signals.letters import FOLD, PUNCTUATION, WHITE, split
from planoai.signals.options import Rules
from planoai.signals.signal import Json

_strip = methodcaller("strip", PUNCTUATION)


class Tone(Struct, frozen=True):
    """One way in which a message is typed, as the signal of it will say."""

    snippet: str
    metadata: dict[str, Json]


class Message:
    """One message. What is dear to make is made when it is first asked for.

    raw, lowered: the text after it was cut, and that in small letters, its punctuation as it was typed.
    tokens, joined: its words without the punctuation around them, and these with one space between them.
    positive: a person's message that begins with a word of agreement or thanks.
    flags, tone: the phrases that a person's message resembles (see `matching`), and how it is typed.
    """

    __slots__ = ("_content", "_trigrams", "flags", "joined", "lowered", "positive", "raw", "tokens", "tone")

    def __init__(self, raw: str, lowered: str, tokens: list[str]) -> None:
        self.raw = raw
        self.lowered = lowered
        self.tokens = tokens
        self.joined = " ".join(tokens)
        self.positive = False
        self.flags = 0
        self.tone: tuple[Tone, ...] = ()
        self._trigrams: frozenset[int] | None = None
        self._content: frozenset[str] | None = None

    @property
    def trigrams(self) -> frozenset[int]:
        """Every three characters in a row of `joined`, each as a number."""
        if self._trigrams is None:
            self._trigrams = trigrams_of(self.joined)
        return self._trigrams

    def content(self, stop_words: frozenset[str]) -> frozenset[str]:
        """The different tokens that are no stop words."""
        if self._content is None:
            self._content = frozenset(self.tokens) - stop_words
        return self._content

    def begins(self, prefixes: tuple[str, ...], *, whole: bool) -> bool:
        """Whether it begins with one of them; with `whole`, where a word ends."""
        text = self.lowered.lstrip(WHITE)
        if not text.startswith(prefixes):
            return False
        return not whole or any(text.startswith(prefix) and _ends(text, len(prefix)) for prefix in prefixes)


def normalise(value: str, human: bool, rules: Rules) -> Message:
    """The message of a row, its flags and tone still empty."""
    raw = _cut(value, rules.limits.max_message_length)
    lowered = raw.lower()
    folded = lowered if raw.isascii() else raw.translate(FOLD).lower()
    message = Message(raw, lowered, tokens_of(folded))
    message.positive = human and message.begins(rules.positive_prefixes, whole=rules.whole_prefixes)
    return message


def tokens_of(text: str) -> list[str]:
    return list(filter(None, map(_strip, split(text))))


def trigrams_of(text: str) -> frozenset[int]:
    """Every three characters in a row, as the number that their UTF-8 is, its first byte the lowest.

    A number is made, hashed and compared in less time than a string. The bytes of ASCII text are laid out three in four, so that one call reads them all.
    """
    count = len(text) - 2
    if count < 1:
        return frozenset()
    if not text.isascii():
        return frozenset(map(_number, {text[at : at + 3] for at in range(count)}))
    characters = text.encode()
    laid_out = bytearray(4 * count)
    laid_out[0::4] = characters[:-2]
    laid_out[1::4] = characters[1:-1]
    laid_out[2::4] = characters[2:]
    return frozenset(unpack(f"<{count}I", laid_out))


def _number(trigram: str) -> int:
    return int.from_bytes(trigram.encode("utf-8", "surrogatepass"), "little")


def _cut(value: str, most: int) -> str:
    """Of a long text the first fifth and the end, with a space between them."""
    if len(value) <= most:
        return value
    head = most // 5
    return value[:head] + " " + value[head + 1 - most :]


def _ends(text: str, at: int) -> bool:
    return at == len(text) or not (text[at].isalnum() or text[at] in "_'")
