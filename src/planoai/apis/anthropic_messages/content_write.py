"""Messages -> turns. Anthropic wants users and assistants to take turns, results of tools first in a turn, no empty text, and system text apart."""

import base64
import binascii
from typing import Literal, assert_never

from msgspec import Raw, Struct

from planoai.apis.anthropic_messages.blocks import Block, marked, tool_id, write_call
from planoai.apis.anthropic_messages.wire import NAME
from planoai.apis.dialect import Accepts
from planoai.apis.proofs import may_go, whose
from planoai.conversation.message import (
    Audio,
    Base64,
    Document,
    FileId,
    Image,
    Inline,
    Link,
    Message,
    Opaque,
    Part,
    RedactedThinking,
    Refusal,
    Source,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from planoai.conversation.request import Request
from planoai.errors import BadRequest

Content = str | list[Block | Raw]
_OF_USERS = (Text, Image, Document, ToolResult, Opaque)
_OF_ASSISTANTS = (Text, Refusal, Thinking, RedactedThinking, ToolCall, Opaque)


class Turns(Struct):
    """`system` is what stands apart; `turns` are the objects of `messages`."""

    system: list[Block | Raw]
    turns: list[Block]


def write_messages(request: Request, lost: list[str], accepts: Accepts) -> Turns:
    """Raises BadRequest for a part without which the request would mean something else."""
    writer = _Writer(request, lost, accepts)
    for message in request.messages:
        writer.add(message)
    return writer.finish()


class _Writer:
    def __init__(self, request: Request, lost: list[str], accepts: Accepts) -> None:
        self._dialect = request.dialect
        self._proofs = accepts.proofs
        self._unsigned = accepts.reasoning_back  # it takes thinking without a signature, which Anthropic refuses
        self._lost = lost
        self._system: list[Block | Raw] = []
        self._turns: list[Block] = []
        self._role = ""
        self._results: list[Block | Raw] = []  # of the turn that is being written: they come first in it
        self._blocks: list[Block | Raw] = []

    def add(self, message: Message) -> None:
        if message.name is not None:
            self._lost.append(f"{message.path}.name")
        match message.role:
            case "system" | "developer":
                blocks = self._texts(message)
                if self._role and self._dialect == NAME:  # its own clients may put system text between turns
                    self._turn("system")
                    self._blocks += blocks
                else:
                    self._system += blocks
            case "user" | "tool":
                self._turn("user")
                self._parts(message, _OF_USERS)
            case "assistant":
                self._turn("assistant")
                self._parts(message, _OF_ASSISTANTS)
            case _:
                assert_never(message.role)

    def finish(self) -> Turns:
        if self._role == "assistant":
            _trim(self._blocks)
        self._turn("")
        return Turns(self._system, self._turns)

    def _turn(self, role: Literal["user", "assistant", "system", ""]) -> None:
        """Closes the turn that is being written unless it is `role`'s."""
        if role == self._role:
            return
        blocks = self._results + self._blocks
        if blocks:
            if self._turns and self._turns[-1]["role"] == self._role:  # the turn between them came to nothing
                earlier = self._turns[-1]["content"]
                blocks = [*_listed(earlier), *blocks]
                self._turns.pop()
            self._turns.append({"role": self._role, "content": plain(blocks)})
        self._role, self._results, self._blocks = role, [], []

    def _texts(self, message: Message) -> list[Block | Raw]:
        blocks: list[Block | Raw] = []
        for place, part in enumerate(message.parts):
            if isinstance(part, Text):
                blocks += _text(part)
            else:
                self._lose(part, message.where(place))
        return blocks

    def _parts(self, message: Message, allowed: tuple[type, ...]) -> None:
        for place, part in enumerate(message.parts):
            where = message.where(place)
            if isinstance(part, ToolResult) and ToolResult in allowed:
                self._results.append(self._result(part, where))
            elif isinstance(part, (*allowed, Audio)):
                self._blocks += self._write(part, where)
            else:
                self._lose(part, where)

    def _write(self, part: Part, path: str) -> list[Block | Raw]:
        match part:
            case Text():
                if any(each.raw is None or each.dialect != NAME for each in part.citations):
                    self._lost.append(f"{path} (citations)")
                return _text(part)
            case Refusal():
                return _text(Text(part.text))
            case Image():
                if part.detail not in (None, "auto"):
                    self._lost.append(f"{path} (detail)")
                return [
                    marked({"type": "image", "source": _image_source(part.source, self._dialect, path)}, part.cache)
                ]
            case Document():
                return [_document(part, self._dialect, path)]
            case Thinking():
                return self._thinking(part, path)
            case RedactedThinking():
                if may_go(part.issuer, self._proofs):
                    return [{"type": "redacted_thinking", "data": part.data}]
                self._lost.append(f"{path} ({whose(part)})")
                return []
            case ToolCall():
                if part.extras is not None and b'"extra_content"' in bytes(part.extras):
                    self._lost.append(f"{path} (extra_content)")
                return [write_call(part)]
            case ToolResult():
                return [self._result(part, path)]
            case Opaque():
                if part.dialect == NAME:
                    return [part.json]
                self._lose(part, path)
                return []
            case Audio():
                raise BadRequest(
                    f"{path}: this model's API takes no audio; send text, an image or a document", param=path
                )
            case _:
                assert_never(part)

    def _thinking(self, part: Thinking, path: str) -> list[Block | Raw]:
        signature = part.signature if may_go(part.issuer, self._proofs) else None
        if not signature and (part.issuer or not self._unsigned):
            self._lost.append(f"{path} ({whose(part)})")
        if signature or (self._unsigned and part.text):
            return [{"type": "thinking", "thinking": part.text, "signature": signature or ""}]
        return []

    def _result(self, result: ToolResult, path: str) -> Block:
        content: list[Block | Raw] = []
        for place, part in enumerate(result.parts):
            content += self._write(part, f"{path}.content[{place}]")
        block: Block = {"type": "tool_result", "tool_use_id": tool_id(result.call_id)}
        if content:
            block["content"] = plain(content)
        if result.is_error is not None:
            block["is_error"] = result.is_error
        return marked(block, result.cache)

    def _lose(self, part: Part, path: str) -> None:
        kind = part.kind if isinstance(part, Opaque) else part.__struct_config__.tag
        self._lost.append(f"{path} ({kind})")


def plain(blocks: list[Block | Raw]) -> Content:
    """A lone text is a string, as people write it."""
    match blocks:
        case [{"type": "text", "text": str(text), **rest}] if not rest:
            return text
        case _:
            return blocks


def _listed(content: object) -> list[Block | Raw]:
    if isinstance(content, list):
        return content
    return [{"type": "text", "text": content}]


def _text(part: Text) -> list[Block | Raw]:
    if not part.text.strip():  # the API refuses blank text
        return []
    block: Block = {"type": "text", "text": part.text}
    citations = [each.raw for each in part.citations if each.raw is not None and each.dialect == NAME]
    if citations:
        block["citations"] = citations
    return [marked(block, part.cache)]


def _trim(blocks: list[Block | Raw]) -> None:
    """The last turn is the beginning of the answer; the API refuses one that ends with white space."""
    last = blocks[-1] if blocks else None
    if isinstance(last, dict) and last["type"] == "text" and isinstance(last["text"], str):
        last["text"] = last["text"].rstrip()


def _image_source(source: Source, dialect: str, path: str) -> Block:
    match source:
        case Base64():
            return {"type": "base64", "media_type": source.media_type or "image/jpeg", "data": source.data}
        case Link():
            return {"type": "url", "url": source.url}
        case FileId() if dialect == NAME:
            return {"type": "file", "file_id": source.id}
        case FileId() | Inline():
            raise _unreachable_file(path)
        case _:
            assert_never(source)


def _document(part: Document, dialect: str, path: str) -> Block:
    block: Block = {"type": "document", "source": _document_source(part.source, dialect, path)}
    if part.name is not None:
        block["title"] = part.name
    if part.context is not None:
        block["context"] = part.context
    if part.cite is not None:
        block["citations"] = {"enabled": part.cite}
    return marked(block, part.cache)


def _document_source(source: Source, dialect: str, path: str) -> Block:
    match source:
        case Inline():
            return {"type": "text", "media_type": "text/plain", "data": source.text}
        case Base64() if source.media_type == "application/pdf":
            return {"type": "base64", "media_type": source.media_type, "data": source.data}
        case Base64() if source.media_type.startswith("text/") or source.media_type == "application/json":
            try:
                text = base64.b64decode(source.data, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                raise BadRequest(f"{path}: the file is not base64 of UTF-8 text", param=path) from None
            return {"type": "text", "media_type": "text/plain", "data": text}
        case Base64():
            raise BadRequest(
                f"{path}: this model's API takes PDF and text, not {source.media_type or 'this file'}", param=path
            )
        case Link():
            return {"type": "url", "url": source.url}
        case FileId() if dialect == NAME:
            return {"type": "file", "file_id": source.id}
        case FileId():
            raise _unreachable_file(path)
        case _:
            assert_never(source)


def _unreachable_file(path: str) -> BadRequest:
    return BadRequest(f"{path}: a file uploaded to another provider can not be sent here; send its data", param=path)
