"""A Messages answer in the other form than it came in: blocks and members that nobody here knows stay."""

from collections.abc import Iterator

import msgspec
from msgspec import Raw

from planoai.apis.anthropic_messages import outcome
from planoai.apis.anthropic_messages.blocks import write_input
from planoai.apis.anthropic_messages.stream_write import message_id
from planoai.apis.anthropic_messages.wire import Typed
from planoai.apis.dialect import Envelope, Reform
from planoai.apis.framing.sse import SseReader, frame
from planoai.errors import UpstreamUnreadable

Members = dict[str, Raw]
Block = dict[str, object]

_OBJECT = msgspec.json.Decoder(Members)
_LIST = msgspec.json.Decoder(list[Raw])
_TEXT = msgspec.json.Decoder(str)
_TYPED = msgspec.json.Decoder(Typed)
_NULL = Raw(b"null")
_NO_TOKENS = {"input_tokens": 0, "output_tokens": 0}
_SAYS_NOTHING = (b"null", b'""', b"{}", b"[]")


def as_stream(body: bytes, envelope: Envelope) -> bytes:
    """The usage stands at the end, where clients look for it, and but for the output at the beginning too."""
    try:
        return b"".join(_events(body, envelope))
    except (ValueError, RecursionError) as error:
        raise _unreadable(error) from None


def as_whole(stream: bytes, envelope: Envelope) -> bytes:
    answer = _Answer(envelope)
    reader = SseReader()
    try:
        for event in (*reader.feed(stream), *reader.close()):
            if event.data.strip() and not answer.add(event.type, _OBJECT.decode(event.data)):
                break
        return answer.body()
    except (ValueError, RecursionError) as error:
        raise _unreadable(error) from None


REFORM = Reform(as_stream, as_whole)


def _events(body: bytes, envelope: Envelope) -> Iterator[bytes]:
    answer = _OBJECT.decode(msgspec.json.format(body, indent=-1))  # a line break would end a frame
    blocks = _LIST.decode(answer.get("content", Raw(b"[]")))
    usage: Block = {**_object(answer.get("usage", _NULL))}
    begun = _usual(answer, envelope) | {"content": [], "stop_reason": None, "stop_sequence": None}
    yield _event("message_start", message=begun | {"usage": _NO_TOKENS | usage | {"output_tokens": 0}})
    for index, raw in enumerate(blocks):
        start, deltas = _taken_apart(_OBJECT.decode(raw))
        yield _event("content_block_start", index=index, content_block=start)
        for delta in deltas:
            yield _event("content_block_delta", index=index, delta=delta)
        yield _event("content_block_stop", index=index)
    reason = _given(answer, "stop_reason") or _reason(
        called=any(_TYPED.decode(raw).type == "tool_use" for raw in blocks)
    )
    delta = {"stop_reason": reason, "stop_sequence": answer.get("stop_sequence")}
    yield _event("message_delta", delta=delta, usage={"output_tokens": 0} | usage)
    yield _event("message_stop")


def _taken_apart(block: Members) -> tuple[Block, list[Block]]:
    """A block as it starts, and what it says after that. One that nobody here knows says all at its start."""
    start: Block = {**block}
    deltas: list[Block] = []
    kind = _kind(block)
    if kind in ("text", "thinking"):
        start[kind] = ""
        if (text := _given(block, kind)) is not None:
            deltas.append({"type": f"{kind}_delta", kind: text})
    if kind == "text" and (cited := _given(block, "citations")) is not None:
        start["citations"] = []
        deltas += [{"type": "citations_delta", "citation": each} for each in _LIST.decode(cited)]
    if kind == "thinking":
        start["signature"] = ""
        if (signature := _given(block, "signature")) is not None:
            deltas.append({"type": "signature_delta", "signature": signature})
    if kind.endswith("tool_use"):
        start["input"] = {}
        if (given := _given(block, "input")) is not None:
            deltas.append({"type": "input_json_delta", "partial_json": bytes(given).decode()})
    return start, deltas


class _Answer:
    """What the events add up to."""

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._message: Members = {}
        self._usage: Members = {}
        self._blocks: list[_Block] = []
        self._at: dict[bytes, _Block] = {}  # by the upstream's index, which some repeat

    def add(self, sse_type: str, event: Members) -> bool:
        """Whether more may follow."""
        block = self._at.get(bytes(event.get("index", b"")), self._blocks[-1] if self._blocks else None)
        match _kind(event) or sse_type:
            case "message_start":
                self._message |= _object(event.get("message", _NULL))
                self._count(self._message)
            case "content_block_start":
                self._blocks.append(_Block(_object(event.get("content_block", _NULL))))
                self._at[bytes(event.get("index", b""))] = self._blocks[-1]
            case "content_block_delta" if block is not None:
                block.add(_object(event.get("delta", _NULL)))
            case "message_delta":
                self._count(event)
                beside = {name: value for name, value in event.items() if name not in ("type", "delta", "usage")}
                for name, value in {**beside, **_object(event.get("delta", _NULL))}.items():
                    if bytes(value) != b"null" or name not in self._message:
                        self._message[name] = value
            case "message_stop":
                return False
            case _:
                pass  # pings, ends of blocks, and what is newer than we are
        return True

    def body(self) -> bytes:
        content = [block.built() for block in self._blocks]
        message = _usual(self._message, self._envelope)
        if _given(self._message, "stop_reason") is None:
            message["stop_reason"] = _reason(called=any(block.kind == "tool_use" for block in self._blocks))
        usage = _NO_TOKENS | self._usage
        message.setdefault("stop_sequence", None)
        return msgspec.json.encode(message | {"content": content, "usage": usage})

    def _count(self, told: Members) -> None:
        """Counts are cumulative: one that is absent keeps the value it had."""
        counts = _object(told.get("usage", _NULL))
        self._usage |= {
            name: value for name, value in counts.items() if bytes(value) != b"null" or name not in self._usage
        }


class _Block:
    """A block as it started, and the texts that are added to its members."""

    def __init__(self, start: Members) -> None:
        self.kind = _kind(start)
        self._start = start
        self._texts: dict[str, list[str]] = {}
        self._citations: list[Raw] = []
        self._input: list[str] = []

    def add(self, delta: Members) -> None:
        """Of a delta that nobody here knows, texts go on and anything else is the last that was said."""
        match _kind(delta):
            case "input_json_delta":
                self._input.append(_TEXT.decode(delta.get("partial_json", Raw(b'""'))))
            case "citations_delta":
                self._citations.append(delta.get("citation", _NULL))
            case _:
                for name, value in delta.items():
                    if bytes(value).startswith(b'"') and name != "type":
                        self._texts.setdefault(name, [self._text(name)]).append(_TEXT.decode(value))
                    elif name != "type" and bytes(value) != b"null":
                        self._start[name] = value

    def built(self) -> Block:
        block: Block = {**self._start, **{name: "".join(pieces) for name, pieces in self._texts.items()}}
        if self._citations:
            given = _given(self._start, "citations")
            block["citations"] = [*(_LIST.decode(given) if given is not None else ()), *self._citations]
        if text := "".join(self._input):
            block["input"] = write_input(text)
        return block

    def _text(self, name: str) -> str:
        value = self._start.get(name, _NULL)
        return _TEXT.decode(value) if bytes(value).startswith(b'"') else ""


def _usual(message: Members, envelope: Envelope) -> Block:
    """The members of a message, with those that every message has."""
    usual: Block = {
        "id": message_id("", envelope),
        "type": "message",
        "role": "assistant",
        "model": envelope.model,
    }
    return usual | {
        name: value for name, value in message.items() if name not in usual or _given(message, name) is not None
    }


def _event(kind: str, **members: object) -> bytes:
    return frame(msgspec.json.encode({"type": kind, **members}), kind)


def _given(members: Members, name: str) -> Raw | None:
    """None for what says nothing."""
    value = members.get(name, _NULL)
    return None if bytes(value) in _SAYS_NOTHING else value


def _reason(*, called: bool) -> str:
    return outcome.stop_reason(None, called=called)


def _kind(members: Members) -> str:
    value = members.get("type", _NULL)
    return _TEXT.decode(value) if bytes(value).startswith(b'"') else ""


def _object(raw: Raw) -> Members:
    """Nothing for what is no object."""
    return _OBJECT.decode(raw) if bytes(raw).startswith(b"{") else {}


def _unreadable(error: Exception) -> UpstreamUnreadable:
    return UpstreamUnreadable(f"the upstream's answer can not be read: {error}")
