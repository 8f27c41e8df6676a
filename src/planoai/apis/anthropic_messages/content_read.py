"""Turns and their content blocks -> messages and parts."""

from collections.abc import Callable

import msgspec
from msgspec import Raw

from planoai.apis.anthropic_messages import wire
from planoai.apis.anthropic_messages.response_read import read_citation, read_extras
from planoai.apis.anthropic_messages.wire import NAME, Typed
from planoai.apis.fields import read
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
    RedactedThinking,
    ResultPart,
    Source,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from planoai.errors import BadRequest

ROLES = ("user", "assistant", "system")


def read_system(content: str | list[Raw] | None) -> tuple[Message, ...]:
    parts = read_content(content, "system")
    return (Message("system", parts),) if parts else ()


def read_turn(turn: wire.Turn, path: str) -> list[Message]:
    """A user's turn may begin with the results of tools: they become a message of their own."""
    parts = read_content(turn.content, f"{path}.content")
    match turn.role:
        case "user":
            results = tuple(part for part in parts if isinstance(part, ToolResult))
            said = tuple(part for part in parts if not isinstance(part, ToolResult))
            messages = [Message("tool", results)] if results else []
            return [*messages, Message("user", said)] if said or not results else messages
        case "assistant" | "system":
            return [Message(turn.role, parts)]
        case _:
            raise BadRequest(
                f"{path}.role: {turn.role!r} is no role; the roles are {', '.join(ROLES)}", param=f"{path}.role"
            )


def read_content(content: str | list[Raw] | None, path: str) -> tuple[Part, ...]:
    if content is None:
        return ()
    if isinstance(content, str):
        return (Text(content),)
    return tuple(_read_block(raw, f"{path}[{index}]") for index, raw in enumerate(content))


def _read_block(raw: Raw, path: str) -> Part:
    kind = read(raw, Typed, path).type
    reader = _READERS.get(kind)
    part = reader(raw, path) if reader is not None else None
    return part if part is not None else Opaque(NAME, kind, raw.copy())


def _text(raw: Raw, path: str) -> Text:
    block = read(raw, wire.TextBlock, path)
    try:
        citations = tuple(read_citation(each) for each in block.citations or ())
    except msgspec.DecodeError as error:
        raise BadRequest(f"{path}.citations: {error}", param=f"{path}.citations") from None
    return Text(block.text, citations, mark(block.cache_control))


def _image(raw: Raw, path: str) -> Image | None:
    block = read(raw, wire.ImageBlock, path)
    source = _source(block.source, f"{path}.source")
    return None if source is None else Image(source, cache=mark(block.cache_control))


def _document(raw: Raw, path: str) -> Document | None:
    block = read(raw, wire.DocumentBlock, path)
    source = _source(block.source, f"{path}.source")
    cite = None if block.citations is None else block.citations.enabled
    return None if source is None else Document(source, block.title, block.context, cite, mark(block.cache_control))


def _search_result(raw: Raw, path: str) -> Document:
    """A passage is a document: every model can read it, under whatever name its API has for one."""
    block = read(raw, wire.SearchResultBlock, path)
    cite = None if block.citations is None else block.citations.enabled
    text = "\n".join(each.text for each in block.content)
    return Document(Inline(text), block.title, block.source, cite, mark(block.cache_control))


def _thinking(raw: Raw, path: str) -> Thinking:
    block = read(raw, wire.ThinkingBlock, path)
    return Thinking(block.thinking, signature=block.signature or None)


def _redacted_thinking(raw: Raw, path: str) -> RedactedThinking:
    return RedactedThinking(read(raw, wire.RedactedThinkingBlock, path).data)


def _tool_use(raw: Raw, path: str) -> ToolCall:
    block = read(raw, wire.ToolUseBlock, path)
    if not block.id:
        raise BadRequest(f"{path}.id: this field is required", param=f"{path}.id")
    arguments = msgspec.json.format(bytes(block.input), indent=-1).decode()
    return ToolCall(
        block.id,
        block.name,
        arguments,
        extras=read_extras(block),
        cache=mark(block.cache_control),
    )


def _tool_result(raw: Raw, path: str) -> ToolResult:
    block = read(raw, wire.ToolResultBlock, path)
    parts: list[ResultPart] = []
    for part in read_content(block.content, f"{path}.content"):
        if not isinstance(part, Text | Image | Document | Opaque):
            raise BadRequest(f"{path}.content: a {type(part).__name__} can not be a tool's result", param=path)
        parts.append(part)
    return ToolResult(block.tool_use_id, tuple(parts), block.is_error, cache=mark(block.cache_control))


_READERS: dict[str, Callable[[Raw, str], Part | None]] = {
    "text": _text,
    "image": _image,
    "document": _document,
    "search_result": _search_result,
    "thinking": _thinking,
    "redacted_thinking": _redacted_thinking,
    "tool_use": _tool_use,
    "tool_result": _tool_result,
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
        case "content" if source.content is not None:
            parts = read_content(source.content, f"{path}.content")
            texts = [part.text for part in parts if isinstance(part, Text)]
            return Inline("\n".join(texts)) if len(texts) == len(parts) else None
        case _:
            return None


def mark(cache: wire.CacheControl | None) -> CacheMark | None:
    return None if cache is None else CacheMark(cache.ttl)
