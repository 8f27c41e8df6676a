"""An upstream's stream -> events."""

import msgspec

from planoai.apis import lenient
from planoai.apis.anthropic_messages.failure import failure_of
from planoai.apis.anthropic_messages.outcome import finish_reason, read_usage
from planoai.apis.anthropic_messages.response_read import Block, read_block, read_cited
from planoai.apis.anthropic_messages.wire import Delta, StreamedEvent, given
from planoai.apis.dialect import Envelope
from planoai.apis.framing.sse import SseEvent, SseReader
from planoai.conversation.event import (
    Ended,
    Event,
    Failed,
    Finished,
    KeptAlive,
    Started,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolDelta,
    UsageTold,
)
from planoai.conversation.failure import CUT_SHORT, Failure
from planoai.conversation.usage import Usage
from planoai.errors import UpstreamUnreadable

_EVENT = msgspec.json.Decoder(StreamedEvent)
_SAID = frozenset(("type", "delta", "text", "partial_json", "thinking"))  # these must fit: they are the answer


class MessagesStreamReader:
    """Keeps the blocks that are open and the usage told so far, nothing of the text."""

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._sse = SseReader()
        self._blocks: dict[int, Block] = {}  # by the upstream's index, which some repeat
        self._latest = 0  # the index of the block that began last
        self._begun = 0  # blocks so far
        self._usage = Usage()
        self._called = False
        self._over = False

    def feed(self, chunk: bytes) -> list[Event]:
        if self._over:
            return []
        try:
            events = self._sse.feed(chunk)
        except UpstreamUnreadable as error:
            return self._end(Failed(Failure(error.status, error.message, UpstreamUnreadable.code)))
        return self._read(events)

    def close(self) -> list[Event]:
        if self._over:
            return []
        events = self._read(self._sse.close())
        last = events[-1] if events else None
        if isinstance(last, Failed) and last.failure.code == UpstreamUnreadable.code:
            return [*events[:-1], Failed(CUT_SHORT)]  # it broke off in the middle of an event
        return events if isinstance(last, Ended | Failed) else [*events, *self._end(Failed(CUT_SHORT))]

    def _read(self, told: list[SseEvent]) -> list[Event]:
        events: list[Event] = []
        for event in told:
            if not event.data:
                events.append(KeptAlive())
                continue
            failure = failure_of(event)
            if failure is not None:
                events += self._end(Failed(failure))
                break
            try:
                self._interpret(lenient.decode(_EVENT, event.data, _SAID), event.type, events)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, UpstreamUnreadable) as error:
                message = f"an event of the upstream's stream can not be read: {error}"
                events += self._end(Failed(Failure(502, message, UpstreamUnreadable.code)))
            if self._over:
                break
        return events

    def _interpret(self, told: StreamedEvent, sse_type: str, events: list[Event]) -> None:
        delta = told.delta
        index = self._latest if told.index is None else told.index
        match told.type or sse_type:
            case "content_block_delta" if delta is not None:
                self._continue(index, delta, events)
            case "content_block_start":
                self._leave(index, events)
                block = read_block(told.content_block, self._begun, self._envelope)
                self._begun += 1
                self._blocks[index] = block
                self._latest = index
                self._called = self._called or block.kind == "tool_use"
                events += block.begin()
            case "content_block_stop":
                self._leave(index, events)
            case "message_start":
                message = told.message
                if message is not None:
                    events.append(Started(message.id or "", message.model or ""))
                    if message.usage is not None:
                        self._usage = read_usage(message.usage, self._usage)
                        events.append(UsageTold(self._usage))
            case "message_delta":
                if told.usage is not None:
                    self._usage = read_usage(told.usage, self._usage)
                    events.append(UsageTold(self._usage))
                if delta is not None and delta.stop_reason:
                    reason = finish_reason(delta.stop_reason, called=self._called)
                    events.append(Finished(reason, delta.stop_sequence))
            case "message_stop":
                for index in tuple(self._blocks):
                    self._leave(index, events)
                events += self._end(Ended())
            case "ping":
                events.append(KeptAlive())
            case _:
                pass  # newer than we are

    def _continue(self, index: int, delta: Delta, events: list[Event]) -> None:
        match delta.type:
            case "text_delta":
                if delta.text:
                    events.append(TextDelta(delta.text))
            case "thinking_delta":
                if delta.thinking:
                    events.append(ThinkingDelta(delta.thinking))
            case "input_json_delta":
                block = self._blocks.get(index)
                if delta.partial_json and block is not None:
                    block.called = True
                    if block.buffered:
                        block.pieces.append(delta.partial_json)
                    else:
                        events.append(ToolDelta(block.key, delta.partial_json))
            case "signature_delta":
                if delta.signature:
                    events.append(ThinkingSigned(delta.signature, issuer=self._envelope.issuer))
            case "citations_delta":
                citation = given(delta.citation)
                if citation is not None:
                    events += read_cited(citation)
            case _:
                pass

    def _leave(self, index: int, events: list[Event]) -> None:
        block = self._blocks.pop(index, None)
        if block is not None:
            events += block.end()

    def _end(self, last: Ended | Failed) -> list[Event]:
        self._over = True
        self._blocks.clear()
        return [last]
