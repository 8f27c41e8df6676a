"""Events -> a Chat stream.

Every chunk has the same id, model and time, so what stands before the delta is made once, and a delta is two joins around one encoded string.
"""

from collections.abc import Iterable
from typing import assert_never

import msgspec
from msgspec import structs

from planoai.apis.dialect import Envelope
from planoai.apis.framing.sse import frame
from planoai.apis.ids import call_id
from planoai.apis.openai_chat.failure import failure_object
from planoai.apis.openai_chat.finish import write_finish
from planoai.apis.openai_chat.ids import answer_id
from planoai.apis.openai_chat.parts import (
    PROOF_LOST,
    STOP_SEQUENCE_LOST,
    lost_citations,
    lost_part,
    write_citation,
    write_thinking,
)
from planoai.apis.openai_chat.usage import write_usage
from planoai.conversation.event import (
    Cited,
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
from planoai.conversation.fold import signed
from planoai.conversation.message import Audio, Citation, Image, Opaque, RedactedThinking, Thinking
from planoai.conversation.usage import Usage

DONE_FRAME = b"data: [DONE]\n\n"
PING = b": keep-alive\n\n"

_CONTENT = b'{"content":'
_REASONING = b'{"reasoning_content":'
_REFUSAL = b'{"refusal":'
_AFTER = b'},"finish_reason":null}]}\n\n'

_encode = msgspec.json.Encoder().encode


def write_error(failure: Failure) -> bytes:
    return frame(_encode(failure_object(failure)))


class ChatStreamWriter:
    """The role first, `finish_reason` once at the end, then the usage if this client asked for it, then `[DONE]`.

    After a failure nothing follows: official clients raise on its frame, and a `[DONE]` would make the answer look complete.
    """

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._prefix = b""  # of every chunk; empty until the first
        self._ended = False
        self._calls: dict[int, _Call] = {}
        self._finished: Finished | None = None
        self._usage: Usage | None = None
        self._refused = False
        self._length = 0  # characters of text so far
        self._text_from = 0  # where the text that is open began
        self._citations: list[Citation] = []  # of the text that is open
        self._cited = 0
        self._thoughts: list[str] = []  # of the thinking that is open
        self._proof: Thinking | None = None  # of the thinking that is open, without its text
        self._blocks = 0

    def write(self, events: Iterable[Event]) -> bytes:
        out: list[bytes] = []
        for event in events:
            if self._ended:
                break
            kind = event.__class__
            if kind is TextDelta and not self._thoughts and self._proof is None and self._prefix:
                self._length += len(event.text)  # type: ignore[union-attr]
                out += (self._prefix, _CONTENT, _encode(event.text), _AFTER)  # type: ignore[union-attr]
            else:
                self._write(event, out)
        return b"".join(out)

    def _write(self, event: Event, out: list[bytes]) -> None:
        match event:
            case TextDelta() | RefusalDelta() | ThinkingDelta():
                self._say(event, out)
            case ThinkingSigned():
                self._close_text(out)
                if event.signature or event.encrypted:
                    self._proof = signed(self._proof or Thinking(), event)
            case Cited():
                self._close_thinking(out)
                self._citations.append(event.citation)
                self._lose(lost_citations((event.citation,)))
            case ToolStarted():
                self._start_call(event, out)
            case ToolDelta():
                self._continue_call(event, out)
            case PartAdded():
                self._close(out)
                self._add(event.part, out)
            case PartEnded():
                self._close(out)
            case Started():
                self._begin(out, event)
            case UsageTold():
                self._usage = event.usage
            case Finished():
                self._finished = self._finished or event
            case KeptAlive():
                out.append(PING if self._prefix else b"")
            case Ended():
                self._end(out)
            case Failed():
                self._ended = True
                out.append(write_error(event.failure))
            case _:
                assert_never(event)

    def _say(self, event: TextDelta | RefusalDelta | ThinkingDelta, out: list[bytes]) -> None:
        if not event.text:
            return
        if isinstance(event, TextDelta):
            self._close_thinking(out)
            self._length += len(event.text)
            name = _CONTENT
        elif isinstance(event, RefusalDelta):
            self._close(out)
            self._refused = True
            name = _REFUSAL
        else:
            self._close_text(out)
            self._thoughts.append(event.text)
            name = _REASONING
        out += (self._begin(out), name, _encode(event.text), _AFTER)

    def _start_call(self, event: ToolStarted, out: list[bytes]) -> None:
        if event.key in self._calls:
            return
        self._close(out)
        place = len(self._calls)
        self._calls[event.key] = call = _Call(place, custom=event.custom)
        extras = msgspec.json.decode(event.extras or b"{}")  # decoded whole: a line break in it would end the frame
        identifier = event.id or call_id(self._envelope.seed, place)
        kind, text = call.words
        body = {"index": place, "id": identifier, "type": kind, kind: {"name": event.name, text: ""}, **extras}
        self._delta({"tool_calls": [body]}, out)

    def _continue_call(self, event: ToolDelta, out: list[bytes]) -> None:
        call = self._calls.get(event.key)
        if call is None or not event.text:
            return
        call.said = call.said or not event.text.isspace()
        kind, text = call.words
        start = b'{"tool_calls":[{"index":%d,"%b":{"%b":' % (call.place, kind.encode(), text.encode())
        out += (self._begin(out), start, _encode(event.text), b"}}]", _AFTER)

    def _close(self, out: list[bytes]) -> None:
        self._close_thinking(out)
        self._close_text(out)

    def _close_text(self, out: list[bytes]) -> None:
        """Citations say which characters they are about, so they wait for the end of their text."""
        for citation in self._citations:
            if written := write_citation(citation, self._text_from, self._length):
                self._delta({"annotations": [{"index": self._cited, **written}]}, out)
                self._cited += 1
        self._citations = []
        self._text_from = self._length

    def _close_thinking(self, out: list[bytes]) -> None:
        if self._proof is not None:
            self._block(structs.replace(self._proof, text="".join(self._thoughts)), out)
        self._thoughts = []
        self._proof = None

    def _block(self, part: Thinking | RedactedThinking, out: list[bytes]) -> None:
        """With an index, without which official clients can not put two blocks together."""
        if block := write_thinking(part):
            self._delta({"thinking_blocks": [{"index": self._blocks, **block}]}, out)
            self._blocks += 1
        else:
            self._lose([PROOF_LOST])

    def _add(self, part: RedactedThinking | Image | Audio | Opaque, out: list[bytes]) -> None:
        if isinstance(part, RedactedThinking):
            self._block(part, out)
            return
        self._lose([lost_part(part)])
        if isinstance(part, Audio) and part.transcript:
            self._say(TextDelta(part.transcript), out)

    def _lose(self, what: Iterable[str]) -> None:
        """Each once, however often it comes."""
        self._envelope.lost.extend(each for each in what if each not in self._envelope.lost)

    def _delta(self, delta: dict[str, object], out: list[bytes]) -> None:
        out += (self._begin(out), _encode(delta)[:-1], _AFTER)

    def _begin(self, out: list[bytes], started: Started | None = None) -> bytes:
        """What every chunk begins with, after the chunk with the role; both are made when first asked for."""
        if not self._prefix:
            envelope = self._envelope
            started = started or Started()
            self._prefix = (
                b'data: {"id":%b,"object":"chat.completion.chunk","created":%d,"model":%b,"choices":[{"index":0,"delta":'
                % (
                    _encode(answer_id(started.id, envelope.seed)),
                    envelope.created,
                    _encode(started.model or envelope.model),
                )
            )
            out += (self._prefix, b'{"role":"assistant","content":""', _AFTER)
        return self._prefix

    def _end(self, out: list[bytes]) -> None:
        self._close(out)
        for call in self._calls.values():
            if not call.said and not call.custom:  # clients parse the arguments, and nothing is not JSON
                self._delta({"tool_calls": [{"index": call.place, "function": {"arguments": "{}"}}]}, out)
        finished = self._finished or Finished("tool_calls" if self._calls else "stop")
        if finished.stop_sequence is not None:
            self._lose([STOP_SEQUENCE_LOST])
        reason = _encode(write_finish(finished.reason, refused=self._refused))
        prefix = self._begin(out)
        out += (prefix, b'{},"finish_reason":', reason, b"}]}\n\n")
        if self._envelope.include_usage and self._usage is not None:
            head = prefix[: prefix.rindex(b'"choices"')]
            out += (head, b'"choices":[],"usage":', _encode(write_usage(self._usage)), b"}\n\n")
        out.append(DONE_FRAME)
        self._ended = True


class _Call:
    """A call's number among the calls, which is not its key, and whether any of its arguments were written."""

    __slots__ = ("custom", "place", "said")

    def __init__(self, place: int, *, custom: bool) -> None:
        self.place = place
        self.custom = custom
        self.said = False

    @property
    def words(self) -> tuple[str, str]:
        return ("custom", "input") if self.custom else ("function", "arguments")
