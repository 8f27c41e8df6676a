"""The messages of a Messages request: their blocks, and how calls and results must follow each other."""

import re
from itertools import takewhile
from typing import Any

from msgspec import Struct

from planoai.simulate.ids import signature
from planoai.simulate.problem import Refused, invalid

_ID = re.compile(r"[a-zA-Z0-9_-]+")


class Block(Struct):
    """Every field that a block of any type may have and that is looked at here."""

    type: str
    text: str | None = None
    id: str | None = None
    name: str | None = None
    input: Any = None
    tool_use_id: str | None = None
    content: Any = None
    thinking: str | None = None
    signature: str | None = None
    cache_control: dict[str, Any] | None = None

    @property
    def inner_text(self) -> str:
        """The text of a tool's result."""
        if isinstance(self.content, list):
            return "\n".join(str(each["text"]) for each in self.content if isinstance(each, dict) and "text" in each)
        return self.content if isinstance(self.content, str) else ""


class Message(Struct):
    role: str
    content: str | list[Block]

    @property
    def blocks(self) -> list[Block]:
        return [Block("text", self.content)] if isinstance(self.content, str) else self.content


def check_turns(messages: list[Message], *, mid_system: bool) -> None:
    """`mid_system` is the beta that takes system messages between the others. Raises Refused."""
    if not messages:
        raise invalid("messages: at least one message is required")
    for place, message in enumerate(messages):
        _check_role(place, message.role, mid_system=mid_system)
        _check_blocks(place, message, last=place == len(messages) - 1)
    if messages[0].role == "assistant":
        raise invalid('messages: first message must use the "user" role')
    _check_pairs([(place, message) for place, message in enumerate(messages) if message.role != "system"])
    _check_prefill(messages[-1])


def check_thought_kept(messages: list[Message]) -> None:
    """With thinking on, the calls that have just been answered come back with the thought before them. Raises Refused."""
    if not any(block.type == "tool_result" for block in messages[-1].blocks):
        return
    place = max(place for place, message in enumerate(messages) if message.role == "assistant")
    first = messages[place].blocks[0].type
    if first not in ("thinking", "redacted_thinking"):
        raise invalid(
            f"messages.{place}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `{first}`. When `thinking` is enabled, "
            "a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` and `tool_result` "
            "blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable `thinking`. Please "
            "consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking"
        )


def _check_role(place: int, role: str, *, mid_system: bool) -> None:
    if role == "system" and not mid_system:
        raise invalid(
            f'messages.{place}: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input '
            "message role."
        )
    if role not in ("user", "assistant", "system"):
        raise invalid(f"messages.{place}.role: Input should be 'user' or 'assistant'")


def _check_blocks(place: int, message: Message, *, last: bool) -> None:
    if not message.content and not (last and message.role == "assistant"):
        raise invalid(
            f"messages.{place}: all messages must have non-empty content except for the optional final assistant message"
        )
    if isinstance(message.content, str):
        if message.content and not message.content.strip():
            raise invalid("messages: text content blocks must contain non-whitespace text")
        return
    for index, block in enumerate(message.content):
        problem = _wrong(f"messages.{place}.content.{index}", block, message.role)
        if problem is not None:
            raise problem


def _wrong(where: str, block: Block, role: str) -> Refused | None:
    match block.type:
        case "text":
            return _wrong_text(where, block.text)
        case "tool_use":
            return _wrong_call(where, block, role)
        case "tool_result":
            return _wrong_result(where, block, role)
        case "thinking":
            return _wrong_thought(where, block)
        case _:
            return None


def _wrong_text(where: str, text: str | None) -> Refused | None:
    if text is None:
        return invalid(f"{where}.text.text: Field required")
    if not text:
        return invalid("messages: text content blocks must be non-empty")
    return None if text.strip() else invalid("messages: text content blocks must contain non-whitespace text")


def _wrong_call(where: str, block: Block, role: str) -> Refused | None:
    if role != "assistant":
        return invalid(f"{where}: `tool_use` blocks can only be in `assistant` messages")
    if block.id is None or not _ID.fullmatch(block.id):
        return invalid(
            f"{where}.tool_use.id: "
            + ("Field required" if block.id is None else "String should match pattern '^[a-zA-Z0-9_-]+$'")
        )
    if not block.name:
        return invalid(f"{where}.tool_use.name: Field required")
    if not isinstance(block.input, dict):
        return invalid(f"{where}.tool_use.input: Input should be a valid dictionary")
    return None


def _wrong_result(where: str, block: Block, role: str) -> Refused | None:
    if role != "user":
        return invalid(f"{where}: `tool_result` blocks can only be in `user` messages")
    if block.tool_use_id is None:
        return invalid(f"{where}.tool_result.tool_use_id: Field required")
    empty = isinstance(block.content, list) and any(
        isinstance(each, dict) and each.get("type") == "text" and not each.get("text") for each in block.content
    )
    return invalid("messages: text content blocks must be non-empty") if empty else None


def _wrong_thought(where: str, block: Block) -> Refused | None:
    if block.thinking is None:
        return invalid(f"{where}.thinking.thinking: Field required")
    if block.signature is None:
        return invalid(f"{where}.thinking.signature: Field required")
    return (
        invalid(f"{where}: Invalid `signature` in `thinking` block")
        if block.signature != signature(block.thinking)
        else None
    )


def _check_pairs(numbered: list[tuple[int, Message]]) -> None:
    """Every call is answered in the next message, and nothing else is. Messages of one role in a row count as one, as the API has it."""
    merged: list[tuple[str, list[tuple[str, Block]]]] = []
    for place, message in numbered:
        blocks = [(f"messages.{place}.content.{index}", block) for index, block in enumerate(message.blocks)]
        if merged and merged[-1][0] == message.role:
            merged[-1][1].extend(blocks)
        else:
            merged.append((message.role, blocks))
    called: dict[str, str] = {}
    for _, blocks in merged:
        for where, block in blocks:
            if block.type == "tool_result" and block.tool_use_id not in called:
                raise invalid(
                    f"{where}: unexpected `tool_use_id` found in `tool_result` blocks: {block.tool_use_id}. Each `tool_result` block must have "
                    "a corresponding `tool_use` block in the previous message."
                )
        # Results come before anything else: one that follows a text is not immediately after its call.
        first = takewhile(lambda each: each[1].type == "tool_result", blocks)
        _check_answered(called, {block.tool_use_id for _, block in first})
        called = {block.id or "": where for where, block in blocks if block.type == "tool_use"}
    _check_answered(called, set())


def _check_answered(called: dict[str, str], answered: set[str | None]) -> None:
    waiting = [each for each in called if each not in answered]
    if waiting:
        place = ".".join(called[waiting[0]].split(".")[:2])
        raise invalid(
            f"{place}: `tool_use` ids were found without `tool_result` blocks immediately after: {', '.join(waiting)}. Each `tool_use` block "
            "must have a corresponding `tool_result` block in the next message."
        )


def _check_prefill(message: Message) -> None:
    if message.role != "assistant" or not message.content:
        return
    final = message.blocks[-1]
    if final.type == "text" and (final.text or "") != (final.text or "").rstrip():
        raise invalid("messages: final assistant content cannot end with trailing whitespace")
