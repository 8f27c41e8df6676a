"""What somebody said, made ready to be compared: cut, folded, lowered, in tokens."""

import re
from struct import unpack

from msgspec import Struct

from planoai.signals.letters import FOLD, PUNCTUATION, WHITE, split
from planoai.signals.options import Rules
from planoai.signals.signal import Json

_WIDE = re.compile("[\U00010000-\U0010ffff]")


class Tone(Struct, frozen=True):
    """One way in which a message is typed, as the signal of it will say."""

    snippet: str
    metadata: dict[str, Json]


class Message:
    """One message. What is dear to make is made when it is first asked for.

    raw, lowered: the text after it was cut, and that in small letters, its punctuation as it was typed.
    tokens, joined: its words without the punctuation around them, and these with one space between them.
    positive: a person's message that begins with a word of agreement or thanks.
    tone: how a person's message is typed.
    """

    __slots__ = ("_content", "_trigrams", "joined", "lowered", "positive", "raw", "tokens", "tone")

    def __init__(self, raw: str, lowered: str, tokens: list[str]) -> None:
        self.raw = raw
        self.lowered = lowered
        self.tokens = tokens
        self.joined = " ".join(tokens)
        self.positive = False
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
    """The message of a row, its tone still empty."""
    raw = _cut(value, rules.limits.max_message_length)
    lowered = raw.lower()
    message = Message(raw, lowered, tokens_of(lowered if raw.isascii() else _folded(raw).lower()))
    message.positive = human and message.begins(rules.positive_prefixes, whole=rules.whole_prefixes)
    return message


def tokens_of(text: str) -> list[str]:
    """Most pieces are letters alone: that is seen in less time than that there is nothing to strip."""
    return [token for each in split(text) if (token := each if each.isalpha() else each.strip(PUNCTUATION))]


def trigrams_of(text: str) -> frozenset[int]:
    """Every three characters in a row, each three as one number: that is made, hashed and compared in less time than a string.

    Its lowest three bytes are the low bytes of the characters, and after a free one come their high bytes. The whole text is laid out so, and read by one
    call; that the high bytes of ASCII are nothing makes its numbers the same in four bytes as in eight.
    """
    count = len(text) - 2
    if count < 1:
        return frozenset()
    if text.isascii():
        return frozenset(unpack(f"<{count}I", _laid_out(text.encode(), 4)))
    if _WIDE.search(text):
        return _between_wide(text)
    units = text.encode("utf-16-le", "surrogatepass")
    laid_out = _laid_out(units[0::2], 8)
    _lay(units[1::2], laid_out, 4, 8)
    return frozenset(unpack(f"<{count}Q", laid_out))


def _between_wide(text: str) -> frozenset[int]:
    """Of a text with characters of more than two bytes: three with one among them are a number of more than eight."""
    starts = {at for wide in _WIDE.finditer(text) for at in range(max(wide.start() - 2, 0), wide.start() + 1)}
    numbers = {_number(text[at : at + 3]) for at in starts if at + 3 <= len(text)}
    return frozenset(numbers.union(*map(trigrams_of, _WIDE.split(text))))


def _laid_out(characters: bytes, width: int) -> bytearray:
    laid_out = bytearray(width * (len(characters) - 2))
    _lay(characters, laid_out, 0, width)
    return laid_out


def _lay(characters: bytes, laid_out: bytearray, first: int, width: int) -> None:
    laid_out[first::width] = characters[:-2]
    laid_out[first + 1 :: width] = characters[1:-1]
    laid_out[first + 2 :: width] = characters[2:]


def _number(trigram: str) -> int:
    return int.from_bytes(trigram.encode("utf-32-le", "surrogatepass"), "little") << 64


def _folded(text: str) -> str:
    for code, plain in FOLD.items():
        text = text.replace(chr(code), plain)
    return text


def _cut(value: str, most: int) -> str:
    """Of a long text the first fifth and the end, with a space between them."""
    if len(value) <= most:
        return value
    head = most // 5
    return value[:head] + " " + value[head + 1 - most :]


def _ends(text: str, at: int) -> bool:
    return at == len(text) or not (text[at].isalnum() or text[at] in "_'")
