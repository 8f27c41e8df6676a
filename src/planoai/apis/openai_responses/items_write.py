"""Conversation -> the `instructions` and the `input` of a Responses request."""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Raw

from planoai.apis.dialect import Accepts
from planoai.apis.openai_responses.ids import fitting
from planoai.apis.openai_responses.wire import NAME
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

_INSTRUCTIONS = "instructions"
_OF_THE_SYSTEM = ("system", "developer")


class ItemWriter:
    """Writes the conversation of one request; `lost` gathers the paths of what this API, or this upstream, has no place for.

    Everything is an item of its own here: what is said, each thought, each call and what it gave, in the order in which it happened.
    """

    def __init__(self, request: Request, accepts: Accepts) -> None:
        self.instructions: str | None = None
        self.items: list[Wire | Raw] = []
        self.lost: list[str] = []
        self._request = request
        self._accepts = accepts
        self._own = request.dialect == NAME
        self._uploads = self._own or (accepts.account_fields and request.dialect.startswith("openai"))
        self._custom: set[str] = set()  # ids of calls of tools that take free text

    def write(self) -> None:
        """What the system says first are the instructions, unless nobody else says anything."""
        messages = self._request.messages
        first = self._leading(messages)
        for message in messages[first:]:
            self._message(message)
        if first and self.items:
            self.instructions = "\n\n".join(each for each in map(self._text_of, messages[:first]) if each)
        elif first:
            for message in messages[:first]:
                self._message(message)

    def _leading(self, messages: Sequence[Message]) -> int:
        """How many messages at the beginning are instructions."""
        for place, message in enumerate(messages):
            plain = message.role in _OF_THE_SYSTEM and all(isinstance(part, Text) for part in message.parts)
            if not plain or (self._own and message.path != _INSTRUCTIONS):
                return place
        return len(messages)

    def _text_of(self, message: Message) -> str:
        self._unnamed(message)
        for place, part in enumerate(message.parts):
            if isinstance(part, Text):
                self._unmarked(part.cache, message.where(place))
        return "\n".join(part.text for part in message.parts if isinstance(part, Text) and part.text)

    def _message(self, message: Message) -> None:
        said: list[Wire | Raw] = []
        last = max((place for place, part in enumerate(message.parts) if _is_said(part)), default=-1)
        self._unnamed(message)
        for place, part in enumerate(message.parts):
            path = message.where(place)
            if not self._is_item(part, message):
                said += self._part(part, path, message)
                continue
            said = self._said(message, said)
            self._item(part, path, follows=place < last)
        self._said(message, said)

    def _said(self, message: Message, content: list[Wire | Raw]) -> list[Wire | Raw]:
        """One message item of `content`, unless that is empty, which is refused. Gives a fresh list for what follows."""
        if content:
            self.items.append({"type": "message", "role": self._role(message), "content": content})
        return []

    def _role(self, message: Message) -> str:
        if self._own:
            return "user" if message.role == "tool" else message.role
        if message.role in _OF_THE_SYSTEM:
            return "developer" if self._accepts.developer_role else "system"
        return "assistant" if message.role == "assistant" else "user"

    def _is_item(self, part: Part, message: Message) -> bool:
        if isinstance(part, Opaque):
            return message.role in ("assistant", "tool") or not part.kind.startswith("input_")
        return isinstance(part, ToolCall | ToolResult | Thinking | RedactedThinking)

    def _item(self, part: Part, path: str, *, follows: bool) -> None:
        """`follows`: something that is said comes after it."""
        match part:
            case ToolCall():
                self.items.append(self._call(part, path))
            case ToolResult():
                self.items.append(self._result(part, path))
            case Thinking():
                self._think(part, path, follows=follows)
            case Opaque() if part.dialect == NAME:
                self.items.append(part.json)
            case _:
                self.lost.append(f"{path} ({_kind(part)})")

    def _think(self, thought: Thinking, path: str, *, follows: bool) -> None:
        """A thought goes back to whom can check it, and a plain one to servers that want it back.

        OpenAI refuses one that nothing of the same turn follows.
        """
        proven = thought.encrypted is not None and (not thought.issuer or thought.issuer in self._accepts.proofs)
        plain = self._own and thought.encrypted is None and thought.signature is None
        if not (self._own or follows) or not (proven or plain or (self._accepts.reasoning_back and thought.text)):
            self.lost.append(f"{path} (thinking)")
            return
        before = self.items[-1] if self.items else None
        whole = not thought.summary and not proven
        if plain and whole and isinstance(before, dict) and before["type"] == "reasoning" and "content" not in before:
            before["content"] = _thoughts("reasoning_text", thought.text)  # after a summary of itself
            return
        item: Wire = {"type": "reasoning"}
        if thought.id and (proven or plain):
            item["id"] = thought.id
        item["summary"] = [] if whole else _thoughts("summary_text", thought.text)
        if whole and thought.text:
            item["content"] = _thoughts("reasoning_text", thought.text)
        if proven:
            item["encrypted_content"] = thought.encrypted
        self.items.append(item)

    def _call(self, call: ToolCall, path: str) -> Wire:
        self._unmarked(call.cache, path)
        if call.extras is not None:
            self.lost += [f"{path}.{name}" for name in msgspec.json.decode(call.extras, type=dict[str, Raw])]
        named: Wire = {"call_id": fitting(call.id), "name": call.name}
        if call.namespace is not None:
            named["namespace"] = call.namespace
        if call.custom:
            self._custom.add(call.id)
            return {"type": "custom_tool_call", **named, "input": call.arguments}
        arguments = call.arguments if call.arguments.strip() or self._own else "{}"
        return {"type": "function_call", **named, "arguments": arguments}

    def _result(self, result: ToolResult, path: str) -> Wire:
        self._unmarked(result.cache, path)
        custom = result.custom or result.call_id in self._custom
        kind = "custom_tool_call_output" if custom else "function_call_output"
        content: list[Wire | Raw] = []
        for place, part in enumerate(result.parts):
            where = f"{path}.content[{place}]"
            if isinstance(part, Audio):
                self.lost.append(f"{where} (audio)")
            else:
                content += self._part(part, where, None)
        texts = [str(part["text"]) for part in content if isinstance(part, dict) and part["type"] == "input_text"]
        failed = bool(result.is_error) and not (texts and texts[0].lower().startswith("error"))
        output: object = content
        if len(texts) == len(content):
            text = "\n".join(texts)
            output = f"Error: {text}" if failed else text
        elif failed:
            begins = isinstance(first := content[0], dict) and first["type"] == "input_text"
            told = f"Error: {texts[0]}" if begins else "Error:"
            output = [{"type": "input_text", "text": told}, *content[1 if begins else 0 :]]
        return {"type": kind, "call_id": fitting(result.call_id), "output": output}

    def _part(self, part: Part, path: str, message: Message | None) -> Iterator[Wire | Raw]:
        """Nothing where this API has no word for it. `message` is None for what a tool gave."""
        answered = message is not None and message.role == "assistant"
        match part:
            case Text():
                if part.citations:
                    self.lost.append(f"{path}.citations")
                self._unmarked(part.cache, path)
                if part.text:
                    yield {"type": "output_text" if answered else "input_text", "text": part.text}
            case Refusal() if answered:
                yield {"type": "refusal", "refusal": part.text}
            case Image() if not answered:
                self._unmarked(part.cache, path)
                yield {"type": "input_image", **self._image(part, path), "detail": part.detail or "auto"}
            case Document() if not answered:
                yield self._document(part, path)
            case Audio() if not answered:
                yield {"type": "input_audio", "input_audio": {"data": part.data, "format": part.format}}
            case Opaque() if part.dialect == NAME:
                yield part.json
            case _:
                self.lost.append(f"{path} ({_kind(part)})")

    def _image(self, image: Image, path: str) -> Wire:
        match image.source:
            case Base64() | Link() as source:
                return {"image_url": _url(source)}
            case FileId(id) if self._uploads:
                return {"file_id": id}
            case _:
                raise _uploaded_elsewhere(path)

    def _document(self, document: Document, path: str) -> Wire:
        self._unmarked(document.cache, path)
        if document.cite is not None:
            self.lost.append(f"{path}.citations")
        if document.context and not isinstance(document.source, Inline):
            self.lost.append(f"{path}.context")
        if document.name and isinstance(document.source, Link | FileId):
            self.lost.append(f"{path}.title")  # a file that is fetched has a name already
        match document.source:
            case Base64() as source:
                usual = "document.pdf" if source.media_type == "application/pdf" else "document"
                return {"type": "input_file", "filename": document.name or usual, "file_data": _url(source)}
            case Link(url):
                return {"type": "input_file", "file_url": url}
            case FileId(id) if self._uploads:
                return {"type": "input_file", "file_id": id}
            case FileId():
                raise _uploaded_elsewhere(path)
            case Inline(text):
                about = [line for line in (document.name, document.context) if line]
                return {"type": "input_text", "text": "\n".join([*about, text])}

    def _unnamed(self, message: Message) -> None:
        if message.name:
            self.lost.append(f"{message.path}.name")

    def _unmarked(self, mark: CacheMark | None, path: str) -> None:
        if mark is not None:
            self.lost.append(f"{path}.cache_control")


def _is_said(part: Part) -> bool:
    """Whether there will be an item of it that may follow a thought."""
    return isinstance(part, ToolCall | Refusal) or (isinstance(part, Text) and bool(part.text))


def _thoughts(kind: str, text: str) -> list[Wire]:
    return [{"type": kind, "text": text}] if text else []


def _url(source: Base64 | Link) -> str:
    return source.url if isinstance(source, Link) else f"data:{source.media_type};base64,{source.data}"


def _uploaded_elsewhere(path: str) -> BadRequest:
    return BadRequest(f"{path}: this model can not see files that were uploaded elsewhere; send the file", param=path)


def _kind(part: Part) -> str:
    return part.kind if isinstance(part, Opaque) else str(part.__struct_config__.tag)
