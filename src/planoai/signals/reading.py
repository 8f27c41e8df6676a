"""Messages, as the clients of an API send them -> rows. What is neither text nor a call of a tool is left out here."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Literal, assert_never

from msgspec import UNSET, Raw, Struct, UnsetType, convert, field, json, to_builtins

from planoai.conversation.message import Message, Part, ResultPart, Text, ToolCall, ToolResult
from planoai.errors import ClientError
from planoai.signals.signal import Row
from planoai.table import pick

Api = Literal["auto", "sharegpt", "openai_chat", "anthropic_messages", "openai_responses"]

# The field of a request that holds the messages, of those that are read as requests.
_FIELDS: Mapping[str, str] = {
    "auto": "",
    "sharegpt": "",
    "openai_chat": "messages",
    "anthropic_messages": "messages",
    "openai_responses": "input",
}
_OF_RESPONSES = frozenset({"input_text", "output_text", "input_image", "input_file"})
_OF_ANTHROPIC = frozenset({"tool_use", "tool_result", "thinking", "redacted_thinking", "image", "document"})
_ANY_ID = Raw(b'"-"')


class Unread(ValueError):
    """The messages are none of this API, or of none that is known here."""


class _Given(Struct):
    """A row as a file has it: what else stands there is nothing to us."""

    role: str = field(name="from", default="")
    value: str = ""


class _TypedPart(Struct):
    type: str = ""


class _Item(Struct):
    """What tells the APIs apart, of one message."""

    from_: Raw | UnsetType = field(name="from", default=UNSET)
    type: str = ""
    content: Raw = Raw(b"")

    def part_types(self) -> Iterator[str]:
        if bytes(self.content).startswith(b"["):
            yield from (part.type for part in json.decode(self.content, type=list[_TypedPart]))


class _Function(Struct):
    name: str
    arguments: Raw = Raw(b'""')


class _Called(Struct):
    function: _Function

    def completed(self) -> Mapping[str, object]:
        written = bytes(self.function.arguments)
        arguments = self.function.arguments if written.startswith(b'"') else written.decode()
        return {"id": _ANY_ID, "type": "function", "function": {"name": self.function.name, "arguments": arguments}}


def rows_of(messages: object, api: Api = "auto") -> tuple[Row, ...]:
    """The rows of a list of messages, which may hold objects of the APIs' own libraries.

    Raises Unread, which says why they can not be read, and NotInTable for an API that is not known.
    """
    pick(_FIELDS, api, "api")
    try:
        given = _listed(messages, api)
        rows = [each for each in given if isinstance(each, Row)]
        if len(rows) == len(given):
            return mended(convert(to_builtins(rows), list[Row]))
        body = _encoded(given)
        api = _looks_like(body) if api == "auto" else api
        if api == "sharegpt":
            return tuple(Row(each.role, each.value) for each in json.decode(body, type=list[_Given]))
        return _read(body, api)
    except ClientError as problem:
        raise Unread(problem.message) from None
    except Exception as problem:  # noqa: BLE001 - objects among the messages run code of their own, which may raise anything
        raise Unread(str(problem) or type(problem).__name__) from None


def mended(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows, none of which has half a character in it. What was read from JSON never has."""
    return tuple(row if row.value.isascii() and row.role.isascii() else _mended_row(row) for row in rows)


def rows_of_conversation(messages: Iterable[Message]) -> tuple[Row, ...]:
    """The rows of messages that a dialect has read."""
    return tuple(chain.from_iterable(map(_rows, messages)))


def _rows(message: Message) -> Iterator[Row]:
    """A person who says nothing had their turn, and a tool that returns nothing has been called; a model that says nothing is not told of."""
    match message.role:
        case "user":
            yield Row("human", _text(message.parts))
        case "assistant":
            if text := _text(message.parts):
                yield Row("gpt", text)
            yield from (_call(part) for part in message.parts if isinstance(part, ToolCall))
        case "tool":
            results = (part for part in message.parts if isinstance(part, ToolResult))
            yield from (Row("observation", _text(each.parts), failed=bool(each.is_error)) for each in results)
        case "system" | "developer":
            pass
        case _:
            assert_never(message.role)


def _text(parts: Iterable[Part] | Iterable[ResultPart]) -> str:
    return "\n".join(part.text for part in parts if isinstance(part, Text))


def _call(call: ToolCall) -> Row:
    """The arguments stay the text that the model wrote."""
    return Row("function_call", json.encode({"name": call.name, "arguments": call.arguments}).decode())


def _read(body: bytes, api: Api) -> tuple[Row, ...]:
    try:
        return _requested(body, api)
    except ClientError:
        if api != "openai_chat":
            raise
        return _requested(_completed(body), api)


def _requested(body: bytes, api: Api) -> tuple[Row, ...]:
    from planoai import apis  # rows need none

    client = apis.DIALECTS[api].client
    assert client is not None  # noqa: S101 - these three APIs have clients
    request = {"model": Raw(b'"-"'), "max_tokens": Raw(b"1"), _FIELDS[api]: Raw(body)}
    return rows_of_conversation(client.read_request(request).messages)


def _completed(body: bytes) -> bytes:
    """Chat messages with what data sets leave out, the ids of calls, and with arguments as text where they are objects."""
    messages = json.decode(body, type=list[dict[str, Raw]])
    for message in messages:
        if bytes(message.get("role", b"")) == b'"tool"':
            message["tool_call_id"] = _ANY_ID
        if "tool_calls" in message:
            calls = json.decode(message["tool_calls"], type=list[_Called] | None) or []
            message["tool_calls"] = Raw(json.encode([call.completed() for call in calls]))
    return json.encode(messages)


def _looks_like(body: bytes) -> Api:
    """Text alone reads the same in Chat and in Messages, so that what has nothing of its own is Chat."""
    items = json.decode(body, type=list[_Item])
    if any(item.from_ is not UNSET for item in items):
        return "sharegpt"
    kinds = {kind for item in items for kind in item.part_types()}
    if kinds & _OF_RESPONSES:
        return "openai_responses"
    if kinds & _OF_ANTHROPIC:
        return "anthropic_messages"
    return "openai_responses" if any(item.type for item in items) else "openai_chat"


def _listed(messages: object, api: Api) -> list[object] | str:
    if isinstance(messages, str) and api == "openai_responses":
        return messages
    if isinstance(messages, (str, bytes, bytearray, Mapping)) or not isinstance(messages, Iterable):
        raise TypeError(f"messages: expected a list of messages, got {type(messages).__name__}")
    return list(messages)


def _encoded(messages: list[object] | str) -> bytes:
    try:
        return json.encode(messages, enc_hook=_as_json)
    except UnicodeEncodeError:
        return json.encode(_mended_json(messages), enc_hook=_as_json)


def _as_json(value: object) -> object:
    """The messages in the libraries of OpenAI and Anthropic are models of pydantic."""
    dump = getattr(value, "model_dump", None)
    if dump is None:
        raise TypeError(f"messages: {type(value).__name__} is no message, nor a part of one")
    return dump(mode="json", exclude_none=True)


def _mended(text: str) -> str:
    """Half a surrogate pair can not be written again: it is U+FFFD from here on. Halves that belong together become their character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _mended_row(row: Row) -> Row:
    return Row(_mended(row.role), _mended(row.value), row.failed)


def _mended_json(value: object) -> object:
    if isinstance(value, str):
        return _mended(value)
    if isinstance(value, Mapping):
        return {_mended_json(key): _mended_json(each) for key, each in value.items()}
    return [_mended_json(each) for each in value] if isinstance(value, (list, tuple)) else value
