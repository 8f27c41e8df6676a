"""What an exchange was, from the facts and the bytes that were shipped of it: the one way from a record to all that is said of it. Pure."""

from collections.abc import Iterable
from contextlib import suppress

from msgspec import structs

from planoai.apis import DIALECTS
from planoai.apis.dialect import STREAM_TYPES, Envelope, StreamReader
from planoai.apis.openai_chat.beside import read_beside
from planoai.conversation.event import Ended, Event, Finished, FinishReason, Started, UsageTold
from planoai.conversation.usage import Usage
from planoai.errors import UpstreamUnreadable
from planoai.observability.answered import Gathering
from planoai.observability.asked import is_crowded, look
from planoai.observability.lens import Lens
from planoai.observability.observation import Observation
from planoai.observability.record import Attempt, Closed, Opened, Piece
from planoai.pricing.price import Cost

_ENVELOPE = Envelope(seed="0" * 32, created=0, model="")
_MOST_TOKENS = 1_000_000_000  # of one answer, that are believed


class Observer:
    """Feed it the pieces of one exchange in order; `close` or `lose` says what they were. It keeps no more than is told, and nothing makes it raise."""

    __slots__ = (
        "_answer",
        "_asked",
        "_attempt",
        "_finish",
        "_lens",
        "_model",
        "_opened",
        "_reader",
        "_response",
        "_signals",
        "_usage",
        "_whole",
    )

    def __init__(self, opened: Opened, lens: Lens) -> None:
        self._lens = lens
        self._asked, self._signals = look(opened, lens)  # at once: the body may be large, and the answer may take long
        self._opened = opened if opened.body is None else structs.replace(opened, body=None)
        self._answer: Gathering | None = None
        self._response = ""
        self._attempt: Attempt | None = None  # the one that brought the pieces
        self._reader: StreamReader | None = None
        self._model = ""
        self._usage: Usage | None = None
        self._finish: FinishReason | None = None
        self._whole = False

    @property
    def handler(self) -> str:
        return self._opened.handler

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
        lens, opened = self._lens, self._opened
        return Observation(
            lens.opened(opened),
            lens.closed(closed),
            lens.name(self._model),
            self._usage,
            self._finish,
            self._whole,
            lens.name(self._response),
            self._asked,
            None if self._answer is None else self._answer.answer(),
            self._signals,
            self._cost(closed),
            lens.session(opened),
            lens.person(opened),
            lens.attributes(opened),
        )

    def lose(self, at: float) -> Observation:
        """Whoever shipped it is gone. `at`: now, in seconds since the epoch."""
        attempts = () if self._attempt is None else (self._attempt,)
        lasted = max(0.0, at - self._opened.at)
        self._reader = None
        return self.close(Closed(self._opened.id, 0, "lost", 0, 0, 0.0, lasted, attempts))

    def _cost(self, closed: Closed) -> Cost | None:
        if self._usage is None or not closed.attempts:
            return None
        return self._lens.cost(self._usage, closed.attempts[-1].full_name, self._model, self._opened.model)

    def _begin(self, attempt: Attempt, content: bytes, data: bytes) -> None:
        """A stream comes in many pieces, a whole answer in one."""
        self._attempt = attempt
        dialect = DIALECTS.get(attempt.dialect)
        if dialect is None or not 200 <= attempt.status < 300:
            return
        if content.lower().startswith(STREAM_TYPES):
            self._answer = Gathering(self._lens)
            self._reader = dialect.upstream.stream_reader(_ENVELOPE)
            self._note(self._reader.feed(data))
            return
        if self._opened.handler == "passthrough":
            with suppress(UpstreamUnreadable):  # then nothing is known of it
                self._note(read_beside(data))
            return
        if is_crowded(data):
            return
        with suppress(UpstreamUnreadable):  # then nothing is known of it
            self._answer = Gathering(self._lens)
            self._note(dialect.upstream.read_answer(data, _ENVELOPE))

    def _note(self, events: Iterable[Event]) -> None:
        for event in events:
            match event:
                case UsageTold():
                    self._usage = event.usage if _can_be(event.usage) else None
                case Started():
                    self._model = event.model or self._model
                    self._response = event.id or self._response
                case Finished():
                    self._finish = event.reason
                case Ended():
                    self._whole = True
                case _:
                    if self._answer is not None:
                        self._answer.note(event)


def _can_be(usage: Usage) -> bool:
    """Upstreams may tell anything: what is less than none, or more than a model can do, adds up with nothing."""
    return all(0 <= each <= _MOST_TOKENS for each in structs.astuple(usage))


def observe(opened: Opened, pieces: Iterable[Piece], closed: Closed, lens: Lens | None = None) -> Observation:
    """A record that is there as a whole."""
    observer = Observer(opened, lens or Lens())
    for piece in pieces:
        observer.piece(piece)
    return observer.close(closed)
