"""A Chat stream, bytes -> events."""

import msgspec

from planoai.apis import lenient
from planoai.apis.dialect import Envelope
from planoai.apis.framing.sse import SseEvent, SseReader
from planoai.apis.openai_chat.choice_read import ChoiceReader
from planoai.apis.openai_chat.failure import quoted_failure
from planoai.apis.openai_chat.response_read import failed_in
from planoai.apis.openai_chat.usage import read_usage
from planoai.apis.openai_chat.wire import SAID, Chunk, UsageWire
from planoai.conversation.event import Ended, Event, Failed, KeptAlive, Started, UsageTold
from planoai.conversation.failure import CUT_SHORT, Failure
from planoai.errors import UpstreamUnreadable

DONE = b"[DONE]"

_CHUNK = msgspec.json.Decoder(Chunk)
_KEPT_ALIVE = KeptAlive()


class ChatStreamReader:
    """Why the model stopped is told at the end, when no later chunk can change it."""

    __slots__ = ("_choices", "_ended", "_sse", "_started", "_totalled", "_usage")

    def __init__(self, envelope: Envelope) -> None:
        self._sse = SseReader()
        self._choices = ChoiceReader(envelope)
        self._started = False
        self._usage: UsageWire | None = None
        self._totalled = False  # the last chunk told the usage and nothing else: there is no more to say
        self._ended = False

    def feed(self, chunk: bytes) -> list[Event]:
        events: list[Event] = []
        if self._ended:
            return events
        try:
            blocks = self._sse.feed(chunk)
        except UpstreamUnreadable as error:
            self._fail(_unreadable(error.message), events)
            return events
        for event in blocks:
            if not self._read(event, events):
                break
        return events

    def close(self) -> list[Event]:
        """The end without `[DONE]` is an end all the same once the model has said why it stopped. An event that was cut is none."""
        if self._ended:
            return []
        events: list[Event] = []
        for event in self._sse.close():
            if not self._read(event, events):
                if not (isinstance(last := events[-1], Failed) and last.failure.code == UpstreamUnreadable.code):
                    return events
                events.pop()
        self._ended = True
        if self._choices.finished or self._totalled:
            return [*events, *self._choices.end(), Ended()]
        return [*events, Failed(CUT_SHORT)]

    def _read(self, event: SseEvent, events: list[Event]) -> bool:
        """Whether more may follow."""
        data = event.data
        if data.startswith(DONE):
            self._ended = True
            events += [*self._choices.end(), Ended()]
            return False
        if not data.strip():
            events.append(_KEPT_ALIVE)
            return True
        if event.type == "error":
            return self._fail(quoted_failure(data), events)
        try:
            wire = lenient.decode(_CHUNK, data, SAID)
            failed = failed_in(wire, data)
        except (ValueError, RecursionError) as error:
            return self._fail(_unreadable(f"an event of the upstream's stream can not be read: {error}"), events)
        if failed is not None:
            return self._fail(failed.failure, events)
        self._take(wire, events)
        broken = self._choices.failure
        return broken is None or self._fail(broken, events)

    def _take(self, wire: Chunk, events: list[Event]) -> None:
        choices = wire.choices
        if not self._started and (choices or wire.id):
            self._started = True
            events.append(Started(str(wire.id or ""), wire.model or ""))
        if choices:
            for choice in choices:
                self._choices.feed(choice, events)
        usage = wire.usage
        if usage is not None and usage != self._usage:
            self._usage = usage
            events.append(UsageTold(read_usage(usage)))
        self._totalled = usage is not None and not choices

    def _fail(self, failure: Failure, events: list[Event]) -> bool:
        """Always False: nothing follows."""
        self._ended = True
        events.append(Failed(failure))
        return False


def _unreadable(message: str) -> Failure:
    return Failure(502, message, UpstreamUnreadable.code)
