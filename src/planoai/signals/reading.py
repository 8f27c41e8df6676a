"""From what people have, messages of an API or rows in ShareGPT form, to rows."""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec
from msgspec import Raw

from planoai.conversation.message import Message, Text, ToolCall, ToolResult
from planoai.errors import ClientError
from planoai.signals.signal import Row

Api = Literal["auto", "sharegpt", "openai_chat", "anthropic_messages", "openai_responses"]

_ITEMS = frozenset(("message", "function_call", "function_call_output", "reasoning", "item_reference"))
_RESPONSES_PARTS = frozenset(("input_text", "output_text", "input_image", "input_file"))
_ANTHROPIC_PARTS = frozenset(("tool_use", "tool_result", "thinking", "redacted_thinking"))


class Unread(ValueError):
    """The messages are none of this API, or of none that we know."""


class _Called(msgspec.Struct):
    name: str
    arguments: str


def rows_of(messages: object, api: Api = "auto") -> tuple[Row, ...]:
    """Raises Unread."""
    if isinstance(messages, str | bytes) or not isinstance(messages, Iterable):
        raise Unread(f"messages are {type(messages).__name__}, not a list")
    try:
        listed = list(messages)
        if all(isinstance(each, Row) for each in listed):
            return tuple(map(_clean, listed))
        name = guessed(listed) if api == "auto" else api
        if name == "sharegpt":
            return tuple(map(_clean, msgspec.convert(listed, list[Row])))
        return rows_of_conversation(_read(listed, name))
    except ClientError as problem:
        raise Unread(problem.message) from None
    except (msgspec.MsgspecError, RecursionError, TypeError, ValueError) as problem:
        raise Unread(str(problem)) from None


def guessed(messages: list[object]) -> Api:
    """The API by what only it has; plain text reads the same in Chat Completions and in Messages."""
    for message in messages:
        if isinstance(message, dict):
            if "from" in message:
                return "sharegpt"
            if message.get("type") in _ITEMS:
                return "openai_responses"
            content = message.get("content")
            kinds = (
                {part.get("type") for part in content if isinstance(part, dict)} if isinstance(content, list) else set()
            )
            if kinds & _RESPONSES_PARTS:
                return "openai_responses"
            if kinds & _ANTHROPIC_PARTS:
                return "anthropic_messages"
    return "openai_chat"


def rows_of_conversation(messages: Iterable[Message]) -> tuple[Row, ...]:
    """System text makes no row, an empty user message does, every call and every result of a tool one of its own."""
    return tuple(map(_clean, _rows(messages)))


def _read(messages: list[object], api: Api) -> tuple[Message, ...]:
    from planoai.apis import DIALECTS  # takes 70 ms

    key = "input" if api == "openai_responses" else "messages"
    fields = {"model": Raw(b'""'), "max_tokens": Raw(b"1"), key: Raw(msgspec.json.encode(messages))}
    client = DIALECTS[api].client
    if client is None:
        raise Unread(f"nobody asks by {api}")
    return client.read_request(fields).messages


def _rows(messages: Iterable[Message]) -> Iterator[Row]:
    for message in messages:
        match message.role:
            case "user":
                yield Row("human", _text(message.parts))
            case "assistant":
                text = _text(message.parts)
                if text:
                    yield Row("gpt", text)
                for part in message.parts:
                    if isinstance(part, ToolCall):
                        yield Row("function_call", msgspec.json.encode(_Called(part.name, part.arguments)).decode())
            case "tool":
                for part in message.parts:
                    if isinstance(part, ToolResult):
                        yield Row("observation", _text(part.parts), failed=part.is_error is True)
            case "system" | "developer":
                pass


def _text(parts: Iterable[object]) -> str:
    return "\n".join(part.text for part in parts if isinstance(part, Text))


def _clean(row: Row) -> Row:
    """Half of a surrogate pair can not be written again."""
    try:
        row.value.encode()
    except UnicodeEncodeError:
        whole = row.value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        return Row(row.role, whole, row.failed)
    return row
