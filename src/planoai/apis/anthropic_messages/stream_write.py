"""Events -> a stream as clients of the Messages API read it.

Whatever the events are, what comes out is one message: `message_start` first, content blocks with dense indices and one open at a time, one
`message_delta`, `message_stop` last; or an `error` event, after which nothing follows. The API has no way to say that two blocks grow at once,
so what belongs to a later block waits until the blocks before it are complete.
"""

from collections.abc import Iterable
from typing import assert_never

import msgspec

from planoai.apis.anthropic_messages import outcome
from planoai.apis.anthropic_messages.blocks import Block, extras, tool_id, unsaid_extras, write_citation
from planoai.apis.anthropic_messages.failure import write_failure_event
from planoai.apis.anthropic_messages.frames import PING
from planoai.apis.anthropic_messages.wire import NAME, VENDOR
from planoai.apis.dialect import Envelope
from planoai.apis.framing.sse import frame
from planoai.apis.ids import call_id
from planoai.apis.proofs import data_of, signature_of
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
from planoai.conversation.fold import signed
from planoai.conversation.message import Audio, Image, Opaque, RedactedThinking, Thinking
from planoai.conversation.usage import Usage

_encode = msgspec.json.Encoder().encode
_TEXT = b'{"type":"text","text":""}'
_THINKING = b'{"type":"thinking","thinking":"","signature":""}'
_DELTA = b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,"delta":'
_TEXT_DELTA = b'{"type":"text_delta","text":'
_THINKING_DELTA = b'{"type":"thinking_delta","thinking":'
_INPUT_DELTA = b'{"type":"input_json_delta","partial_json":'

_UNSIGNED = Thinking()

# What of an answer is not told as it was said.
REFUSAL_LOST = "output (refusal, told as text)"
PROOF_LOST = "output (proof of thinking)"


class _Block:
    """A block and what of it has not been written. `index` is -1 until it is started; `over`: nothing more belongs to it."""

    __slots__ = ("arguments", "custom", "head", "index", "key", "kind", "last", "over", "pending", "start", "thinking")

    def __init__(self, kind: str, start: bytes, key: int | None = None, *, custom: bool = False) -> None:
        self.kind = kind
        self.start = start
        self.key = key
        self.custom = custom
        self.index = -1
        self.over = False
        self.head = b""  # of a delta's frame, up to its text
        self.pending: list[bytes] = []  # deltas that wait for the block's turn
        self.thinking = _UNSIGNED  # with its proof, without its text
        self.arguments: list[str] = []  # of a call, to see when they are complete
        self.last = ""  # of their letters, white space aside; empty once they were looked at

    def complete(self) -> bool:
        """Whether a block that another follows can be closed. Free text never tells, JSON does."""
        if self.over or self.key is None:
            return True
        if self.last != "}":
            return False
        self.last = ""
        try:
            msgspec.json.decode("".join(self.arguments))
        except (msgspec.DecodeError, RecursionError):
            return False
        return True


class MessagesStreamWriter:
    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._started = Started()
        self._usage: Usage | None = None
        self._finished: Finished | None = None
        self._begun = False  # message_start is out
        self._over = False
        self._next_index = 0
        self._blocks: list[_Block] = []  # not yet stopped, in order; only the first may have been started
        self._calls: dict[int, _Block] = {}
        self._called = False
        self._prose: _Block | None = None  # the text or thinking block that a further delta belongs to
        self._out: list[bytes] = []

    def write(self, events: Iterable[Event]) -> bytes:
        for event in events:
            if self._over:
                break
            prose = self._prose
            if type(event) is TextDelta and prose is not None and prose.kind == "text" and prose.index >= 0:
                if event.text:
                    self._out.append(prose.head + _encode(event.text) + b"}}\n\n")
                continue
            self._write(event)
        out = b"".join(self._out)
        self._out.clear()
        return out

    def _write(self, event: Event) -> None:
        match event:
            case Started():
                self._started = event
            case UsageTold():
                self._usage = event.usage
            case Finished():
                self._finished = event
            case KeptAlive():
                if self._begun:
                    self._out.append(PING)
            case Ended():
                self._end()
            case Failed():
                self._fail(event.failure)
            case _:
                self._write_content(event)

    def _write_content(self, event: Content) -> None:
        match event:
            case TextDelta():
                self._say("text", _TEXT, _TEXT_DELTA, event.text)
            case RefusalDelta():
                self._lose(REFUSAL_LOST)
                self._say("text", _TEXT, _TEXT_DELTA, event.text)
            case ThinkingDelta():
                self._say("thinking", _THINKING, _THINKING_DELTA, event.text)
            case ThinkingSigned():
                if event.signature or event.encrypted:
                    block = self._continue("thinking", _THINKING, _THINKING_DELTA)
                    block.thinking = signed(block.thinking, event)
            case Cited():
                self._cite(event)
            case ToolStarted():
                self._call(event)
            case ToolDelta():
                self._argue(event)
            case PartAdded():
                self._add(event.part)
            case PartEnded():
                self._prose = None
                if self._blocks:
                    self._blocks[-1].over = True
                self._settle()
            case _:
                assert_never(event)

    def _say(self, kind: str, start: bytes, head: bytes, text: str) -> None:
        if text:
            self._put(self._continue(kind, start, head), _encode(text))

    def _continue(self, kind: str, start: bytes, head: bytes) -> _Block:
        """The open block if it is of this kind, else a new one."""
        if self._prose is not None and self._prose.kind == kind:
            return self._prose
        block = self._open(_Block(kind, start), head)
        self._prose = block
        return block

    def _cite(self, event: Cited) -> None:
        citation = write_citation(event.citation)
        if citation is None:
            self._lose("output (citation)")
            return
        block = self._continue("text", _TEXT, _TEXT_DELTA)
        self._put_delta(block, b'{"type":"citations_delta","citation":' + _line(citation) + b"}")

    def _call(self, event: ToolStarted) -> None:
        self._called = True
        for name in unsaid_extras(event.extras):
            self._lose(name)
        earlier = self._calls.get(event.key)
        if earlier is not None:
            earlier.over = True
        shape: Block = {
            "type": "tool_use",
            "id": tool_id(event.id or call_id(self._envelope.seed, event.key)),
            "name": event.name,
            "input": {},
        }
        block = _Block("tool_use", _line(shape | extras(event.extras, to_client=True)), event.key, custom=event.custom)
        self._calls[event.key] = block
        self._open(block, _INPUT_DELTA)
        if event.custom:
            self._put(block, _encode('{"input":"'))

    def _argue(self, event: ToolDelta) -> None:
        block = self._calls.get(event.key)
        if block is None or block.over or not event.text:
            return
        text = event.text
        if block.custom:
            text = _encode(text)[1:-1].decode()
        else:
            block.arguments.append(text)
            block.last = text.rstrip()[-1:] or block.last
        self._put(block, _encode(text))
        if len(self._blocks) > 1:
            self._settle()

    def _add(self, part: RedactedThinking | Image | Audio | Opaque) -> None:
        match part:
            case RedactedThinking():
                start = _line({"type": "redacted_thinking", "data": data_of(part, VENDOR)})
            case Opaque():
                if part.dialect != NAME:
                    self._lose(f"output ({part.kind})")
                    return
                start = msgspec.json.format(bytes(part.json), indent=-1)
            case Audio():
                self._lose("output (audio)")
                if part.transcript:
                    self._say("text", _TEXT, _TEXT_DELTA, part.transcript)
                return
            case Image():
                self._lose("output (image)")
                return
            case _:
                assert_never(part)
        self._open(_Block("whole", start), b"").over = True
        self._settle()

    def _open(self, block: _Block, head: bytes) -> _Block:
        """`block` becomes the last one; it is started at once unless one before it is not complete."""
        block.head = head
        self._prose = None
        self._blocks.append(block)
        self._settle()
        return block

    def _put(self, block: _Block, text: bytes) -> None:
        """One more piece of text. `head` is the whole of a frame up to it once the block is started."""
        if block.index >= 0:
            self._out.append(block.head + text + b"}}\n\n")
        else:
            block.pending.append(block.head + text + b"}")

    def _put_delta(self, block: _Block, delta: bytes) -> None:
        if block.index >= 0:
            self._out.append(_DELTA % block.index + delta + b"}\n\n")
        else:
            block.pending.append(delta)

    def _settle(self) -> None:
        """Starts and stops blocks as far as they are complete."""
        while self._blocks:
            block = self._blocks[0]
            if block.index < 0:
                self._start(block)
            if not block.over and (len(self._blocks) == 1 or not block.complete()):
                return
            self._stop(block)

    def _start(self, block: _Block) -> None:
        self._begin()
        block.index = self._next_index
        self._next_index += 1
        self._out.append(
            b'event: content_block_start\ndata: {"type":"content_block_start","index":%d,"content_block":%b}\n\n'
            % (block.index, block.start)
        )
        prefix = _DELTA % block.index
        self._out.extend(prefix + delta + b"}\n\n" for delta in block.pending)
        block.pending.clear()
        block.head = prefix + block.head

    def _stop(self, block: _Block) -> None:
        if block.thinking is not _UNSIGNED:
            self._sign(block)
        if block.custom:
            self._put(block, _encode('"}'))
        block.over = True
        self._blocks.pop(0)
        if self._prose is block:
            self._prose = None
        self._out.append(b'event: content_block_stop\ndata: {"type":"content_block_stop","index":%d}\n\n' % block.index)

    def _sign(self, block: _Block) -> None:
        signature = signature_of(block.thinking, VENDOR)
        if signature is None:
            self._lose(PROOF_LOST)
        else:
            self._put_delta(block, b'{"type":"signature_delta","signature":' + _encode(signature) + b"}")

    def _lose(self, what: str) -> None:
        """Once, however many pieces it came in."""
        if what not in self._envelope.lost:
            self._envelope.lost.append(what)

    def _begin(self) -> None:
        if self._begun:
            return
        self._begun = True
        usage = self._usage or Usage(fresh=self._envelope.input_estimate)
        message: Block = {
            "id": message_id(self._started.id, self._envelope),
            "type": "message",
            "role": "assistant",
            "model": self._started.model or self._envelope.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": outcome.write_usage(usage) | {"output_tokens": 0},
        }
        self._out.append(frame(_encode({"type": "message_start", "message": message}), "message_start"))

    def _end(self) -> None:
        empty = not self._begun and self._finished is None and not self._blocks
        if empty:
            self._continue("text", _TEXT, _TEXT_DELTA)
        for block in self._blocks:
            block.over = True
        self._settle()
        self._begin()
        finished = self._finished
        told = None if finished is None else finished.reason
        reason = outcome.stop_reason(told, called=self._called)
        delta = {"stop_reason": reason, "stop_sequence": None if finished is None else finished.stop_sequence}
        usage = outcome.write_usage(self._usage or Usage())  # an estimate is no truth
        self._out.append(frame(_encode({"type": "message_delta", "delta": delta, "usage": usage}), "message_delta"))
        self._out.append(b'event: message_stop\ndata: {"type":"message_stop"}\n\n')
        self._over = True

    def _fail(self, failure: Failure) -> None:
        """What waited for its turn is dropped: it belongs to an answer that will not be complete."""
        if self._blocks and self._blocks[0].index >= 0:
            self._stop(self._blocks[0])
        self._out.append(write_failure_event(failure))
        self._over = True


def message_id(told: str, envelope: Envelope) -> str:
    if not told:
        return f"msg_{envelope.seed[:24]}"
    return told if told.startswith("msg_") else f"msg_{told}"


def _line(value: object) -> bytes:
    """JSON without line breaks, which a frame can not hold: what we pass on as raw JSON may be set over many lines."""
    return msgspec.json.format(_encode(value), indent=-1)
