"""Conversation -> the messages of a Chat request."""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Raw, structs

from planoai.apis.dialect import Accepts
from planoai.apis.openai_chat.custom import wrapped
from planoai.apis.openai_chat.ids import fitting, nine
from planoai.apis.openai_chat.parts import write_cache, write_thinking, write_url
from planoai.apis.openai_chat.response_write import write_call
from planoai.apis.openai_chat.wire import NAME
from planoai.conversation.message import (
    Audio,
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
    Refusal,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from planoai.conversation.request import Request
from planoai.errors import BadRequest

Wire = dict[str, object]
Placed = tuple[Part, str]  # a part and where it stands in the client's body


class MessageWriter:
    """Writes the messages of one request; `lost` gathers the paths of what Chat, or this upstream, has no place for.

    Chat is stricter about order than others: what a call gave stands right after the message with the call, before all else. So messages of
    the model's that follow each other become one, and a result goes to its call.
    """

    def __init__(self, request: Request, accepts: Accepts) -> None:
        self.lost: list[str] = []
        self._request = request
        self._accepts = accepts
        self._own = request.dialect == NAME
        self._id = nine if accepts.short_ids else fitting
        self._written: list[Wire] = []
        self._called: frozenset[str] = frozenset()  # the ids of the latest calls
        self._next_result = 0  # where in `_written` the next result of theirs belongs
        self._shown: list[Wire] = []  # what tool results held besides text: a user message must show it

    def write(self) -> list[Wire]:
        messages = self._request.messages if self._own else joined(self._request.messages)
        for message in messages:
            rest: list[Placed] = []
            for i, part in enumerate(message.parts):
                if isinstance(part, ToolResult):
                    self._add_result(part, message.where(i))
                else:
                    rest.append((part, message.where(i)))
            if rest or not message.parts:
                self._said(message, rest)
        self._flush()
        return self._written

    def _add_result(self, result: ToolResult, path: str) -> None:
        written = self._result(result, path)
        if self._own or result.call_id not in self._called:
            self._written.append(written)
            return
        self._written.insert(self._next_result, written)
        self._next_result += 1

    def _said(self, message: Message, parts: list[Placed]) -> None:
        match message.role:
            case "assistant":
                self._flush()
                if (written := self._assistant(message, parts)) is not None:
                    self._written.append(written)
                self._called = frozenset(part.id for part, _ in parts if isinstance(part, ToolCall))
                self._next_result = len(self._written)
            case "system" | "developer":
                self._flush()
                if (written := self._system(message, parts)) is not None:
                    self._written.append(written)
            case _:
                shown, self._shown = self._shown, []
                content = [*shown, *self._parts(parts)]
                if content or not parts:
                    said = _simple(content) if content else ""
                    self._written.append(self._named(message, {"role": "user", "content": said}))

    def _flush(self) -> None:
        shown, self._shown = self._shown, []
        if shown:
            self._written.append({"role": "user", "content": shown})

    def _system(self, message: Message, parts: list[Placed]) -> Wire | None:
        role = "system" if message.role == "developer" and not self._accepts.developer_role else message.role
        content = self._parts(parts)
        if not content:
            return None
        plain = not self._own and not any("cache_control" in part for part in content)
        return self._named(message, {"role": role, "content": _joined(content) if plain else _simple(content)})

    def _assistant(self, message: Message, parts: list[Placed]) -> Wire | None:
        said: list[Placed] = []
        calls: list[Wire] = []
        refusals: list[str] = []
        thoughts: list[Thinking | RedactedThinking] = []
        for part, path in parts:
            match part:
                case ToolCall():
                    calls.append(self._call(part, path))
                    self._unmarked(part.cache, path)
                case Refusal():
                    refusals.append(part.text)
                case Thinking() | RedactedThinking():
                    if self._own and part.issuer not in ("", *self._accepts.proofs):
                        self.lost.append(f"{path} ({_kind(part)} of {part.issuer})")
                        thoughts += [Thinking(part.text)] if isinstance(part, Thinking) else []
                    elif self._own or (self._accepts.reasoning_back and isinstance(part, Thinking)):
                        thoughts.append(structs.replace(part, issuer=""))  # the proof goes as it was issued
                        if not self._own and isinstance(part, Thinking) and (part.signature or part.encrypted):
                            self.lost.append(f"{path} (proof of thinking)")
                    else:
                        self.lost.append(f"{path} ({_kind(part)})")
                case Image() | Document() | Audio() if not self._own:
                    self.lost.append(f"{path} ({_kind(part)})")  # Chat's assistants have only ever said text
                case _:
                    said.append((part, path))
        content = self._parts(said)
        if parts and not (content or calls or refusals):
            return None
        between = "" if any(isinstance(part, Text) and part.citations for part, _ in parts) else "\n"
        marked = self._own or any("cache_control" in part for part in content)
        text = _simple(content) if marked else _joined(content, between)
        written: Wire = {"role": "assistant", "content": text or (None if calls or refusals else "")}
        if refusals:
            written["refusal"] = "".join(refusals)
        written |= self._thoughts(thoughts)
        if calls:
            written["tool_calls"] = calls
        return self._named(message, written)

    def _call(self, call: ToolCall, path: str) -> Wire:
        """Gemini refuses its own calls without what it signed them with; others refuse what they did not sign."""
        if call.extras is not None and not self._own and "gemini" not in self._request.model.lower():
            self.lost += [f"{path}.{name}" for name in msgspec.json.decode(call.extras, type=dict[str, Raw])]
            call = structs.replace(call, extras=None)
        if call.custom and not self._own:
            call = structs.replace(call, custom=False, arguments=wrapped(call.arguments))
        return write_call(call, self._id(call.id))

    def _thoughts(self, thoughts: Sequence[Thinking | RedactedThinking]) -> Wire:
        plain = "".join(part.text for part in thoughts if isinstance(part, Thinking))
        blocks = [block for part in thoughts if self._own and (block := write_thinking(part))]
        members: Wire = {"reasoning_content": plain, "thinking_blocks": blocks}
        return {name: value for name, value in members.items() if value}

    def _result(self, result: ToolResult, path: str) -> Wire:
        """Many servers take only text here, so anything else is shown by the user message that follows."""
        texts: list[str] = []
        kept: list[Wire] = []
        for i, part in enumerate(result.parts):
            where = f"{path}.content[{i}]"
            for written in self._part(part, where):
                kept.append(written)
                if written["type"] == "text":
                    texts.append(str(written["text"]))
                elif not self._own:
                    texts.append("[image]" if isinstance(part, Image) else "[document]")
                    self._shown.append(written)
        self._unmarked(result.cache, path)
        text = "\n".join(texts)
        if result.is_error and not text.lower().startswith("error"):
            text = f"Error: {text}"
        whole: object = text if not self._own or len(texts) == len(kept) == 1 or not kept else kept
        return {"role": "tool", "tool_call_id": self._id(result.call_id), "content": whole}

    def _parts(self, parts: list[Placed]) -> list[Wire]:
        return [written for part, path in parts for written in self._part(part, path)]

    def _part(self, part: Part, path: str) -> Iterator[Wire]:
        """Nothing where Chat has no word for it."""
        match part:
            case Text():
                if part.citations:
                    self.lost.append(f"{path}.citations")
                yield self._marked({"type": "text", "text": part.text}, part.cache, path)
            case Image(source=Base64() | Link() as source):
                detail = part.detail or (None if self._own else "auto")
                image = {"url": write_url(source), **({"detail": detail} if detail else {})}
                yield self._marked({"type": "image_url", "image_url": image}, part.cache, path)
            case Document() if (document := _document(part, own=self._own)) is not None:
                told = document["type"] == "text" and not isinstance(part.source, Link)
                self.lost += [f"{path}.context"] if part.context and not told else []
                self.lost += [f"{path}.citations"] if part.cite else []
                yield self._marked(document, part.cache, path)
            case Audio():
                yield {"type": "input_audio", "input_audio": {"data": part.data, "format": part.format}}
            case Refusal() if self._own:
                yield {"type": "refusal", "refusal": part.text}
            case Image() | Document(source=FileId()):
                raise BadRequest(
                    f"{path}: this model can not see files that were uploaded elsewhere; send the file", param=path
                )
            case Opaque() if part.dialect == NAME:
                yield msgspec.json.decode(part.json, type=dict[str, Raw])
            case _:
                self.lost.append(f"{path} ({_kind(part)})")

    def _marked(self, written: Wire, mark: CacheMark | None, path: str) -> Wire:
        if mark is not None and self._accepts.cache_control:
            return {**written, "cache_control": write_cache(mark)}
        self._unmarked(mark, path)
        return written

    def _named(self, message: Message, written: Wire) -> Wire:
        if message.name and not self._accepts.name:
            self.lost.append(f"{message.path}.name")
            return written
        return {**written, "name": message.name} if message.name else written

    def _unmarked(self, mark: CacheMark | None, path: str) -> None:
        if mark is not None:
            self.lost.append(f"{path}.cache_control")


def _document(part: Document, *, own: bool) -> Wire | None:
    match part.source:
        case Base64() as source:
            name = part.name or ("document.pdf" if source.media_type == "application/pdf" else "document")
            return {"type": "file", "file": {"filename": name, "file_data": write_url(source)}}
        case FileId(id) if own:
            return {"type": "file", "file": {"file_id": id}}
        case Inline(text):
            about = [line for line in (part.name, part.context) if line]
            return {"type": "text", "text": "\n".join([*about, text])}
        case Link(url):
            return {"type": "text", "text": f"{part.name}: {url}" if part.name else url}
        case _:
            return None


def _kind(part: Part) -> str:
    if isinstance(part, Opaque):
        return part.kind
    return str(part.__struct_config__.tag)


def _simple(content: list[Wire]) -> object:
    """A lone text is plain text: every server takes that."""
    if len(content) == 1 and content[0].keys() == {"type", "text"}:
        return content[0]["text"]
    return content


def _joined(content: list[Wire], between: str = "\n") -> object:
    if all(part["type"] == "text" for part in content):
        return between.join(str(part["text"]) for part in content)
    return content


def joined(messages: Sequence[Message]) -> list[Message]:
    """Messages of the model's that follow each other, as one."""
    merged: list[Message] = []
    for message in messages:
        if merged and message.role == "assistant" == merged[-1].role:
            before = merged[-1]
            paths = (*(each.where(i) for each in (before, message) for i in range(len(each.parts))),)
            merged[-1] = structs.replace(before, parts=(*before.parts, *message.parts), paths=paths)
        else:
            merged.append(message)
    return merged
