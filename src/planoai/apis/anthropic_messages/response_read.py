"""A whole answer -> events, and the blocks that an answer is made of, whole or streamed."""

import msgspec
from msgspec import Raw

from planoai.apis import lenient
from planoai.apis.anthropic_messages import wire
from planoai.apis.anthropic_messages.failure import read_error
from planoai.apis.anthropic_messages.outcome import finish_reason, read_usage
from planoai.apis.anthropic_messages.wire import NAME
from planoai.apis.dialect import Envelope
from planoai.apis.ids import call_id
from planoai.conversation.event import (
    Cited,
    Ended,
    Event,
    Failed,
    Finished,
    PartAdded,
    PartEnded,
    Started,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolDelta,
    ToolStarted,
    UsageTold,
)
from planoai.conversation.message import Citation, Opaque, RedactedThinking
from planoai.conversation.naming import called
from planoai.conversation.request import CustomTool
from planoai.conversation.usage import Usage
from planoai.errors import UpstreamUnreadable

_ANSWER = msgspec.json.Decoder(wire.AnswerBody)
_TYPED = msgspec.json.Decoder(wire.Typed)
_TEXT = msgspec.json.Decoder(wire.TextBlock)
_THINKING = msgspec.json.Decoder(wire.ThinkingBlock)
_REDACTED = msgspec.json.Decoder(wire.RedactedThinkingBlock)
_TOOL_USE = msgspec.json.Decoder(wire.ToolUseBlock)
_CITATION = msgspec.json.Decoder(wire.CitationObject)
_OBJECT = msgspec.json.Decoder(dict[str, Raw])


def read_answer(body: bytes, envelope: Envelope) -> list[Event]:
    """Raises UpstreamUnreadable. A body that tells an error is `Failed`, whatever status it came with."""
    try:
        answer = lenient.decode(_ANSWER, body, ("content",))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UpstreamUnreadable(f"the upstream's answer can not be read: {error}") from None
    if wire.given(answer.error) is not None or answer.type == "error":
        return [Failed(read_error(answer.error))]
    if answer.content is None:
        raise UpstreamUnreadable("the upstream's answer has no content")
    events: list[Event] = [Started(answer.id or "", answer.model or "")]
    for index, raw in enumerate(answer.content):
        try:
            block = read_block(raw, index, envelope)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise UpstreamUnreadable(f"the upstream's answer can not be read: content[{index}]: {error}") from None
        events += block.begin()
        events += block.end()
    if answer.usage is not None:
        events.append(UsageTold(read_usage(answer.usage, Usage())))
    called = any(isinstance(event, ToolStarted) for event in events)
    events.append(Finished(finish_reason(answer.stop_reason, called=called), answer.stop_sequence))
    events.append(Ended())
    return events


class Block:
    """One block on its way to events. `key` is its number in the answer.

    `buffered`: its input can only be told once it is whole; `called`: it has had input.
    """

    __slots__ = ("_begin", "_raw", "buffered", "called", "key", "kind", "pieces")

    def __init__(self, kind: str, begin: list[Event], key: int = 0, raw: Raw | None = None) -> None:
        self.kind = kind
        self._begin = begin
        self.key = key
        self._raw = raw
        self.buffered = raw is not None
        self.called = False
        self.pieces: list[str] = []

    def begin(self) -> list[Event]:
        return self._begin

    def end(self) -> list[Event]:
        if self._raw is not None:
            return [PartAdded(Opaque(NAME, self.kind, _with_input(self._raw, "".join(self.pieces))))]
        if self.kind == "redacted_thinking":
            return []
        if self.kind == "tool_use":
            return [*self._arguments(), PartEnded()]
        return [PartEnded()]

    def _arguments(self) -> list[Event]:
        if self.buffered:
            return [ToolDelta(self.key, _free_text("".join(self.pieces)))]
        return [] if self.called else [ToolDelta(self.key, "{}")]


def read_block(raw: Raw, key: int, envelope: Envelope) -> Block:
    """Raises msgspec.DecodeError for what is no block."""
    kind = _TYPED.decode(raw).type
    match kind:
        case "text":
            text = lenient.decode(_TEXT, raw)
            said: list[Event] = [TextDelta(text.text)] if text.text else []
            return Block(kind, [*said, *(cited for each in text.citations or () for cited in read_cited(each))])
        case "thinking":
            thinking = lenient.decode(_THINKING, raw, ("thinking",))
            thought: list[Event] = [ThinkingDelta(thinking.thinking)] if thinking.thinking else []
            if thinking.signature:
                thought.append(ThinkingSigned(thinking.signature, issuer=envelope.issuer))
            return Block(kind, thought)
        case "redacted_thinking":
            return Block(kind, [PartAdded(RedactedThinking(_REDACTED.decode(raw).data, envelope.issuer))])
        case "tool_use":
            return _call(raw, key, envelope)
        case _:
            bytes(raw).decode()  # nobody has read it: bad UTF-8 in it would reach the client
            return Block(kind, [], raw=raw.copy())


def read_cited(raw: Raw) -> list[Event]:
    """Nothing for what is no citation: the answer is good without it."""
    try:
        return [Cited(read_citation(raw))]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []


def read_citation(raw: Raw) -> Citation:
    """Raises msgspec.DecodeError for what is no JSON object."""
    bytes(raw).decode()
    told = lenient.decode(_CITATION, raw)
    return Citation(
        url=told.url, title=told.title or told.document_title, quote=told.cited_text, raw=raw.copy(), dialect=NAME
    )


def read_extras(call: wire.ToolUseBlock) -> Raw | None:
    """What a call's issuer wants back with it; that the model itself made the call is what everyone assumes."""
    caller = None if b'"direct"' in bytes(call.caller) else wire.given(call.caller)
    members = {"caller": caller, "extra_content": wire.given(call.extra_content)}
    kept = {name: value for name, value in members.items() if value is not None}
    return Raw(msgspec.json.encode(kept)) if kept else None


def _call(raw: Raw, key: int, envelope: Envelope) -> Block:
    call = lenient.decode(_TOOL_USE, raw)
    custom = isinstance(called(envelope.request).get(call.name), CustomTool)
    identifier = call.id or call_id(envelope.seed, key)
    started = ToolStarted(key, identifier, call.name, custom=custom, extras=read_extras(call))
    arguments = bytes(wire.given(call.input) or b"{}").decode()
    block = Block("tool_use", [started], key)
    block.buffered = custom
    if _OBJECT.decode(arguments):  # streams begin with an empty object and tell the input in pieces
        block.called = True
        if custom:
            block.pieces.append(arguments)
        else:
            block.begin().append(ToolDelta(key, arguments))
    return block


def _with_input(raw: Raw, text: str) -> Raw:
    """A server tool's call with the input that was streamed after it."""
    if not text:
        return raw
    try:
        _OBJECT.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return raw
    return Raw(msgspec.json.encode({**_OBJECT.decode(raw), "input": Raw(text.encode())}))


def _free_text(arguments: str) -> str:
    """A custom tool goes to Anthropic as a function with one string, `input`; this is that string."""
    try:
        text = msgspec.json.decode(arguments or "{}", type=_Input).input
    except (msgspec.DecodeError, RecursionError):
        return arguments
    return text


class _Input(msgspec.Struct):
    input: str = ""
