"""A request that is already in this dialect, on its way to one upstream.

It goes through as it is, but for one thing. A conversation may have been answered by models of several makers, and what our answers said for
them in this dialect carries no proof: thinking with an empty signature, citations with an empty index, members another maker wanted back.
Clients send all of it again, and Anthropic refuses the request that holds it.
"""

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
    turns = [_cleaned(turn) for turn in _TURNS.decode(raw)]
    if not any(turn.changed for turn in turns):
        return Adapted(fields)
    kept = {**fields, "messages": Raw(msgspec.json.encode([turn.members for turn in turns if turn.members]))}
    if _thinks_by_budget(fields) and _last_answer_changed(turns):
        for name in ("thinking", "context_management"):  # the latter speaks of the former
            kept.pop(name, None)
    return Adapted(kept)


class _Turn(Struct, frozen=True):
    """`members` is empty for a turn of which nothing is left."""

    members: dict[str, Raw]
    changed: bool
    thought: bool  # thinking was taken out


def _cleaned(turn: dict[str, Raw]) -> _Turn:
    content = turn.get("content", Raw(b"null"))
    if bytes(turn.get("role", b"")) != b'"assistant"' or not bytes(content).startswith(b"["):
        return _Turn(turn, changed=False, thought=False)
    before = _LIST.decode(content)
    after = [block for raw in before if (block := _clean(raw)) is not None]
    thought = len(after) < len(before)
    if not thought and all(new is old for new, old in zip(after, before, strict=True)):
        return _Turn(turn, changed=False, thought=False)
    members = {**turn, "content": Raw(msgspec.json.encode(after))} if after else {}
    return _Turn(members, changed=True, thought=thought)


def _clean(raw: Raw) -> Raw | None:
    """The block itself where nothing is wrong with it."""
    kind = msgspec.json.decode(raw, type=Typed).type
    if kind not in ("thinking", "text", "tool_use"):
        return raw
    block = _OBJECT.decode(raw)
    if kind == "thinking":
        return raw if bytes(block.get("signature", b'""')) not in (b'""', b"null") else None
    if kind == "tool_use":
        return raw if block.pop("extra_content", None) is None else Raw(msgspec.json.encode(block))
    try:
        listed = _CITATIONS.decode(block.get("citations", Raw(b"null"))) or []
    except msgspec.DecodeError:  # the upstream will say what is wrong with them
        return raw
    proven = [each for each in listed if bytes(each.get("encrypted_index", b"-")) != b'""']
    if len(proven) == len(listed):
        return raw
    block.pop("citations")
    return Raw(msgspec.json.encode(block | ({"citations": proven} if proven else {})))


def _thinks_by_budget(fields: Fields) -> bool:
    return b'"enabled"' in bytes(fields.get("thinking", b""))


def _last_answer_changed(turns: list[_Turn]) -> bool:
    """With a budget, a turn that goes on after tool calls must still begin with its thinking: else the model may not think on."""
    for turn in reversed(turns):
        if turn.changed or bytes(turn.members.get("role", b"")) == b'"assistant"':
            return turn.thought
    return False
