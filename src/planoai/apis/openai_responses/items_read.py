"""The items of a Responses request -> messages.

What an assistant said, thought and called stands in items of its own; here it is one message, in the order of the items.
"""

from collections.abc import Iterable, Iterator

from msgspec import Raw, Struct

from planoai.apis.fields import read
from planoai.apis.openai_responses.parts_read import Extras, Placed, read_content, read_result
from planoai.apis.openai_responses.wire import NAME, ItemWire, SummaryWire, given
from planoai.apis.seal import opened
from planoai.apis.unread import unread
from planoai.conversation.message import Message, Opaque, RedactedThinking, Role, Text, Thinking, ToolCall, ToolResult
from planoai.errors import BadRequest

Bound = dict[str, str]

_ROLES: dict[str, Role] = {"system": "system", "developer": "developer", "user": "user", "assistant": "assistant"}
_OUTPUTS = ("function_call_output", "custom_tool_call_output")
_READ = ("message", "reasoning", "function_call", "custom_tool_call", *_OUTPUTS)
_ELSEWHERE = {  # items that stand for more than they say
    "item_reference": "the item it refers to is stored at the provider that made it",
    "compaction": "only the provider that made it can open it",
    "compaction_summary": "only the provider that made it can open it",
}


class _Kind(Struct):
    type: str | None = None
    role: str | None = None
    id: str | None = None
    call_id: str | None = None


def read_items(raw: Raw, path: str, extras: Extras, bound: Bound) -> tuple[Message, ...]:
    """`raw` is text, one item, or a list of them. `extras` gets what has no word in a conversation, `bound` what no other API can do."""
    text = bytes(raw)
    if text.startswith(b'"'):
        return (Message("user", (Text(read(raw, str, path)),), path=path, paths=(path,)),)
    if text.startswith(b"{"):
        return tuple(_joined([_item(raw, path, extras, bound, set())]))
    items = read(raw, list[Raw], path)
    elsewhere: set[str] = set()
    return tuple(_joined(_item(item, f"{path}[{place}]", extras, bound, elsewhere) for place, item in enumerate(items)))


def _joined(messages: Iterable[Message]) -> Iterator[Message]:
    """What an assistant said without a pause becomes one message."""
    run: list[Message] = []
    for message in messages:
        if message.role != "assistant" and run:
            yield _one(run)
            run = []
        if message.role == "assistant":
            run.append(message)
        else:
            yield message
    if run:
        yield _one(run)


def _one(run: list[Message]) -> Message:
    """The path of it is that of its first item."""
    parts = tuple(part for message in run for part in message.parts)
    return Message(
        "assistant", parts, path=run[0].path, paths=tuple(where for message in run for where in message.paths)
    )


def _item(raw: Raw, path: str, extras: Extras, bound: Bound, elsewhere: set[str]) -> Message:
    """Only its type says what an item is; one without a type is a message if it has a role, and a reference if it only has an id.

    `elsewhere` gets the ids of calls that only this API knows (Codex's `local_shell_call`): what they gave goes where they go.
    """
    found = read(raw, _Kind, path)
    kind = found.type or ("message" if found.role else "item_reference" if found.id else None)
    if kind is None:
        raise BadRequest(f"{path}.type: this field is required", param=f"{path}.type")
    if kind in _ELSEWHERE:
        bound[path] = f"{kind}: {_ELSEWHERE[kind]}"
    if kind not in _READ or (kind in _OUTPUTS and found.call_id in elsewhere):
        elsewhere.update((found.call_id,) if found.call_id else ())
        return Message("assistant", (Opaque(NAME, kind, raw),), path=path, paths=(path,))
    wire = read(raw, ItemWire, path)
    extras.update(unread(raw, ItemWire, path))
    if kind == "message" and wire.role != "tool":
        return _message(wire, path, extras)
    if kind in (*_OUTPUTS, "message"):
        return Message("tool", (_result(wire, kind, path, extras),), path=path, paths=(path,))
    placed = list(_thinking(wire, path) if kind == "reasoning" else _call(wire, kind, path))
    return Message("assistant", tuple(part for part, _ in placed), path=path, paths=tuple(where for _, where in placed))


def _message(wire: ItemWire, path: str, extras: Extras) -> Message:
    role = _ROLES.get(wire.role or "")
    if role is None:
        known = ", ".join(_ROLES)
        raise BadRequest(f"{path}.role: {wire.role!r} is none of {known}", param=f"{path}.role")
    if wire.phase:
        extras[f"{path}.phase"] = Raw(b"{}")
    placed = list(read_content(wire.content, f"{path}.content", extras))
    return Message(role, tuple(part for part, _ in placed), path=path, paths=tuple(where for _, where in placed))


def _thinking(wire: ItemWire, path: str) -> Iterator[Placed]:
    """The summary and what proves the thought are one part, for one proof can not cover several; the thought itself, beside a summary, is another."""
    summary = "\n\n".join(piece.text for piece in wire.summary or () if piece.text)
    pieces = wire.content if isinstance(wire.content, list) else ()
    texts = [read(piece, SummaryWire, f"{path}.content[{place}]").text for place, piece in enumerate(pieces)]
    thought = "\n\n".join(text for text in texts if text)
    proof = opened(wire.encrypted_content or "")
    if proof is not None and proof.kind == "redacted":
        yield RedactedThinking(proof.value, proof.issuer), path
    elif proof is not None and proof.kind == "signature":  # it covers the thought, which streams tell as a summary
        yield Thinking(thought or summary, signature=proof.value, issuer=proof.issuer), path
    else:
        encrypted = proof.value if proof is not None else wire.encrypted_content or None
        identifier = (proof.id or None) if proof is not None else wire.id
        issuer = proof.issuer if proof is not None else ""
        if summary or encrypted:
            yield Thinking(summary, encrypted=encrypted, id=identifier, summary=True, issuer=issuer), path
        if thought:
            yield Thinking(thought), f"{path}.content"


def _call(wire: ItemWire, kind: str, path: str) -> Iterator[Placed]:
    for name in ("call_id", "name"):
        if not getattr(wire, name):
            raise BadRequest(f"{path}.{name}: this field is required", param=f"{path}.{name}")
    custom = kind == "custom_tool_call"
    text = wire.input if custom else wire.arguments
    extra = given(wire.extra_content)
    extras = None if extra is None else Raw(b'{"extra_content":%b}' % bytes(extra))
    yield ToolCall(wire.call_id or "", wire.name or "", text or "", custom, wire.namespace or None, extras), path


def _result(wire: ItemWire, kind: str, path: str, extras: Extras) -> ToolResult:
    if not wire.call_id:
        raise BadRequest(f"{path}.call_id: this field is required", param=f"{path}.call_id")
    if kind == "message":
        placed = read_content(wire.content, f"{path}.content", extras)
        return ToolResult(wire.call_id, tuple(part for part, _ in placed if isinstance(part, Text)))
    parts = read_result(wire.output, f"{path}.output", extras)
    return ToolResult(wire.call_id, parts, custom=kind == "custom_tool_call_output")
