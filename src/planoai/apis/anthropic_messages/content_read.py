"""Turns and their content blocks -> messages and parts."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

import msgspec
from msgspec import Raw, Struct, structs

from planoai.apis.anthropic_messages import wire
from planoai.apis.anthropic_messages.response_read import read_citation, read_extras
from planoai.apis.anthropic_messages.wire import NAME, Typed
from planoai.apis.fields import read
from planoai.apis.proofs import read_data, read_signature
from planoai.apis.unread import unread
from planoai.conversation.message import (
    Base64,
    CacheMark,
    Document,
    FileId,
    Image,
    Inline,
    Link,
    Message,
    Opaque,
    Part,
    ResultPart,
    Role,
    Source,
    Text,
    ToolCall,
    ToolResult,
)
from planoai.errors import BadRequest

ROLES = ("user", "assistant", "system")

Extras = dict[str, Raw]
Placed = tuple[Part, str]  # a part and where it stands in the client's body

_TURN = ("role", "content")
_CONTENT = msgspec.json.Decoder(str | list[Raw] | None)


def read_system(content: str | list[Raw] | None, extras: Extras) -> tuple[Message, ...]:
    parts = read_content(content, "system", extras)
    return (_message("system", parts, "system"),) if parts else ()


def read_turn(turn: Mapping[str, Raw], path: str, extras: Extras) -> list[Message]:
    """A user's turn may begin with the results of tools: they become a message of their own.

    `extras` gets the members of turns and blocks that we have no word for, under their paths.
    """
    role: str = msgspec.json.decode(turn["role"], type=str)
    parts = read_content(_CONTENT.decode(turn.get("content", wire.ABSENT)), f"{path}.content", extras)
    extras.update({f"{path}.{name}": value.copy() for name, value in turn.items() if name not in _TURN})
    match role:
        case "user":
            results = [placed for placed in parts if isinstance(placed[0], ToolResult)]
            said = [placed for placed in parts if not isinstance(placed[0], ToolResult)]
            messages = [_message("tool", results, path)] if results else []
            return [*messages, _message("user", said, path)] if said or not results else messages
        case "assistant" | "system":
            return [_message(role, parts, path)]
        case _:
            raise BadRequest(
                f"{path}.role: {role!r} is no role; the roles are {', '.join(ROLES)}", param=f"{path}.role"
            )


def read_content(content: str | list[Raw] | None, path: str, extras: Extras) -> list[Placed]:
    if content is None:
        return []
    if isinstance(content, str):
        return [(Text(content), path)]
    return [placed for index, raw in enumerate(content) for placed in _read_block(raw, f"{path}[{index}]", extras)]


def _message(role: Role, placed: Sequence[Placed], path: str) -> Message:
    return Message(role, tuple(part for part, _ in placed), path=path, paths=tuple(where for _, where in placed))


def _read_block(raw: Raw, path: str, extras: Extras) -> list[Placed]:
    kind = read(raw, Typed, path).type
    if kind not in _READERS:
        return [(Opaque(NAME, kind, raw.copy()), path)]
    reader, shape = _READERS[kind]
    found = reader(raw, path, extras)
    if not found:
        return [(Opaque(NAME, kind, raw.copy()), path)]
    extras.update(unread(raw, shape, path))
    return found


def _text(raw: Raw, path: str, _extras: Extras) -> list[Placed]:
    block = read(raw, wire.TextBlock, path)
    try:
        citations = tuple(read_citation(each) for each in block.citations or ())
    except msgspec.DecodeError as error:
        raise BadRequest(f"{path}.citations: {error}", param=f"{path}.citations") from None
    return [(Text(block.text, citations, mark(block.cache_control)), path)]


def _image(raw: Raw, path: str, _extras: Extras) -> list[Placed]:
    block = read(raw, wire.ImageBlock, path)
    source = _source(block.source, f"{path}.source")
    return [] if source is None else [(Image(source, cache=mark(block.cache_control)), path)]


def _document(raw: Raw, path: str, extras: Extras) -> list[Placed]:
    """A document of texts and images is told apart: no other API has documents with images inside."""
    block = read(raw, wire.DocumentBlock, path)
    cite = None if block.citations is None else block.citations.enabled
    whole = Document(Inline(""), block.title, block.context, cite, mark(block.cache_control))
    if block.source.type == "content" and block.source.content is not None:
        inner = read_content(block.source.content, f"{path}.source.content", extras)
        known = all(isinstance(part, Text | Image | Opaque) for part, _ in inner)
        return _apart(inner, whole, path) if known else []
    source = _source(block.source, f"{path}.source")
    return [] if source is None else [(structs.replace(whole, source=source), path)]


def _apart(inner: Sequence[Placed], whole: Document, path: str) -> list[Placed]:
    """Texts that follow one another are one document, and the cache mark is on what comes last."""
    placed: list[Placed] = []
    for are_texts, run in groupby(inner, lambda each: isinstance(each[0], Text)):
        if are_texts:
            text = "\n".join(part.text for part, _ in run if isinstance(part, Text))
            placed.append((structs.replace(whole, source=Inline(text), cache=None), path))
        else:
            placed += run
    if placed and whole.cache is not None and isinstance(last := placed[-1][0], Document | Image):
        placed[-1] = (structs.replace(last, cache=whole.cache), placed[-1][1])
    return placed


def _search_result(raw: Raw, path: str, _extras: Extras) -> list[Placed]:
    """A passage is a document: every model can read it, under whatever name its API has for one."""
    block = read(raw, wire.SearchResultBlock, path)
    cite = None if block.citations is None else block.citations.enabled
    text = "\n".join(each.text for each in block.content)
    return [(Document(Inline(text), block.title, block.source, cite, mark(block.cache_control)), path)]


def _thinking(raw: Raw, path: str, _extras: Extras) -> list[Placed]:
    block = read(raw, wire.ThinkingBlock, path)
    return [(read_signature(block.thinking, block.signature), path)]


def _redacted_thinking(raw: Raw, path: str, _extras: Extras) -> list[Placed]:
    return [(read_data(read(raw, wire.RedactedThinkingBlock, path).data), path)]


def _tool_use(raw: Raw, path: str, _extras: Extras) -> list[Placed]:
    block = read(raw, wire.ToolUseBlock, path)
    if not block.id:
        raise BadRequest(f"{path}.id: this field is required", param=f"{path}.id")
    arguments = msgspec.json.format(bytes(block.input), indent=-1).decode()
    call = ToolCall(block.id, block.name, arguments, extras=read_extras(block), cache=mark(block.cache_control))
    return [(call, path)]


def _tool_result(raw: Raw, path: str, extras: Extras) -> list[Placed]:
    block = read(raw, wire.ToolResultBlock, path)
    parts: list[ResultPart] = []
    for part, where in read_content(block.content, f"{path}.content", extras):
        if not isinstance(part, Text | Image | Document | Opaque):
            raise BadRequest(f"{where}: a {type(part).__name__} can not be a tool's result", param=where)
        parts.append(part)
    return [(ToolResult(block.tool_use_id, tuple(parts), block.is_error, cache=mark(block.cache_control)), path)]


Reader = Callable[[Raw, str, Extras], list[Placed]]  # gives nothing for a block that we have no word for

_READERS: dict[str, tuple[Reader, type[Struct]]] = {
    "text": (_text, wire.TextBlock),
    "image": (_image, wire.ImageBlock),
    "document": (_document, wire.DocumentBlock),
    "search_result": (_search_result, wire.SearchResultBlock),
    "thinking": (_thinking, wire.ThinkingBlock),
    "redacted_thinking": (_redacted_thinking, wire.RedactedThinkingBlock),
    "tool_use": (_tool_use, wire.ToolUseBlock),
    "tool_result": (_tool_result, wire.ToolResultBlock),
}


def _source(source: wire.SourceObject, path: str) -> Source | None:
    """None for one that we have no word for."""
    match source.type:
        case "base64":
            if source.data is None or source.media_type is None:
                raise BadRequest(f"{path}: media_type and data are required", param=path)
            return Base64(source.media_type, source.data)
        case "url":
            if source.url is None:
                raise BadRequest(f"{path}.url: this field is required", param=f"{path}.url")
            return Link(source.url)
        case "file" if source.file_id is not None:
            return FileId(source.file_id)
        case "text" if source.data is not None:
            return Inline(source.data)
        case _:
            return None


def mark(cache: wire.CacheControl | None) -> CacheMark | None:
    return None if cache is None else CacheMark(cache.ttl)
