"""An upstream's stream -> events."""

import msgspec
from msgspec import Raw, Struct

from planoai.apis import lenient
from planoai.apis.dialect import Envelope
from planoai.apis.framing.sse import SseEvent, SseReader
from planoai.apis.openai_responses.failure_read import error_of
from planoai.apis.openai_responses.output_read import OutputReader, Piece
from planoai.apis.openai_responses.wire import ABSENT, ResponseWire, given
from planoai.conversation.event import Ended, Event, Failed, KeptAlive, Started
from planoai.conversation.failure import CUT_SHORT, Failure
from planoai.errors import UpstreamUnreadable

_PIECES: dict[str, Piece] = {
    "response.output_text.delta": "text",
    "response.refusal.delta": "refusal",
    "response.reasoning_summary_text.delta": "summary",
    "response.reasoning_text.delta": "thought",
    "response.function_call_arguments.delta": "call",
    "response.custom_tool_call_input.delta": "call",
}
_WHOLE: dict[str, tuple[Piece, str]] = {  # and the member that holds it
    "response.output_text.done": ("text", "text"),
    "response.refusal.done": ("refusal", "refusal"),
    "response.reasoning_summary_text.done": ("summary", "text"),
    "response.reasoning_text.done": ("thought", "text"),
    "response.function_call_arguments.done": ("call", "arguments"),
    "response.custom_tool_call_input.done": ("call", "input"),
}
_DONE = b"[DONE]"  # what some servers end every stream with


class _Streamed(Struct, frozen=True):
    """Any event. `delta` is text wherever it is read."""

    type: str | None = None
    output_index: int | None = None
    content_index: int | None = None
    summary_index: int | None = None
    delta: object = None
    text: str | None = None
    refusal: str | None = None
    arguments: str | None = None
    input: str | None = None
    item: Raw = ABSENT
    annotation: Raw = ABSENT
    response: Raw = ABSENT
    error: Raw = ABSENT

    @property
    def place(self) -> int | None:
        return self.content_index if self.content_index is not None else self.summary_index


_EVENT = msgspec.json.Decoder(_Streamed)
_RESPONSE = msgspec.json.Decoder(ResponseWire)


class ResponsesStreamReader:
    """Keeps which items there are, nothing of what they say."""

    __slots__ = ("_output", "_over", "_sse", "_started")

    def __init__(self, envelope: Envelope) -> None:
        self._sse = SseReader()
        self._output = OutputReader(envelope)
        self._started = False
        self._over = False

    def feed(self, chunk: bytes) -> list[Event]:
        if self._over:
            return []
        try:
            told = self._sse.feed(chunk)
        except UpstreamUnreadable as error:
            self._over = True
            return [Failed(Failure(error.status, error.message, UpstreamUnreadable.code))]
        return self._read(told)

    def close(self) -> list[Event]:
        """An end that no event told is none."""
        if self._over:
            return []
        events = self._read(self._sse.close())
        self._over = True
        last = events[-1] if events else None
        if isinstance(last, Failed) and last.failure.code == UpstreamUnreadable.code:
            return [*events[:-1], Failed(CUT_SHORT)]  # it broke off in the middle of an event
        return events if isinstance(last, Ended | Failed) else [*events, Failed(CUT_SHORT)]

    def _read(self, told: list[SseEvent]) -> list[Event]:
        events: list[Event] = []
        for event in told:
            try:
                self._interpret(event, events)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                message = f"an event of the upstream's stream can not be read: {error}"
                self._end(Failed(Failure(502, message, UpstreamUnreadable.code)), events)
            if self._over:
                break
        return events

    def _interpret(self, event: SseEvent, events: list[Event]) -> None:
        if not event.data.strip():
            events.append(KeptAlive())
            return
        if event.data.startswith(_DONE):
            return
        told = lenient.decode(_EVENT, event.data)
        kind = told.type or event.type
        if (piece := _PIECES.get(kind)) is not None:
            delta = told.delta
            if not isinstance(delta, str):
                raise msgspec.ValidationError(f"{kind}: the delta is not text")
            if piece != "text" or not self._output.more_text(told.output_index, told.content_index, delta, events):
                self._output.say(told.output_index, piece, told.place, delta, events)
        elif kind in _WHOLE:
            piece, member = _WHOLE[kind]
            self._output.whole(told.output_index, piece, told.place, getattr(told, member) or "", events)
        else:
            self._frame(kind, told, event, events)

    def _frame(self, kind: str, told: _Streamed, event: SseEvent, events: list[Event]) -> None:
        """What stands around the pieces."""
        item, response = given(told.item), given(told.response)
        if response is not None and not self._started:
            self._started = True
            wire = lenient.decode(_RESPONSE, response)
            events.append(Started(wire.id or "", wire.model or ""))
        match kind:
            case "response.output_item.added" if item is not None:
                self._output.begin(told.output_index, item, events)
            case "response.output_item.done" if item is not None:
                self._output.end(told.output_index, item, events)
            case "response.output_text.annotation.added" if (annotation := given(told.annotation)) is not None:
                self._output.cite(told.output_index, annotation, events)
            case "response.completed" | "response.incomplete":
                wire = ResponseWire() if response is None else lenient.decode(_RESPONSE, response, ("output",))
                if wire.status in ("failed", "cancelled"):
                    self._end(Failed(error_of(event.data)), events)
                    return
                self._output.finish(wire, kind.removeprefix("response."), events)
                self._end(Ended(), events)
            case "response.failed" | "response.cancelled" | "error":
                self._end(Failed(error_of(event.data)), events)
            case "keepalive" | "response.queued":
                events.append(KeptAlive())
            case _ if not told.type and given(told.error) is not None:  # a proxy's, or a server's in Chat's words
                self._end(Failed(error_of(event.data)), events)
            case _:
                pass  # newer than we are, or of no use to another API

    def _end(self, last: Ended | Failed, events: list[Event]) -> None:
        self._over = True
        events.append(last)
