"""The messages of a Chat request -> conversation."""

from collections.abc import Iterator

from msgspec import Raw, structs

from planoai.apis.fields import read
from planoai.apis.openai_chat.choice_read import arguments_text
from planoai.apis.openai_chat.parts import read_cache, read_citations, read_thinking, read_url, thought
from planoai.apis.openai_chat.wire import NAME, CallWire, CustomWire, FilePart, FunctionWire, MessageWire, PartWire
from planoai.apis.unread import unread
from planoai.conversation.message import (
    Audio,
    Document,
    FileId,
    Image,
    Message,
    Opaque,
    Part,
    Refusal,
    ResultPart,
    Role,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from planoai.errors import BadRequest

_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "developer",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}


Extras = dict[str, Raw]
Placed = tuple[Part, str]  # a part and where it stands in the client's body


def read_messages(wires: list[MessageWire], extras: Extras) -> tuple[Message, ...]:
    """`extras` gets what has no word in a conversation, by its path. Raises BadRequest with the path of what can not be read."""
    if not wires:
        raise BadRequest("messages: at least one message is required", param="messages")
    return tuple(_message(wire, f"messages[{place}]", extras) for place, wire in enumerate(wires))


def _message(wire: MessageWire, path: str, extras: Extras) -> Message:
    role = _ROLES.get(wire.role)
    if role is None:
        known = ", ".join(_ROLES)
        raise BadRequest(f"{path}.role: {wire.role!r} is none of {known}", param=f"{path}.role")
    placed = list(_content(wire.content, f"{path}.content", extras))
    if role == "tool":
        return Message(role, (_result(wire, placed, path, extras),), path=path, paths=(path,))
    if role == "assistant":
        placed = [*_thinking(wire, path), *_cited(placed, wire), *_refusal(wire, path), *_calls(wire, path)]
    if wire.cache_control and placed and isinstance(last := placed[-1][0], Text | Image | Document):
        placed[-1] = (structs.replace(last, cache=read_cache(wire.cache_control)), placed[-1][1])
    parts, paths = tuple(part for part, _ in placed), tuple(where for _, where in placed)
    return Message(role, parts, wire.name, path=path, paths=paths)


def _content(content: str | list[Raw] | None, path: str, extras: Extras) -> Iterator[Placed]:
    if isinstance(content, str):
        if content:
            yield Text(content), path
        return
    for place, raw in enumerate(content or ()):
        where = f"{path}[{place}]"
        if (part := _part(read(raw, PartWire, where), raw, where)) is not None:
            yield part, where
            if not isinstance(part, Opaque):
                extras.update(unread(raw, PartWire, where))


def _part(wire: PartWire, raw: Raw, path: str) -> Part | None:
    """None for a part that says nothing."""
    cache = read_cache(wire.cache_control)
    match wire.type:
        case "text":
            if wire.text is None:
                raise BadRequest(f"{path}.text: this field is required", param=f"{path}.text")
            return Text(wire.text, cache=cache)
        case "image_url":
            image = wire.image_url
            if image is None:
                raise BadRequest(f"{path}.image_url: this field is required", param=f"{path}.image_url")
            url, detail = (image, None) if isinstance(image, str) else (image.url, image.detail)
            return Image(read_url(url, "image/jpeg"), detail, cache)
        case "input_audio":
            if wire.input_audio is None:
                raise BadRequest(f"{path}.input_audio: this field is required", param=f"{path}.input_audio")
            return Audio(wire.input_audio.format, wire.input_audio.data)
        case "file":
            document = _file(wire.file, path)
            return structs.replace(document, cache=cache)
        case "refusal":
            return Refusal(wire.refusal) if wire.refusal else None
        case "thinking":
            return Thinking(thought(wire)) if wire.thinking else None
        case _:
            return Opaque(NAME, wire.type, raw)


def _file(wire: FilePart | None, path: str) -> Document:
    if wire is not None and wire.file_data:
        data = wire.file_data
        url = data if data.startswith(("data:", "http://", "https://")) else f"data:;base64,{data}"
        return Document(read_url(url, "application/pdf"), wire.filename)
    if wire is not None and wire.file_id:
        return Document(FileId(wire.file_id), wire.filename)
    raise BadRequest(f"{path}.file: one of file_data and file_id is required", param=f"{path}.file")


def _result(wire: MessageWire, placed: list[Placed], path: str, extras: Extras) -> ToolResult:
    """A message of the legacy role `function` names the function instead of the call."""
    identifier = wire.tool_call_id or (_legacy_id(wire.name) if wire.role == "function" and wire.name else "")
    if not identifier:
        where = f"{path}.tool_call_id"
        raise BadRequest(f"{where}: this field is required", param=where)
    kept = tuple(part for part, _ in placed if isinstance(part, ResultPart))
    extras.update({where: Raw(b"{}") for part, where in placed if not isinstance(part, ResultPart)})
    return ToolResult(identifier, kept, cache=read_cache(wire.cache_control))


def _thinking(wire: MessageWire, path: str) -> Iterator[Placed]:
    """Blocks say all that the plain text says, and prove it."""
    blocks = tuple(read_thinking(wire.thinking_blocks or ()))
    if blocks:
        yield from ((block, f"{path}.thinking_blocks[{place}]") for place, block in enumerate(blocks))
    elif wire.reasoning_content:
        yield Thinking(wire.reasoning_content), f"{path}.reasoning_content"
    elif wire.reasoning:
        yield Thinking(wire.reasoning), f"{path}.reasoning"


def _cited(placed: list[Placed], wire: MessageWire) -> list[Placed]:
    citations = tuple(read_citations(wire.annotations))
    if citations and len(placed) == 1 and isinstance(text := placed[0][0], Text):
        return [(structs.replace(text, citations=citations), placed[0][1])]
    return placed


def _refusal(wire: MessageWire, path: str) -> Iterator[Placed]:
    if wire.refusal:
        yield Refusal(wire.refusal), f"{path}.refusal"


def _calls(wire: MessageWire, path: str) -> Iterator[Placed]:
    for place, call in enumerate(wire.tool_calls or ()):
        where = f"{path}.tool_calls[{place}]"
        yield _call(call, where), where
    if wire.function_call is not None:
        name = wire.function_call.name or ""
        yield ToolCall(_legacy_id(name), name, arguments_text(wire.function_call.arguments)), f"{path}.function_call"


def _call(wire: CallWire, path: str) -> ToolCall:
    custom = wire.custom is not None
    name = (wire.custom or CustomWire()).name if custom else (wire.function or FunctionWire()).name
    if not wire.id or not name:
        where = f"{path}.id" if not wire.id else f"{path}.{'custom' if custom else 'function'}.name"
        raise BadRequest(f"{where}: this field is required", param=where)
    text = (wire.custom.input or "") if wire.custom else arguments_text((wire.function or FunctionWire()).arguments)
    extra = wire.extra_content
    kept = isinstance(extra, Raw) and bytes(extra) != b"null"
    extras = Raw(b'{"extra_content":%b}' % bytes(extra)) if kept and isinstance(extra, Raw) else None
    return ToolCall(wire.id, name, text, custom, extras=extras)


def _legacy_id(name: str) -> str:
    return f"call_{name}"[:64]
