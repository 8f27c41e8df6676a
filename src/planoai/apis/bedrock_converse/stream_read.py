"""An upstream's stream of frames -> events."""

import msgspec

from planoai.apis import lenient
from planoai.apis.bedrock_converse.block_read import SAID, Blocks
from planoai.apis.bedrock_converse.failure import read_exception
from planoai.apis.bedrock_converse.outcome import finished, read_usage
from planoai.apis.bedrock_converse.wire import Payload
from planoai.apis.dialect import Envelope
from planoai.apis.framing.eventstream import EventStreamReader, Frame
from planoai.conversation.event import Ended, Event, Failed, Started, UsageTold
from planoai.conversation.failure import CUT_SHORT, Failure
from planoai.errors import UpstreamUnreadable

_PAYLOAD = msgspec.json.Decoder(Payload)
_ESSENTIAL = SAID | {"delta"}


class ConverseStreamReader:
    """Keeps the blocks that are open, nothing of the text."""

    def __init__(self, envelope: Envelope) -> None:
        self._frames = EventStreamReader()
        self._blocks = Blocks(envelope)
        self._stopped = False  # the model has; what it consumed is told after that
        self._counted = False
        self._over = False

    def feed(self, chunk: bytes) -> list[Event]:
        events: list[Event] = []
        frames = [] if self._over else self._frames.feed(chunk)
        for frame in frames:
            self._read(frame, events)
            if self._over:
                return events
        if self._frames.broken and not self._over:
            self._fail(Failure(502, self._frames.broken, UpstreamUnreadable.code), events)
        return events

    def close(self) -> list[Event]:
        events: list[Event] = []
        if self._over:
            return events
        try:
            self._frames.close()
        except UpstreamUnreadable:  # it broke off in the middle of a frame
            self._fail(CUT_SHORT, events)
            return events
        if self._stopped:
            self._end(events)
        else:
            self._fail(CUT_SHORT, events)
        return events

    def _read(self, frame: Frame, events: list[Event]) -> None:
        headers = frame.headers
        if ":exception-type" in headers:
            self._fail(read_exception(headers[":exception-type"], frame.payload), events)
        elif ":error-code" in headers:
            message = headers.get(":error-message", "").encode()
            self._fail(read_exception(headers[":error-code"], message or frame.payload), events)
        elif ":event-type" in headers:
            try:
                self._interpret(headers[":event-type"], frame.payload, events)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                problem = f"an event of the upstream's stream can not be read: {error}"
                self._fail(Failure(502, problem, UpstreamUnreadable.code), events)

    def _interpret(self, kind: str, payload: bytes, events: list[Event]) -> None:
        match kind:
            case "contentBlockDelta":
                told = lenient.decode(_PAYLOAD, payload, _ESSENTIAL)
                if told.delta is not None:
                    events += self._blocks.delta(told.content_block_index or 0, told.delta)
            case "contentBlockStart":
                told = lenient.decode(_PAYLOAD, payload, _ESSENTIAL)
                if told.start is not None:
                    events += self._blocks.start(told.content_block_index or 0, told.start)
            case "contentBlockStop":
                events += self._blocks.stop(lenient.decode(_PAYLOAD, payload).content_block_index or 0)
            case "messageStart":
                events.append(Started())
            case "messageStop":
                told = lenient.decode(_PAYLOAD, payload)
                events += self._blocks.close()
                beside = told.additional_model_response_fields
                events.append(finished(told.stop_reason, beside, called=self._blocks.called))
                self._stopped = True
                if self._counted:
                    self._end(events)
            case "metadata":
                told = lenient.decode(_PAYLOAD, payload)
                if told.usage is not None:
                    events.append(UsageTold(read_usage(told.usage)))
                self._counted = True
                if self._stopped:
                    self._end(events)
            case _:
                pass  # newer than we are

    def _end(self, events: list[Event]) -> None:
        events.append(Ended())
        self._over = True

    def _fail(self, failure: Failure, events: list[Event]) -> None:
        events.append(Failed(failure))
        self._over = True
