"""The blocks of a Converse request, each checked as Bedrock checks it.

Source: the service model of boto3 1.44.5, and the service's own messages. Those of a model behind it begin with `The model returned`.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from planoai.simulate.ids import signature
from planoai.simulate.problem import Refused, invalid
from planoai.simulate.vendors import bedrock

_ID = "[a-zA-Z0-9_.:-]+"
_IMAGES = ("gif", "jpeg", "png", "webp")
_DOCUMENTS = ("csv", "doc", "docx", "html", "md", "pdf", "txt", "xls", "xlsx")
_STATUSES = ("error", "success")
_TTLS = ("1h", "5m")
_DOCUMENT_NAME = re.compile(r"(?!.*\s\s)[A-Za-z0-9\s\-()\[\]]{1,200}")


class Source(Struct):
    bytes: str | None = None
    text: str | None = None
    s3Location: dict[str, Any] | None = None  # noqa: N815  # the service's own names, here and below
    content: list[dict[str, Any]] | None = None


class Image(Struct):
    format: str
    source: Source


class Document(Struct):
    name: str
    source: Source
    format: str | None = None
    context: str | None = None
    citations: dict[str, Any] | None = None


class Sound(Struct):
    format: str
    source: Source


class CachePoint(Struct):
    type: str
    ttl: str | None = None


class ReasoningText(Struct):
    text: str
    signature: str | None = None


class Reasoning(Struct):
    reasoningText: ReasoningText | None = None  # noqa: N815
    redactedContent: str | None = None  # noqa: N815


class ToolUse(Struct):
    toolUseId: str  # noqa: N815
    name: str
    input: Any = None


class Inner(Struct):
    text: str | None = None
    json: Any = None
    image: Image | None = None
    document: Document | None = None
    video: dict[str, Any] | None = None
    searchResult: dict[str, Any] | None = None  # noqa: N815


class ToolResult(Struct):
    toolUseId: str  # noqa: N815
    content: list[Inner]
    status: str | None = None


class Block(Struct):
    text: str | None = None
    image: Image | None = None
    document: Document | None = None
    video: dict[str, Any] | None = None
    audio: Sound | None = None
    toolUse: ToolUse | None = None  # noqa: N815
    toolResult: ToolResult | None = None  # noqa: N815
    guardContent: dict[str, Any] | None = None  # noqa: N815
    cachePoint: CachePoint | None = None  # noqa: N815
    reasoningContent: Reasoning | None = None  # noqa: N815
    citationsContent: dict[str, Any] | None = None  # noqa: N815
    searchResult: dict[str, Any] | None = None  # noqa: N815


class Message(Struct):
    role: str
    content: list[Block]


def check(place: int, message: Message) -> None:
    """Raises Refused."""
    where = f"messages.{place}"
    if not message.content:
        raise invalid(
            f"The content field in the Message object at {where} is empty. Add a ContentBlock object to the content field and try again."
        )
    for index, block in enumerate(message.content):
        named = bedrock.member(("messages", place, "content", index))
        for problem in _wrong(f"{where}.content.{index}", named, block, message.role):
            raise problem
    if any(block.document for block in message.content) and not any(block.text for block in message.content):
        raise invalid(
            f"The content field in the Message object at {where} has a document and no text. Add a text block to it and try again."
        )


def check_names(messages: list[Message]) -> None:
    """No two documents have one name. Raises Refused."""
    names: set[str] = set()
    for document in _documents(messages):
        if document.name in names:
            raise invalid(
                f"The document file name {document.name} is used more than once. Give every document a name of its own."
            )
        names.add(document.name)


def check_point(where: str, point: CachePoint) -> None:
    """Raises Refused."""
    for name, value, known in (("type", point.type, ("default",)), ("ttl", point.ttl, _TTLS)):
        if value is not None:
            check_among(f"{where}.cachePoint.{name}", value, known)


def check_among(where: str, value: str, known: tuple[str, ...]) -> None:
    """Raises Refused."""
    if value not in known:
        constraint = f"Member must satisfy enum value set: [{', '.join(known)}]"
        raise bedrock.failed(f"Value '{value}' at '{where}' failed to satisfy constraint: {constraint}")


def check_pattern(where: str, value: str, pattern: str) -> None:
    """Raises Refused."""
    if not re.fullmatch(pattern, value):
        constraint = f"Member must satisfy regular expression pattern: {pattern}"
        raise bedrock.failed(f"Value '{value}' at '{where}' failed to satisfy constraint: {constraint}")
    if len(value) > 64:
        constraint = "Member must have length less than or equal to 64"
        raise bedrock.failed(f"Value '{value}' at '{where}' failed to satisfy constraint: {constraint}")


def check_one(kind: str, where: str, members: Mapping[str, object]) -> None:
    """A union has exactly one member. Raises Refused."""
    if sum(value is not None for value in members.values()) != 1:
        keys = ", ".join(members)
        raise invalid(f"The {kind} object at {where} must set one of the following keys: {keys}.")


def _members(struct: Struct) -> dict[str, object]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


def _wrong(where: str, member: str, block: Block, role: str) -> Iterator[Refused]:
    """What is wrong with one block; constraints of the service's model are raised as they are met."""
    check_one("ContentBlock", where, _members(block))
    if block.text is not None and not block.text.strip():
        yield invalid(
            f"The text field in the ContentBlock object at {where} is blank. Add text to the text field, and try again."
        )
    if block.image is not None:
        _check_image(member, block.image)
    if block.document is not None:
        _check_document(where, member, block.document)
    if block.audio is not None:
        _check_bytes(block.audio.source)
    if block.cachePoint is not None:
        check_point(member, block.cachePoint)
    if block.reasoningContent is not None:
        yield from _wrong_reasoning(where, block.reasoningContent, role)
    if block.toolUse is not None:
        check_pattern(f"{member}.toolUse.toolUseId", block.toolUse.toolUseId, _ID)
        if not isinstance(block.toolUse.input, dict):
            yield invalid(
                f"The format of the value at {where}.toolUse.input is invalid. Provide a json object for the field and try again."
            )
    if block.toolResult is not None:
        _check_result(where, member, block.toolResult)


def _wrong_reasoning(where: str, reasoning: Reasoning, role: str) -> Iterator[Refused]:
    check_one("ReasoningContentBlock", f"{where}.reasoningContent", _members(reasoning))
    if role != "assistant":
        yield invalid(
            "User messages cannot contain reasoning content. Please remove the reasoning content and try again."
        )
    if (redacted := reasoning.redactedContent) is not None:
        _decoded(redacted)
    thought = reasoning.reasoningText
    if thought is not None and thought.signature != signature(thought.text):
        yield invalid(f"The model returned the following errors: {where}: Invalid `signature` in `thinking` block")


def _check_result(where: str, member: str, result: ToolResult) -> None:
    check_pattern(f"{member}.toolResult.toolUseId", result.toolUseId, _ID)
    if result.status is not None:
        check_among(f"{member}.toolResult.status", result.status, _STATUSES)
    if any(inner.text is not None and not inner.text.strip() for inner in result.content):
        raise invalid(
            f"The text field in the ToolResultContentBlock object at {where}.toolResult.content is blank. Add text to the text field, and try again."
        )
    for index, inner in enumerate(result.content):
        place, named = f"{where}.toolResult.content.{index}", f"{member}.toolResult.content.{index + 1}.member"
        check_one("ToolResultContentBlock", place, _members(inner))
        if inner.image is not None:
            _check_image(named, inner.image)
        if inner.document is not None:
            _check_document(place, named, inner.document)


def _check_image(member: str, image: Image) -> None:
    check_among(f"{member}.image.format", image.format, _IMAGES)
    _check_bytes(image.source)


def _check_document(where: str, member: str, document: Document) -> None:
    if document.format is not None:
        check_among(f"{member}.document.format", document.format, _DOCUMENTS)
    check_one("DocumentSource", f"{where}.document.source", _members(document.source))
    _check_bytes(document.source)
    if not _DOCUMENT_NAME.fullmatch(document.name):
        raise invalid(
            "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. "
            "The name can't contain more than one consecutive whitespace character."
        )


def _check_bytes(source: Source) -> None:
    if source.bytes is not None and not _decoded(source.bytes):
        raise bedrock.failed(
            "Value at 'source.bytes' failed to satisfy constraint: Member must have length greater than or equal to 1"
        )


def _decoded(text: str) -> bytes:
    """Raises Refused."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise invalid("Could not decode a blob: it is no base64", kind="SerializationException") from None


def _documents(messages: list[Message]) -> Iterator[Document]:
    for message in messages:
        for block in message.content:
            inner = block.toolResult.content if block.toolResult is not None else ()
            yield from (each for each in (block.document, *(one.document for one in inner)) if each is not None)
