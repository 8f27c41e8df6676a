"""A Chat answer in the other form than it came in: all choices, and members that nobody here knows, stay."""

from collections import defaultdict
from collections.abc import Iterator
from operator import itemgetter

import msgspec
from msgspec import Raw, structs

from planoai.apis import lenient
from planoai.apis.dialect import Envelope, Reform
from planoai.apis.framing.sse import SseReader, frame
from planoai.apis.openai_chat.choice_read import ChoiceReader, arguments_text
from planoai.apis.openai_chat.ids import answer_id
from planoai.apis.openai_chat.merging import Merged, absorb, built, empty
from planoai.apis.openai_chat.response_write import write_call
from planoai.apis.openai_chat.stream_read import DONE
from planoai.apis.openai_chat.stream_write import DONE_FRAME
from planoai.apis.openai_chat.wire import SAID, CallWire, Choice, FunctionWire, Said
from planoai.conversation.event import Event, ToolDelta, ToolStarted
from planoai.conversation.message import ToolCall
from planoai.errors import UpstreamUnreadable

Members = dict[str, Raw]

_OBJECT = msgspec.json.Decoder(Members)
_LIST = msgspec.json.Decoder(list[Raw])
_CHOICE = msgspec.json.Decoder(Choice)

_OF_EVERY_CHUNK = frozenset(("id", "created", "model", "system_fingerprint", "service_tier"))
_FIRST_COUNTS = frozenset(("id", "created", "model"))  # what is said at first is never said otherwise
_NOT_OF_THE_WHOLE = frozenset(("choices", "object", "obfuscation"))  # the last hides how long a chunk is
_NOT_OF_A_CHOICE = frozenset(("index", "delta", "message", "logprobs"))
_OF_A_CALL = frozenset(("index", "id", "type", "function", "custom"))
_NUMBERED = ("thinking_blocks", "annotations")  # in a stream alone


def as_stream(body: bytes, envelope: Envelope) -> bytes:
    """The role of a choice, all that it says, and why it ended, each in one chunk; then the usage if this client asked for it.

    OpenAI's own client counts twice what stands beside the `delta` of a choice when it first hears of it.
    """
    try:
        return b"".join(frame(chunk) for chunk in _chunks(body, envelope)) + DONE_FRAME
    except (ValueError, RecursionError) as error:
        raise _unreadable(error) from None


def as_whole(stream: bytes, envelope: Envelope) -> bytes:
    try:
        answer = _Answer(envelope)
        for data in _datas(stream):
            if data.startswith(DONE):
                return answer.body(whole=True)
            answer.add(_OBJECT.decode(data))
        return answer.body(whole=False)
    except (ValueError, RecursionError) as error:
        raise _unreadable(error) from None


REFORM = Reform(as_stream, as_whole)


def _chunks(body: bytes, envelope: Envelope) -> Iterator[bytes]:
    answer = _OBJECT.decode(msgspec.json.format(body, indent=-1))  # a line break would end a frame
    choices = [_OBJECT.decode(raw) for raw in _LIST.decode(answer["choices"])] if "choices" in answer else []
    numbered = sorted(((_number(choice, place), choice) for place, choice in enumerate(choices)), key=itemgetter(0))
    head: dict[str, object] = {"id": answer_id("", envelope.seed), "created": envelope.created, "model": envelope.model}
    head |= {name: value for name, value in answer.items() if name in _OF_EVERY_CHUNK and not empty(value)}
    head["object"] = "chat.completion.chunk"
    beside = {name: value for name, value in answer.items() if name not in {*head, "choices", "usage"}}
    for place, (index, choice) in enumerate(numbered):
        said = _delta(choice)
        first = {"index": index, "delta": {"role": said.pop("role", "assistant")}, "finish_reason": None}
        yield msgspec.json.encode(head | (beside if place == 0 else {}) | {"choices": [first]})
        others = {name: value for name, value in choice.items() if name not in ("index", "message", "finish_reason")}
        yield msgspec.json.encode(
            head | {"choices": [{"index": index, "delta": said, **others, "finish_reason": None}]}
        )
    for index, choice in numbered:
        reason: object = choice.get("finish_reason", Raw(b"null"))
        if isinstance(reason, Raw) and empty(reason):
            reason = "tool_calls" if "tool_calls" in _delta(choice) else "stop"
        yield msgspec.json.encode(head | {"choices": [{"index": index, "delta": {}, "finish_reason": reason}]})
    if envelope.include_usage and "usage" in answer and not empty(answer["usage"]):
        yield msgspec.json.encode(head | {"choices": [], "usage": answer["usage"]})


def _number(choice: Members, place: int) -> int:
    told = bytes(choice.get("index", b""))
    return int(told) if told.isdigit() else place


def _delta(choice: Members) -> dict[str, object]:
    raw = choice.get("message", Raw(b"null"))
    delta: dict[str, object] = {**_OBJECT.decode(raw)} if bytes(raw).startswith(b"{") else {}
    for name in _NUMBERED:
        if isinstance(blocks := delta.get(name), Raw) and bytes(blocks).startswith(b"["):
            delta[name] = [{"index": place, **_OBJECT.decode(each)} for place, each in enumerate(_LIST.decode(blocks))]
    if isinstance(calls := delta.pop("tool_calls", None), Raw) and not empty(calls):
        delta["tool_calls"] = [_call(_OBJECT.decode(each), place) for place, each in enumerate(_LIST.decode(calls))]
    return delta


def _call(call: Members, place: int) -> dict[str, object]:
    """Some servers send arguments as an object; clients put the text of them together."""
    function = _OBJECT.decode(call["function"]) if bytes(call.get("function", b"")).startswith(b"{") else {}
    if bytes(function.get("arguments", b"")).startswith(b"{"):
        text = arguments_text(lenient.decode(_FUNCTION, call["function"]).arguments)
        return {**call, "index": place, "function": {**function, "arguments": text}}
    return {**call, "index": place}


_FUNCTION = msgspec.json.Decoder(FunctionWire)


def _datas(stream: bytes) -> Iterator[bytes]:
    reader = SseReader()
    for event in (*reader.feed(stream), *reader.close()):
        if event.data.strip():
            yield event.data


class _Answer:
    """What the chunks add up to."""

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._members: Members = {}
        self._choices: dict[int, _Choice] = {}

    def add(self, chunk: Members) -> None:
        for name, value in chunk.items():
            if name not in _NOT_OF_THE_WHOLE:
                _take(self._members, name, value, first=name in _FIRST_COUNTS)
        raw = chunk.get("choices", Raw(b"null"))
        for choice in _LIST.decode(raw) if not empty(raw) else ():
            members = _OBJECT.decode(choice)
            index = _number(members, 0)
            if index not in self._choices:
                self._choices[index] = _Choice(self._envelope)
            self._choices[index].add(members, lenient.decode(_CHOICE, choice, SAID))

    def body(self, *, whole: bool) -> bytes:
        """`whole`: the stream was seen to its end. Else a choice that did not say why it ended was cut."""
        if not self._choices:
            self._choices[0] = _Choice(self._envelope)
        if not whole and len(self._choices) > 1 and not all(each.ended for each in self._choices.values()):
            raise UpstreamUnreadable("the upstream's answer was cut short")
        envelope = self._envelope
        usual = {"id": answer_id("", envelope.seed), "created": envelope.created, "model": envelope.model}
        told = {name: value for name, value in self._members.items() if name not in usual or _says(value)}
        choices = [{"index": index, **self._choices[index].built()} for index in sorted(self._choices)]
        return msgspec.json.encode({"object": "chat.completion", **usual, "choices": choices, **told})


class _Choice:
    def __init__(self, envelope: Envelope) -> None:
        self._members: Members = {}
        self._message: Merged = {}
        self._logprobs: Merged = {}
        self._reader = ChoiceReader(envelope)  # which knows how servers cut calls into pieces
        self._events: list[Event] = []
        self._calls: dict[int, Merged] = {}  # by key: what is said beside the call itself

    @property
    def ended(self) -> bool:
        return "finish_reason" in self._members and not empty(self._members["finish_reason"])

    def add(self, members: Members, read: Choice) -> None:
        for name, value in members.items():
            if name not in _NOT_OF_A_CHOICE:
                _take(self._members, name, value)
        if "logprobs" in members:
            absorb(self._logprobs, {"logprobs": members["logprobs"]})
        name = "delta" if read.delta is not None else "message"
        said = read.delta or read.message
        if said is None:
            return
        message = _OBJECT.decode(members[name])
        calls = message.pop("tool_calls", Raw(b"null"))
        absorb(self._message, message)
        if said.tool_calls:
            for place, (call, raw) in enumerate(zip(said.tool_calls, _LIST.decode(calls), strict=False)):
                self._call(call if read.delta is not None else structs.replace(call, index=place), _OBJECT.decode(raw))

    def _call(self, call: CallWire, members: Members) -> None:
        self._reader.feed(Choice(delta=Said(tool_calls=[call])), self._events)
        beside = self._calls.setdefault(self._reader.current, {})
        absorb(beside, {name: value for name, value in members.items() if name not in _OF_A_CALL})
        function = members.get("function", Raw(b"null"))
        if bytes(function).startswith(b"{"):
            more = {n: value for n, value in _OBJECT.decode(function).items() if n not in ("name", "arguments")}
            absorb(beside, {"function": Raw(msgspec.json.encode(more))} if more else {})

    def built(self) -> dict[str, object]:
        events = [*self._events, *self._reader.end()]
        started = [event for event in events if isinstance(event, ToolStarted)]
        pieces: dict[int, list[str]] = defaultdict(list)
        for event in events:
            if isinstance(event, ToolDelta):
                pieces[event.key].append(event.text)
        calls = [self._written(call, "".join(pieces[call.key])) for call in sorted(started, key=lambda call: call.key)]
        message = {"role": "assistant", "content": None, **{name: built(node) for name, node in self._message.items()}}
        for name in _NUMBERED:
            if isinstance(blocks := message.get(name), list):
                message[name] = [_unnumbered(block) for block in blocks]
        if calls:
            message["tool_calls"] = calls
            message["content"] = message["content"] or None
        reason = {} if self.ended else {"finish_reason": "tool_calls" if calls else "stop"}
        logprobs = {name: built(node) for name, node in self._logprobs.items()}
        return {"message": message, **logprobs, **self._members, **reason}

    def _written(self, event: ToolStarted, arguments: str) -> dict[str, object]:
        call = write_call(ToolCall(event.id, event.name, arguments, event.custom), event.id)
        beside = {name: built(node) for name, node in self._calls.get(event.key, {}).items()}
        function, more = call.get("function"), beside.pop("function", None)
        if isinstance(function, dict) and isinstance(more, dict):
            call["function"] = function | more
        return call | beside


def _take(members: Members, name: str, value: Raw, *, first: bool = False) -> None:
    """The last value that says something, or the first."""
    if name not in members or (_says(value) and not (first and _says(members[name]))):
        members[name] = value


def _says(value: Raw) -> bool:
    return not empty(value) and bytes(value) != b"0"


def _unnumbered(block: object) -> object:
    if isinstance(block, Raw) and bytes(block).startswith(b"{"):
        block = _OBJECT.decode(block)
    return {name: value for name, value in block.items() if name != "index"} if isinstance(block, dict) else block


def _unreadable(error: Exception) -> UpstreamUnreadable:
    return UpstreamUnreadable(f"the upstream's answer can not be read: {error}")
