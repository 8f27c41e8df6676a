"""The pieces of an answer -> events: one state machine for a whole answer and for a stream of chunks.

Servers differ most in tool calls: all of a call in one chunk or its id, name and arguments one after another, several calls in a chunk, no
`index`, one `index` for all, no `id`, the name in pieces, the whole arguments once more at the end. So a call is told of once its name can not
grow any more.
"""

import msgspec
from msgspec import UNSET, Raw, UnsetType

from planoai.apis.dialect import Envelope
from planoai.apis.ids import call_id
from planoai.apis.openai_chat.custom import offered, unwrapped
from planoai.apis.openai_chat.failure import choice_failure
from planoai.apis.openai_chat.parts import read_citations, read_told_thinking, thought
from planoai.apis.openai_chat.wire import CallWire, Choice, FunctionWire, PartWire, Said
from planoai.conversation.event import (
    Cited,
    Event,
    Finished,
    FinishReason,
    PartAdded,
    PartEnded,
    RefusalDelta,
    TextDelta,
    ThinkingDelta,
    ThinkingSigned,
    ToolDelta,
    ToolStarted,
)
from planoai.conversation.failure import Failure
from planoai.conversation.message import RedactedThinking, Thinking

_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "filtered",
}

_NO_FUNCTION = FunctionWire()


class _Call:
    """One tool call as it comes in. `id` is the server's; `pieces` are of its arguments. `wrapped`: these hold the text of a custom tool."""

    __slots__ = ("custom", "extra", "id", "key", "length", "name", "pieces", "started", "wrapped")

    def __init__(self, key: int) -> None:
        self.key = key
        self.id = ""
        self.name = ""
        self.custom = False
        self.extra: Raw | UnsetType = UNSET
        self.pieces: list[str] = []
        self.length = 0
        self.started = False
        self.wrapped = False


class ChoiceReader:
    """Feed it the choices of one answer, in order. `failure`: a choice told one, and there will be no end."""

    __slots__ = (
        "_at",
        "_calls",
        "_current",
        "_finish",
        "_issuer",
        "_named",
        "_refused",
        "_seed",
        "_thinking",
        "_wrapped",
        "failure",
    )

    def __init__(self, envelope: Envelope) -> None:
        self.failure: Failure | None = None
        self._seed = envelope.seed
        self._issuer = envelope.issuer
        self._wrapped = offered(envelope.request)
        self._named: _Call | None = None  # has a name that may not be whole, and has not been told of
        self._calls: list[_Call] = []
        self._at: dict[int, _Call] = {}  # by the server's index, the latest where several share one
        self._current: _Call | None = None
        self._finish: FinishReason | None = None
        self._refused = False
        self._thinking = False  # thoughts have been told that no signature has closed

    @property
    def finished(self) -> bool:
        return self._finish is not None

    @property
    def current(self) -> int:
        """The key of the call that the latest piece of one belongs to."""
        return self._current.key if self._current is not None else 0

    def feed(self, choice: Choice, events: list[Event]) -> None:
        """Appends to `events`. Only the first choice is read: nothing we translate to has two."""
        if choice.index:
            return
        said = choice.delta or choice.message
        if said is not None:
            content = said.content
            if self._named is not None and (content or not said.tool_calls):
                self._start(self._named, events)
            if said.reasoning_content or said.reasoning or said.thinking_blocks:
                self._think(said, whole=choice.message is not None, events=events)
            if content.__class__ is str:
                if content:
                    events.append(TextDelta(content))
            elif content:
                self._parts(content, events)  # type: ignore[arg-type]
            if said.refusal:
                self._refused = True
                events.append(RefusalDelta(said.refusal))
            if said.annotations:
                events.extend(Cited(each) for each in read_citations(said.annotations))
            if said.tool_calls:
                whole = choice.message is not None
                for place, wire in enumerate(said.tool_calls):
                    self._call(wire, place if whole else wire.index, events)
            if said.function_call:
                self._call(CallWire(function=said.function_call), 0, events)
        if choice.error is not UNSET or choice.finish_reason:
            self.failure = choice_failure(choice.error, choice.finish_reason)
            if choice.finish_reason and self._finish is None:
                self._finish = _REASONS.get(choice.finish_reason, "stop")

    def end(self) -> list[Event]:
        """The answer is over: calls that never got a name, custom tools' texts, and why the model stopped, if it said so."""
        events: list[Event] = []
        for call in self._calls:
            if not call.started:
                self._start(call, events)
            if call.wrapped:
                events.append(ToolDelta(call.key, unwrapped("".join(call.pieces))))
        reason = self._finish
        if reason is not None:
            if (
                reason == "stop" and self._calls
            ):  # several servers say `stop` all the same; clients would stop their loop
                reason = "tool_calls"
            elif reason == "stop" and self._refused:
                reason = "refusal"
            events.append(Finished(reason))
        return events

    def _think(self, said: Said, *, whole: bool, events: list[Event]) -> None:
        """Thoughts come plain, in blocks, or both ways at once; a block that brings the signature may repeat them all."""
        parts = list(read_told_thinking(said.thinking_blocks or (), self._issuer))
        plain = said.reasoning_content or said.reasoning
        if plain and not (whole and any(isinstance(part, Thinking) for part in parts)):
            events.append(ThinkingDelta(plain))
            self._thinking = True
        for part in parts:
            if isinstance(part, RedactedThinking):
                events.append(PartAdded(part))
                continue
            if part.text and not (self._thinking and (plain or part.signature)):
                events.append(ThinkingDelta(part.text))
                self._thinking = True
            if part.signature:
                events += [ThinkingSigned(part.signature, issuer=self._issuer), PartEnded()]
                self._thinking = False

    def _parts(self, parts: list[PartWire], events: list[Event]) -> None:
        for part in parts:
            if part.thinking:
                if text := thought(part):
                    events.append(ThinkingDelta(text))
            elif part.text:
                events.append(TextDelta(part.text))
            elif part.refusal:
                self._refused = True
                events.append(RefusalDelta(part.refusal))

    def _call(self, wire: CallWire, index: int | None, events: list[Event]) -> None:
        function = wire.function or _NO_FUNCTION
        custom = wire.custom
        name = (custom.name if custom else function.name) or ""
        text = arguments_text(custom.input if custom else function.arguments)
        call = self._find(wire.id or "", name, text, index)
        if self._named is not None and self._named is not call:
            self._start(self._named, events)
        call.id = call.id or wire.id or ""
        call.custom = call.custom or custom is not None
        if call.extra is UNSET:
            call.extra = wire.extra_content
        if name and not call.started and name != call.name:
            call.name += name
            self._named = call
        if text and not self._repeats(call, text):
            call.length += len(text)
            call.pieces.append(text)
            if call.started and not call.wrapped:
                events.append(ToolDelta(call.key, text))
        if call.pieces and call.name and not call.started:
            self._start(call, events)

    def _find(self, identifier: str, name: str, text: str, index: int | None) -> _Call:
        """The call that a piece belongs to, made if the piece begins one."""
        if index is not None:
            found = self._at.get(index)
        elif identifier:
            found = next((call for call in self._calls if call.id == identifier), None)
        else:
            found = self._current
        if found is None or self._begins(found, identifier, name, text, index):
            found = _Call(len(self._calls))
            self._calls.append(found)
            if index is not None:
                self._at[index] = found
        self._current = found
        return found

    @staticmethod
    def _begins(found: _Call, identifier: str, name: str, text: str, index: int | None) -> bool:
        """Whether a piece that seems to go on with `found` is a call of its own. Both id and name may also be just repeated."""
        if not name or not found.name:
            return False
        if index is None and not identifier:
            return True
        if identifier and found.id and identifier != found.id:
            return True
        if name != found.name:
            return found.started
        return not identifier and text[:1] == "{" and _whole(found) and text != "".join(found.pieces)

    def _start(self, call: _Call, events: list[Event]) -> None:
        call.started = True
        self._named = None
        call.wrapped = not call.custom and call.name in self._wrapped
        extras = _extras(call.extra) if isinstance(call.extra, Raw) else None
        identifier = call.id or call_id(self._seed, call.key)
        custom = call.custom or call.wrapped
        events.append(ToolStarted(call.key, identifier, call.name, custom=custom, extras=extras))
        if call.pieces and not call.wrapped:
            events.append(ToolDelta(call.key, "".join(call.pieces)))

    @staticmethod
    def _repeats(call: _Call, text: str) -> bool:
        """Whether `text` is everything that was said before, once more: complete JSON can not go on with itself."""
        return len(text) == call.length and text[0] == "{" and text == "".join(call.pieces) and _whole(call)


def _whole(call: _Call) -> bool:
    """Whether the arguments so far are JSON that nothing can be added to."""
    try:
        msgspec.json.decode("".join(call.pieces))
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def arguments_text(told: str | dict[str, Raw] | None) -> str:
    """The arguments of a call as text, also from a server that sends them as an object."""
    return msgspec.json.encode(told).decode() if isinstance(told, dict) else told or ""


def _extras(told: Raw) -> Raw | None:
    """Read whole and written anew, so that nothing unreadable is kept and no line break can end a frame."""
    try:
        content = msgspec.json.decode(told)
    except (ValueError, RecursionError):
        return None
    return Raw(msgspec.json.encode({"extra_content": content})) if content else None
