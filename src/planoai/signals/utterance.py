"""What is known of a message, whoever says it again, and wherever: it follows from its text alone."""

from collections import deque
from collections.abc import Mapping
from sys import getsizeof

from msgspec import Struct

from planoai.signals.message import Message, Tone
from planoai.signals.signal import Decided

_ITSELF = 1100  # bytes of an utterance besides its text
_SIGN = 400  # bytes of a phrase that was found, or a tone
_CHARACTER = 60  # bytes a character of a message that still has its tokens and sets


class Found(Struct, frozen=True):
    """The first phrase of a family that a message has, and by which layer."""

    phrase: str
    decided: Decided


class Utterance:
    """A message after it was read.

    message: the message itself, until it is put away; see `Desk`.
    joined, size, tone, positive: as in Message; `size` is the number of tokens.
    confirms: a person's message that begins with a word of agreement.
    found: by family; only a person's.
    number: no two utterances of one analyzer have the same.
    likenesses, rephrases: what came out when it was compared with older ones, by their numbers.
    """

    __slots__ = (
        "confirms",
        "found",
        "joined",
        "likenesses",
        "message",
        "number",
        "positive",
        "rephrases",
        "size",
        "tone",
    )

    def __init__(self, message: Message, number: int, found: Mapping[str, Found], *, confirms: bool) -> None:
        self.message: Message | None = message
        self.joined = message.joined
        self.size = len(message.tokens)
        self.tone: tuple[Tone, ...] = message.tone
        self.positive = message.positive
        self.confirms = confirms
        self.found = found
        self.number = number
        self.likenesses: dict[int, float] = {}
        self.rephrases: tuple[int, bool] | None = None


def size(text: str, utterance: Utterance) -> int:
    """Its bytes, without the message."""
    del text
    return _ITSELF + getsizeof(utterance.joined) + _SIGN * (len(utterance.found) + len(utterance.tone))


class Desk:
    """The messages that are at hand: new ones are compared with the last ones only, so the earliest is put away when there is no room.

    most: the bytes they may take; with 0 none is ever put away.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
        self._open: deque[Utterance] = deque()

    def message(self, utterance: Utterance) -> Message:
        """Its message, made again if it was put away."""
        message = utterance.message
        if message is None:
            message = utterance.message = Message("", "", utterance.joined.split(" ") if utterance.joined else [])
            self.lay(utterance)
        return message

    def lay(self, utterance: Utterance) -> Utterance:
        """One whose message is there, and that does not lie here yet."""
        if not self._most:
            return utterance
        self._open.append(utterance)
        self._taken += _open(utterance)
        while self._taken > self._most:
            earliest = self._open.popleft()
            self._taken -= _open(earliest)
            earliest.message = None
        return utterance


def _open(utterance: Utterance) -> int:
    return _ITSELF + _CHARACTER * len(utterance.joined)
