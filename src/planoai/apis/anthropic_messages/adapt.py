"""A request that is already in this dialect, on its way to one upstream.

It goes through as it is, but for one thing. A conversation may have been answered by models of several makers, and what our answers said for
them in this dialect carries no proof: thinking with an empty signature, citations with an empty index, members another maker wanted back.
Clients send all of it again, and Anthropic refuses the request that holds it.
"""

from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct

from planoai.apis.anthropic_messages.wire import Typed
from planoai.apis.dialect import Accepts, Adapted, Fields, Head

_TRACES = tuple(
    name + colon
    for name, colons in (
        (b'"signature"', (b':""', b': ""')),
        (b'"encrypted_index"', (b':""', b': ""')),
        (b'"extra_content"', (b":", b": ")),
    )
    for colon in colons
)

_TURNS = msgspec.json.Decoder(list[dict[str, Raw]])
_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_CITATIONS = msgspec.json.Decoder(list[dict[str, Raw]] | None)
_LIST = msgspec.json.Decoder(list[Raw])


def adapt(fields: Fields, _head: Head, accepts: Accepts) -> Adapted:
    """The same mapping where nothing is needed. An upstream that wants reasoning back gets it unsigned as well."""
    raw = fields.get("messages")
    if raw is None or accepts.reasoning_back:
        return Adapted(fields)
    text = bytes(raw)
    if not any(trace in text for trace in _TRACES):
        return Adapted(fields)
    turns = [_cleaned(turn, f"messages[{index}]") for index, turn in enumerate(_TURNS.decode(raw))]
    lost = [path for turn in turns for path in turn.lost]
    if not lost:
        return Adapted(fields)
    kept = {**fields, "messages": Raw(msgspec.json.encode([turn.members for turn in turns if turn.members]))}
    if _thinks_by_budget(fields) and _last_answer_changed(turns):
        gone = [name for name in ("thinking", "context_management") if name in kept]  # the latter speaks of the former
        lost += gone
        kept = {name: value for name, value in kept.items() if name not in gone}
    return Adapted(kept, tuple(lost))


class _Turn(Struct, frozen=True):
    """`members` is empty for a turn of which nothing is left; `thought`: thinking was taken out."""

    members: dict[str, Raw]
    lost: tuple[str, ...] = ()
    thought: bool = False


class _Block(NamedTuple):
    """`json` is None for a block that goes; `lost` says, after the block's path, what went."""

    json: Raw | None
    lost: str = ""


def _cleaned(turn: dict[str, Raw], path: str) -> _Turn:
    content = turn.get("content", Raw(b"null"))
    if bytes(turn.get("role", b"")) != b'"assistant"' or not bytes(content).startswith(b"["):
        return _Turn(turn)
    blocks = [_clean(raw) for raw in _LIST.decode(content)]
    lost = tuple(f"{path}.content[{place}]{block.lost}" for place, block in enumerate(blocks) if block.lost)
    if not lost:
        return _Turn(turn)
    after = [block.json for block in blocks if block.json is not None]
    members = {**turn, "content": Raw(msgspec.json.encode(after))} if after else {}
    return _Turn(members, lost, thought=len(after) < len(blocks))


def _clean(raw: Raw) -> _Block:
    kind = msgspec.json.decode(raw, type=Typed).type
    if kind not in ("thinking", "text", "tool_use"):
        return _Block(raw)
    block = _OBJECT.decode(raw)
    if kind == "thinking":
        signed = bytes(block.get("signature", b'""')) not in (b'""', b"null")
        return _Block(raw) if signed else _Block(None, " (thinking without a signature)")
    if kind == "tool_use":
        foreign = block.pop("extra_content", None)
        return _Block(raw) if foreign is None else _Block(Raw(msgspec.json.encode(block)), ".extra_content")
    try:
        listed = _CITATIONS.decode(block.get("citations", Raw(b"null"))) or []
    except msgspec.DecodeError:  # the upstream will say what is wrong with them
        return _Block(raw)
    proven = [each for each in listed if bytes(each.get("encrypted_index", b"-")) != b'""']
    if len(proven) == len(listed):
        return _Block(raw)
    block.pop("citations")
    return _Block(Raw(msgspec.json.encode(block | ({"citations": proven} if proven else {}))), ".citations")


def _thinks_by_budget(fields: Fields) -> bool:
    return b'"enabled"' in bytes(fields.get("thinking", b""))


def _last_answer_changed(turns: list[_Turn]) -> bool:
    """With a budget, a turn that goes on after tool calls must still begin with its thinking: else the model may not think on."""
    for turn in reversed(turns):
        if turn.lost or bytes(turn.members.get("role", b"")) == b'"assistant"':
            return turn.thought
    return False
