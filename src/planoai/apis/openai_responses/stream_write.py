"""Events -> a stream as clients of the Responses API read it.

Whatever the events are, what comes out is one response: `response.created` first, then items, each added, grown and done under an index of its own,
and last the one event that says how it ended, with all items in it. Calls may grow side by side; of messages and thoughts one is open at a time.
"""

from collections.abc import Iterable
from typing import assert_never

import msgspec

from planoai.apis.dialect import Envelope
from planoai.apis.openai_responses.failure import error_object
from planoai.apis.openai_responses.open_items import TEXT_END, Events, OpenCall, OpenMessage, OpenThought
from planoai.apis.openai_responses.outcome import incomplete_reason
from planoai.apis.openai_responses.output_write import PROOF_LOST, OutputWriter
from planoai.apis.openai_responses.shell import Shell
from planoai.apis.openai_responses.wire import NAME
from planoai.conversation.event import (
    Cited,
    Content,
    Ended,
    Event,
    Failed,
    Finished,
    KeptAlive,
    PartAdded,
    PartEnded,
    RefusalDelta,
    Started,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolDelta,
    ToolStarted,
    UsageTold,
)
from planoai.conversation.failure import Failure
from planoai.conversation.message import Audio, Image, Opaque, RedactedThinking, ToolCall
from planoai.conversation.usage import Usage

PING = b": keep-alive\n\n"

_encode = msgspec.json.Encoder().encode


class ResponsesStreamWriter:
    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._words = OutputWriter(envelope)
        self._events = Events()
        self._shell: Shell | None = None  # there once the stream has begun
        self._over = False
        self._items: list[bytes] = []  # by their index; empty while they are open
        self._message: OpenMessage | None = None
        self._thought: OpenThought | None = None
        self._calls: dict[int, OpenCall] = {}  # those that are open, by key
        self._argued: dict[int, None] = {}  # keys of those that may have become complete
        self._length = 0  # characters of text so far
        self._refused = False
        self._finished: Finished | None = None
        self._usage: Usage | None = None

    def write(self, events: Iterable[Event]) -> bytes:
        numbered = self._events
        out = numbered.out
        for event in events:
            if self._over:
                break
            message = self._message
            if type(event) is TextDelta and message is not None and (head := message.head) is not None:
                if text := event.text:  # as put_delta does, without calling it: most events are such
                    message.pieces.append(text)
                    out += (head[0], b"%d" % numbered.number, head[1], _encode(text), TEXT_END)
                    numbered.number += 1
                continue
            self._write(event)
        written = b"".join(out)
        out.clear()
        return written

    def _write(self, event: Event) -> None:
        match event:
            case Started():
                self._begin(event)
            case UsageTold():
                self._usage = event.usage
            case Finished():
                self._finished = self._finished or event
            case KeptAlive():
                if self._shell is not None:
                    self._events.out.append(PING)
            case Ended():
                self._end()
            case Failed():
                self._fail(event.failure)
            case _:
                self._write_content(event)

    def _write_content(self, event: Content) -> None:
        match event:
            case TextDelta() | RefusalDelta():
                self._say(event)
            case ThinkingDelta():
                if event.text:
                    self._open_thought(summary=event.summary).think(event.text)
            case ThinkingSigned():
                self._open_thought().sign(event)
            case Cited():
                self._open_message().cite(event.citation)
            case ToolStarted():
                self._call(event)
            case ToolDelta():
                if event.text and event.key in self._calls:
                    self._argued[event.key] = None
                    self._calls[event.key].argue(event.text)
            case PartAdded():
                self._add(event.part)
            case PartEnded():
                self._end_part()
            case _:
                assert_never(event)

    def _say(self, event: TextDelta | RefusalDelta) -> None:
        if not event.text:
            return
        message = self._open_message()
        if isinstance(event, TextDelta):
            message.say(event.text)
        else:
            self._refused = True
            message.refuse(event.text)

    def _open_message(self) -> OpenMessage:
        if self._message is None:
            self._settle()
            self._message = OpenMessage(self._events, self._words, self._next(), self._length)
        return self._message

    def _open_thought(self, *, summary: bool | None = None) -> OpenThought:
        """A thought and a summary of it are two items; a proof goes to the one that is open."""
        if self._thought is not None and summary is not None and self._thought.summary != summary:
            self._close_prose()
        if self._thought is None:
            self._settle()
            self._thought = OpenThought(self._events, self._words, self._next, summary=bool(summary))
        return self._thought

    def _call(self, event: ToolStarted) -> None:
        self._settle()
        if event.key in self._calls:
            self._close(self._calls.pop(event.key))
        call = ToolCall(event.id, event.name, "", event.custom, event.namespace, event.extras)
        self._calls[event.key] = OpenCall(self._events, self._words, self._next(), call)

    def _add(self, part: RedactedThinking | Image | Audio | Opaque) -> None:
        match part:
            case RedactedThinking():
                self._settle()
                if not self._words.proves(part):
                    self._words.lose(PROOF_LOST)
                    return
                place = self._next()
                identifier = self._words.item_id("rs", place)
                self._whole(place, self._words.reasoning(identifier, "", "", self._words.proof(part, identifier)))
            case Opaque() if part.dialect == NAME:
                self._settle()
                self._whole(self._next(), msgspec.Raw(msgspec.json.format(bytes(part.json), indent=-1)))
            case Opaque():
                self._pause()
                self._words.lose(f"output ({part.kind})")
            case Audio():
                self._words.lose("output (audio)")
                if part.transcript:
                    message = self._open_message()
                    message.close_part()
                    message.say(part.transcript)
                self._pause()
            case Image():
                self._pause()
                self._words.lose("output (image)")
            case _:
                assert_never(part)

    def _whole(self, place: int, item: object) -> None:
        """An item that comes in one piece."""
        encoded = _encode(item)
        fields = b'"output_index":%d,"item":%b}' % (place, encoded)
        self._events.put_encoded(b"response.output_item.added", fields)
        self._events.put_encoded(b"response.output_item.done", fields)
        self._items[place] = encoded

    def _pause(self) -> None:
        """Text that follows is another part of the same message, a thought another item."""
        if self._message is not None:
            self._message.close_part()
        elif self._thought is not None:
            self._close_prose()

    def _end_part(self) -> None:
        """Of several calls that are open, which one it is that ended is not told."""
        if self._message is not None or self._thought is not None:
            self._pause()
        elif len(self._calls) == 1 and next(iter(self._calls.values())).place == len(self._items) - 1:
            self._close(self._calls.popitem()[1])

    def _next(self) -> int:
        """The index of one more item."""
        self._begin()
        self._items.append(b"")
        return len(self._items) - 1

    def _settle(self) -> None:
        """Before another item: a call whose arguments are not complete stays open for the rest of them, anything else is closed."""
        self._close_prose()
        for key in self._argued:
            if key in self._calls and self._calls[key].complete():
                self._close(self._calls.pop(key))
        self._argued.clear()

    def _close_prose(self, status: str = "completed") -> None:
        if self._message is not None:
            self._close(self._message, status)
            self._length = self._message.length
            self._message = None
        if self._thought is not None:
            self._close(self._thought, status)
            self._thought = None

    def _close_all(self, status: str) -> None:
        """In the order of their indices, which is not that in which they are kept."""
        open_items = [each for each in (self._message, self._thought, *self._calls.values()) if each is not None]
        for item in sorted(open_items, key=lambda each: each.place):
            self._close(item, status)
        self._message, self._thought, self._calls = None, None, {}

    def _close(self, item: OpenMessage | OpenThought | OpenCall, status: str = "completed") -> None:
        closed = item.close(status)
        if closed is None:
            return
        encoded = _encode(closed)
        fields = b'"output_index":%d,"item":%b}' % (item.place, encoded)
        self._events.put_encoded(b"response.output_item.done", fields)
        self._items[item.place] = encoded

    def _begin(self, started: Started | None = None) -> Shell:
        """The two events that say what is asked; made when first asked for."""
        if self._shell is None:
            started = started or Started()
            self._shell = Shell(self._envelope, started.id, started.model)
            response = b'"response":%b}' % self._shell.write("in_progress")
            self._events.put_encoded(b"response.created", response)
            self._events.put_encoded(b"response.in_progress", response)
        return self._shell

    def _end(self) -> None:
        shell = self._begin()
        self._close_all("completed")
        finished = self._finished or Finished("stop")
        reason = incomplete_reason(finished.reason, refused=self._refused)
        if finished.stop_sequence is not None:
            self._words.lose("output (stop_sequence)")
        status = "completed" if reason is None else "incomplete"
        response = shell.write(status, self._output(), self._usage, reason=reason)
        self._events.put_encoded(f"response.{status}".encode(), b'"response":%b}' % response)
        self._over = True

    def _fail(self, failure: Failure) -> None:
        shell = self._begin()
        self._close_all("incomplete")
        response = shell.write("failed", self._output(), self._usage, error=error_object(failure))
        self._events.put_encoded(b"response.failed", b'"response":%b}' % response)
        self._over = True

    def _output(self) -> bytes:
        return b"[%b]" % b",".join(self._items)
