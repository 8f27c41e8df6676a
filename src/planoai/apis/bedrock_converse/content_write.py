"""Messages -> turns. Bedrock wants users and assistants to take turns, a user first, results of tools first in a turn, and no blank text."""

from typing import Literal, assert_never

from msgspec import Struct

from planoai.apis.anthropic_messages.blocks import write_input
from planoai.apis.bedrock_converse.ids import fitting
from planoai.apis.bedrock_converse.media_write import Block, Documents, write_audio, write_image
from planoai.apis.bedrock_converse.models import Model
from planoai.conversation.message import (
    Audio,
    CacheMark,
    Document,
    Image,
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
from planoai.errors import Unsupported

NOTHING = "(empty)"  # where text is demanded and there is none: blank text is refused

_OF_USERS = (Text, Image, Document, Audio, ToolResult)
_OF_ASSISTANTS = (Text, Refusal, Thinking, RedactedThinking, ToolCall)
_EXTRAS = ("extra_content", "caller")  # members that a call's issuer wants back with it


class Conversation(Struct):
    """`system` is what stands apart; `turns` are the objects of `messages`; `tools` the names of those that were called or have answered."""

    system: list[Block]
    turns: list[Block]
    tools: list[str]


def write_messages(request: Request, row: Model, lost: list[str]) -> Conversation:
    """Raises Unsupported for a part without which the request would mean something else."""
    writer = _Writer(row, lost)
    for message in request.messages:
        writer.add(message)
    return writer.finish()


def point(cache: CacheMark, row: Model, lost: list[str], path: str) -> list[Block]:
    """What stands after a block that is marked."""
    if not row.caches:
        lost.append(f"{path} (cache_control)")
        return []
    mark: Block = {"type": "default"}
    if cache.ttl == "1h":
        if row.an_hour:
            mark["ttl"] = cache.ttl
        else:
            lost.append(f"{path} (cache_control.ttl)")
    return [{"cachePoint": mark}]


class _Writer:
    def __init__(self, row: Model, lost: list[str]) -> None:
        self._row = row
        self._lost = lost
        self._documents = Documents()
        self._system: list[Block] = []
        self._turns: list[Block] = []
        self._tools: dict[str, None] = {}
        self._answered = False  # a result stands somewhere
        self._role = ""
        self._results: list[Block] = []  # of the turn that is being written: they come first in it
        self._blocks: list[Block] = []

    def add(self, message: Message) -> None:
        if message.name is not None:
            self._lost.append(f"{message.path}.name")
        match message.role:
            case "system" | "developer":
                for place, part in enumerate(message.parts):
                    if isinstance(part, Text):
                        self._system += self._text(part, message.where(place))
                    else:
                        self._lose(part, message.where(place))
            case "user" | "tool":
                self._say("user", message, _OF_USERS)
            case "assistant":
                self._say("assistant", message, _OF_ASSISTANTS)
            case _:
                assert_never(message.role)

    def finish(self) -> Conversation:
        if self._role == "assistant" and self._row.prefill:
            _trim(self._blocks)
        self._close()
        nothing: Block = {"role": "user", "content": [{"text": NOTHING}]}
        if not self._turns or self._turns[0]["role"] != "user":
            self._turns.insert(0, nothing)
        if self._turns[-1]["role"] == "assistant" and not self._row.prefill:
            self._turns.append(nothing)
        tools = list(self._tools) or (["tool"] if self._answered else [])
        return Conversation(self._system, self._turns, tools)

    def _say(self, role: Literal["user", "assistant"], message: Message, allowed: tuple[type, ...]) -> None:
        """Goes on with the turn that is being written where it is `role`'s; a message that comes to nothing ends none."""
        results: list[Block] = []
        blocks: list[Block] = []
        for place, part in enumerate(message.parts):
            where = message.where(place)
            if not isinstance(part, allowed):
                self._lose(part, where)
            elif isinstance(part, ToolResult):
                results += self._result(part, where)
            else:
                blocks += self._write(part, where)
        if role != self._role and (results or blocks):
            self._close()
            self._role = role
        self._results += results
        self._blocks += blocks

    def _close(self) -> None:
        blocks = self._results + self._blocks
        if any("document" in block for block in blocks) and not any("text" in block for block in blocks):
            blocks.append({"text": NOTHING})
        if blocks:
            self._turns.append({"role": self._role, "content": blocks})
        self._results, self._blocks = [], []

    def _write(self, part: Part, path: str) -> list[Block]:
        match part:
            case Text():
                return self._text(part, path)
            case Refusal():
                return self._text(Text(part.text), path)
            case Image():
                if part.detail not in (None, "auto"):
                    self._lost.append(f"{path} (detail)")
                return [write_image(part, path), *self._point(part.cache, path)]
            case Document():
                return [self._documents.write(part, path), *self._point(part.cache, path)]
            case Audio():
                return [write_audio(part)]
            case Thinking():
                return [{"reasoningContent": {"reasoningText": {"text": part.text, "signature": part.signature}}}]
            case RedactedThinking():
                return [{"reasoningContent": {"redactedContent": part.data}}]
            case ToolCall():
                return [self._call(part, path), *self._point(part.cache, path)]
            case ToolResult():
                return self._result(part, path)
            case Opaque():
                self._lose(part, path)
                return []
            case _:
                assert_never(part)

    def _text(self, part: Text, path: str) -> list[Block]:
        if part.citations:
            self._lost.append(f"{path} (citations)")
        if part.text.strip():
            return [{"text": part.text}, *self._point(part.cache, path)]
        if part.cache is not None:
            self._lost.append(f"{path} (cache_control)")
        return []

    def _call(self, call: ToolCall, path: str) -> Block:
        extras = b"" if call.extras is None else bytes(call.extras)
        self._lost += (f"{path} ({name})" for name in _EXTRAS if f'"{name}"'.encode() in extras)
        name = fitting(call.name)
        self._tools[name] = None
        arguments = write_input(call.arguments, custom=call.custom)
        return {"toolUse": {"toolUseId": fitting(call.id), "name": name, "input": arguments}}

    def _result(self, result: ToolResult, path: str) -> list[Block]:
        self._answered = True
        content: list[Block] = []
        points = self._point(result.cache, path)
        for place, part in enumerate(result.parts):
            where = f"{path}.content[{place}]"
            if isinstance(part, Audio):
                raise Unsupported(f"{where}: the result of a tool can not be a sound here", param=where)
            for block in self._write(part, where):
                (points if "cachePoint" in block else content).append(block)
        if result.is_error and not self._row.status:
            _say_error(content)
        told: Block = {"toolUseId": fitting(result.call_id), "content": content or [{"text": NOTHING}]}
        if self._row.status:
            told["status"] = "error" if result.is_error else "success"
        return [{"toolResult": told}, *points[:1]]

    def _point(self, cache: CacheMark | None, path: str) -> list[Block]:
        return [] if cache is None else point(cache, self._row, self._lost, path)

    def _lose(self, part: Part, path: str) -> None:
        kind = part.kind if isinstance(part, Opaque) else part.__struct_config__.tag
        self._lost.append(f"{path} ({kind})")


def _say_error(content: list[Block]) -> None:
    """Words for a model that is told no status."""
    for block in content:
        if isinstance(text := block.get("text"), str):
            block["text"] = text if text.lower().startswith("error") else f"Error: {text}"
            return
    content.insert(0, {"text": "Error"})


def _trim(blocks: list[Block]) -> None:
    """The last turn is the beginning of the answer; one that ends with white space is refused."""
    if blocks and isinstance(text := blocks[-1].get("text"), str):
        blocks[-1]["text"] = text.rstrip()
