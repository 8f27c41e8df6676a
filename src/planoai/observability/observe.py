"""What an exchange was, from the facts and the bytes that were shipped of it: the one way from a record to all that is said of it. Pure."""

from collections.abc import Iterable
from contextlib import suppress

from msgspec import Struct, structs

from planoai.apis import DIALECTS
from planoai.apis.dialect import STREAM_TYPES, Envelope, StreamReader
from planoai.conversation.event import Ended, Event, Finished, FinishReason, Started, UsageTold
from planoai.conversation.usage import Usage
from planoai.errors import UpstreamUnreadable
from planoai.observability.record import Attempt, Closed, Opened, Piece

_ENVELOPE = Envelope(seed="0" * 32, created=0, model="")


class Observation(Struct, frozen=True):
    """One exchange that has ended. `opened` has lost its body.

    `model`, `usage` and `finish` are what the upstream told, as far as its bytes were seen: "" and None where it did not. `usage` of an answer that
    broke off is what was told until then. `whole`: the bytes hold the end of the answer.
    """

    opened: Opened
    closed: Closed
    model: str = ""
    usage: Usage | None = None
    finish: FinishReason | None = None
    whole: bool = False

    @property
    def chosen(self) -> Attempt | None:
        """The attempt that answered, or the last that did not."""
        return self.closed.attempts[-1] if self.closed.attempts else None


class Observer:
    """Feed it the pieces of one exchange in order; `close` or `lose` says what they were. It keeps no text, and nothing makes it raise."""

    __slots__ = ("_attempt", "_finish", "_model", "_opened", "_reader", "_usage", "_whole")

    def __init__(self, opened: Opened) -> None:
        self._opened = opened if opened.body is None else structs.replace(opened, body=None)
        self._attempt: Attempt | None = None  # the one that brought the pieces
        self._reader: StreamReader | None = None
        self._model = ""
        self._usage: Usage | None = None
        self._finish: FinishReason | None = None
        self._whole = False

    def piece(self, piece: Piece) -> None:
        data = piece.data
        if data is None:  # what comes after a hole can not be read
            self._reader = None
        elif piece.attempt is not None:
            self._begin(piece.attempt, piece.content, data)
        elif self._reader is not None:
            self._note(self._reader.feed(data))

    def close(self, closed: Closed) -> Observation:
        if self._reader is not None:
            self._note(self._reader.close())
            self._reader = None
        return Observation(self._opened, closed, self._model, self._usage, self._finish, self._whole)

    def lose(self, at: float) -> Observation:
        """Whoever shipped it is gone. `at`: now, in seconds since the epoch."""
        attempts = () if self._attempt is None else (self._attempt,)
        lasted = max(0.0, at - self._opened.at)
        self._reader = None
        return self.close(Closed(self._opened.id, 0, "lost", 0, 0, 0.0, lasted, attempts))

    def _begin(self, attempt: Attempt, content: bytes, data: bytes) -> None:
        """A stream comes in many pieces, a whole answer in one."""
        self._attempt = attempt
        dialect = DIALECTS.get(attempt.dialect)
        if dialect is None or not 200 <= attempt.status < 300:
            return
        if content.lower().startswith(STREAM_TYPES):
            self._reader = dialect.upstream.stream_reader(_ENVELOPE)
            self._note(self._reader.feed(data))
            return
        with suppress(UpstreamUnreadable):  # then nothing is known of it
            self._note(dialect.upstream.read_answer(data, _ENVELOPE))

    def _note(self, events: Iterable[Event]) -> None:
        for event in events:
            match event:
                case UsageTold():
                    self._usage = event.usage
                case Started():
                    self._model = event.model or self._model
                case Finished():
                    self._finish = event.reason
                case Ended():
                    self._whole = True
                case _:
                    pass  # what was said


def observe(opened: Opened, pieces: Iterable[Piece], closed: Closed) -> Observation:
    """A record that is there as a whole."""
    observer = Observer(opened)
    for piece in pieces:
        observer.piece(piece)
    return observer.close(closed)
