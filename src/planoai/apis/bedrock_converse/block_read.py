"""The blocks that an answer is made of, whole or streamed -> events."""

import base64
import binascii

import msgspec
from msgspec import Raw

from planoai.apis import lenient
from planoai.apis.bedrock_converse import wire
from planoai.apis.bedrock_converse.ids import Offered, offered
from planoai.apis.bedrock_converse.wire import NAME, given
from planoai.apis.dialect import Envelope
from planoai.apis.ids import call_id
from planoai.apis.openai_chat.custom import unwrapped
from planoai.conversation.event import (
    Cited,
    Event,
    PartAdded,
    PartEnded,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolDelta,
    ToolStarted,
)
from planoai.conversation.message import Audio, Base64, Citation, Image, Opaque, RedactedThinking

SAID = frozenset(("text", "tool_use", "input", "reasoning_content", "reasoning_text", "redacted_content", "content"))

_BLOCK = msgspec.json.Decoder(wire.ContentBlock)
_CITATION = msgspec.json.Decoder(wire.CitationObject)
_MEMBERS = msgspec.json.Decoder(dict[str, Raw])


class _Open:
    """A streamed block. `kind` is the name of its member; of one whose pieces are only told together, `start` is how it began."""

    __slots__ = ("custom", "key", "kind", "pieces", "start", "told")

    def __init__(
        self, kind: str, key: int = 0, *, custom: bool = False, start: dict[str, object] | None = None
    ) -> None:
        self.kind = kind
        self.key = key
        self.custom = custom
        self.start = start or {}
        self.told = False  # something of a call's arguments
        self.pieces: list[str] = []


class Blocks:
    """The blocks of one answer; several may be open at once. What raises msgspec.DecodeError can not be read."""

    def __init__(self, envelope: Envelope) -> None:
        self.called = False  # the answer holds calls to run
        self._envelope = envelope
        self._offered: dict[str, Offered] | None = None
        self._open: dict[int, _Open] = {}  # by the upstream's index
        self._calls = 0

    def whole(self, raw: Raw) -> list[Event]:
        block = lenient.decode(_BLOCK, raw, SAID)
        if block.text is not None:
            return [TextDelta(block.text), PartEnded()] if block.text else []
        if (call := block.tool_use) is not None and call.type is None:
            started = self._begin_call(call)
            arguments = bytes(given(call.input) or b"{}").decode()
            text = unwrapped(arguments) if started.custom else arguments
            return [started, ToolDelta(started.key, text), PartEnded()]
        if block.reasoning_content is not None:
            return self._reasoning(block.reasoning_content)
        if block.citations_content is not None:
            return _cited_text(block.citations_content)
        if (guarded := block.guard_content) is not None and guarded.text is not None:
            return [TextDelta(guarded.text.text), PartEnded()] if guarded.text.text else []
        image = block.image or (block.guard_content.image if block.guard_content is not None else None)
        if image is not None and image.source is not None and image.source.bytes:
            return [PartAdded(_image(image, image.source.bytes))]
        if block.audio is not None and block.audio.source is not None and block.audio.source.bytes:
            return [PartAdded(Audio(block.audio.format or "", block.audio.source.bytes))]
        bytes(raw).decode()  # nobody has read it: bad UTF-8 in it would reach the client
        return [PartAdded(Opaque(NAME, next(iter(_MEMBERS.decode(raw)), ""), raw.copy()))]

    def start(self, index: int, start: wire.Start) -> list[Event]:
        events = self.stop(index)
        if (call := start.tool_use) is not None:
            if call.type is None:
                begun = self._begin_call(call)
                self._open[index] = _Open("toolUse", begun.key, custom=begun.custom)
                return [*events, begun]
            told: dict[str, object] = {"toolUseId": call.tool_use_id, "name": call.name, "type": call.type}
            self._open[index] = _Open("hosted", start=told)
        elif (result := given(start.tool_result)) is not None:
            self._open[index] = _Open("toolResult", start=dict(_MEMBERS.decode(result)))
        elif start.image is not None:
            self._open[index] = _Open("image", start={"format": start.image.format})
        return events

    def delta(self, index: int, delta: wire.Delta) -> list[Event]:
        """Text and thoughts begin without a word of it."""
        if delta.text is not None:
            self._at(index, "text")
            return [TextDelta(delta.text)] if delta.text else []
        if delta.tool_use is not None:
            return self._argument(index, delta.tool_use.input)
        if (thought := delta.reasoning_content) is not None:
            if thought.redacted_content is not None:
                block = self._at(index, "redactedContent")
                block.kind = "redactedContent"
                block.pieces.append(thought.redacted_content)
                return []
            self._at(index, "text")
            return self._thoughts(thought.text, thought.signature)
        if (citation := given(delta.citation)) is not None:
            self._at(index, "text")
            return _cited(citation)
        if delta.image is not None and delta.image.source is not None:
            self._at(index, "image").pieces.append(delta.image.source.bytes or "")
        for piece in delta.tool_result or ():
            self._at(index, "toolResult").pieces.append(bytes(piece).decode())
        return []

    def stop(self, index: int) -> list[Event]:
        block = self._open.pop(index, None)
        if block is None:
            return []
        match block.kind:
            case "toolUse":
                return [*_arguments(block), PartEnded()]
            case "hosted":
                called = {"toolUse": block.start | {"input": _json("".join(block.pieces))}}
                return [PartAdded(Opaque(NAME, "toolUse", Raw(msgspec.json.encode(called))))]
            case "toolResult":
                result = {"toolResult": block.start | {"content": [Raw(piece.encode()) for piece in block.pieces]}}
                return [PartAdded(Opaque(NAME, "toolResult", Raw(msgspec.json.encode(result))))]
            case "redactedContent":
                return [PartAdded(RedactedThinking(_joined(block.pieces), self._envelope.issuer))]
            case "image":
                image = wire.Media(str(block.start.get("format") or "png"))
                return [PartAdded(_image(image, _joined(block.pieces)))] if block.pieces else []
            case _:
                return [PartEnded()]

    def close(self) -> list[Event]:
        """The model has stopped: what is open is complete."""
        return [event for index in tuple(self._open) for event in self.stop(index)]

    def _at(self, index: int, kind: str) -> _Open:
        block = self._open.get(index)
        if block is None:
            block = self._open[index] = _Open(kind)
        return block

    def _argument(self, index: int, text: str) -> list[Event]:
        block = self._open.get(index)
        if block is None or block.kind not in ("toolUse", "hosted"):
            raise msgspec.ValidationError("it continues a tool call that has not begun")
        if not text:
            return []
        block.told = True
        if block.kind == "toolUse" and not block.custom:
            return [ToolDelta(block.key, text)]
        block.pieces.append(text)
        return []

    def _begin_call(self, call: wire.ToolUse) -> ToolStarted:
        if not call.name:
            raise msgspec.ValidationError("it calls a tool without naming it")
        if self._offered is None:
            self._offered = offered(self._envelope.request)
        tool = self._offered.get(call.name) or Offered(call.name, custom=False)
        key = self._calls
        self._calls += 1
        self.called = True
        return ToolStarted(key, call.tool_use_id or call_id(self._envelope.seed, key), tool.name, custom=tool.custom)

    def _reasoning(self, told: wire.Reasoning) -> list[Event]:
        if told.redacted_content is not None:
            return [PartAdded(RedactedThinking(told.redacted_content, self._envelope.issuer))]
        thought = told.reasoning_text or wire.ReasoningText()
        events = self._thoughts(thought.text, thought.signature)
        return [*events, PartEnded()] if events else []

    def _thoughts(self, text: str | None, signature: str | None) -> list[Event]:
        events: list[Event] = [ThinkingDelta(text)] if text else []
        return [*events, ThinkingSigned(signature, issuer=self._envelope.issuer)] if signature else events


def _arguments(block: _Open) -> list[Event]:
    if block.custom:
        return [ToolDelta(block.key, unwrapped("".join(block.pieces)))]
    return [] if block.told else [ToolDelta(block.key, "{}")]


def _cited_text(told: wire.CitationsContent) -> list[Event]:
    events: list[Event] = [TextDelta(each.text) for each in told.content or () if each.text]
    events += (event for each in told.citations or () for event in _cited(each))
    return [*events, PartEnded()] if events else []


def _cited(raw: Raw) -> list[Event]:
    """Nothing for what is no citation: the answer is good without it."""
    try:
        bytes(raw).decode()
        told = lenient.decode(_CITATION, raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []
    url = told.location.web.url if told.location is not None and told.location.web is not None else None
    quote = "".join(each.text or "" for each in told.source_content or ())
    return [Cited(Citation(url, told.title or told.source, quote or None, raw=raw.copy(), dialect=NAME))]


def _image(told: wire.Media, data: str) -> Image:
    return Image(Base64(f"image/{told.format or 'png'}", data))


def _joined(pieces: list[str]) -> str:
    """Base64 of what came in several pieces, each of them base64 by itself."""
    if len(pieces) == 1:
        return pieces[0]
    try:
        return base64.b64encode(b"".join(base64.b64decode(each, validate=True) for each in pieces)).decode()
    except (binascii.Error, ValueError):
        raise msgspec.ValidationError("it ends bytes that are no base64") from None


def _json(text: str) -> object:
    try:
        _MEMBERS.decode(text or "{}")
    except (msgspec.DecodeError, RecursionError):
        return text
    return Raw((text or "{}").encode())
