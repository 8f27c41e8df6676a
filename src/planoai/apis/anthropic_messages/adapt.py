"""A request that is already in this dialect, on its way to one upstream.

It goes through as it is, but for fields that some models refuse, and for two things more. A conversation may have been answered by models of
several makers, and what our answers said for them in this dialect carries no proof: thinking with an empty signature, citations with an empty
index, members another maker wanted back. Or it carries one that was sealed, which goes to its issuer as it was issued and to nobody else.
Clients send all of it again, and Anthropic refuses the request that holds it.
"""

from functools import lru_cache
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct

from planoai.apis.anthropic_messages.models import refused
from planoai.apis.anthropic_messages.wire import Typed
from planoai.apis.dialect import Accepts, Adapted, Fields, Head
from planoai.apis.proofs import may_go, read_data, read_signature, whose
from planoai.apis.seal import TRACE

_UNPROVEN = tuple(
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
_REMEMBERED = 1024  # models; clients may name any number


def adapt(fields: Fields, _head: Head, accepts: Accepts) -> Adapted:
    """The same mapping where nothing is needed. An upstream that wants reasoning back gets it unsigned as well."""
    unwanted = [name for name in _refused(bytes(fields.get("model", b"")), accepts) if name in fields]
    if not unwanted:
        return _proven(fields, accepts)
    adapted = _proven({name: value for name, value in fields.items() if name not in unwanted}, accepts)
    return Adapted(adapted.fields, (*unwanted, *adapted.lost))


@lru_cache(_REMEMBERED)
def _refused(raw: bytes, accepts: Accepts) -> tuple[str, ...]:
    """`raw`: the model, as it stands in the request."""
    return refused(_string(Raw(raw)), accepts)


def _proven(fields: Fields, accepts: Accepts) -> Adapted:
    raw = fields.get("messages")
    text = b"" if raw is None else bytes(raw)
    traces = (TRACE,) if accepts.reasoning_back else (TRACE, *_UNPROVEN)
    if raw is None or not any(trace in text for trace in traces):
        return Adapted(fields)
    turns = [_cleaned(turn, f"messages[{index}]", accepts) for index, turn in enumerate(_TURNS.decode(raw))]
    if not any(turn.changed for turn in turns):
        return Adapted(fields)
    lost = [path for turn in turns for path in turn.lost]
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
    changed: bool = False
    thought: bool = False


class _Block(NamedTuple):
    """`json` is None for a block that goes; `lost` says, after the block's path, what went."""

    json: Raw | None
    lost: str = ""


def _cleaned(turn: dict[str, Raw], path: str, accepts: Accepts) -> _Turn:
    content = turn.get("content", Raw(b"null"))
    if bytes(turn.get("role", b"")) != b'"assistant"' or not bytes(content).startswith(b"["):
        return _Turn(turn)
    given = _LIST.decode(content)
    blocks = [_clean(raw, accepts) for raw in given]
    if all(block.json is raw for block, raw in zip(blocks, given, strict=True)):
        return _Turn(turn)
    lost = tuple(f"{path}.content[{place}]{block.lost}" for place, block in enumerate(blocks) if block.lost)
    after = [block.json for block in blocks if block.json is not None]
    members = {**turn, "content": Raw(msgspec.json.encode(after))} if after else {}
    return _Turn(members, lost, changed=True, thought=len(after) < len(blocks))


def _clean(raw: Raw, accepts: Accepts) -> _Block:
    match msgspec.json.decode(raw, type=Typed).type:
        case "thinking":
            return _thinking(raw, accepts)
        case "redacted_thinking":
            return _redacted(raw, accepts)
        case "tool_use" if not accepts.reasoning_back:
            return _call(raw)
        case "text" if not accepts.reasoning_back:
            return _text(raw)
        case _:
            return _Block(raw)


def _thinking(raw: Raw, accepts: Accepts) -> _Block:
    """Thinking without a proof is taken by those who want reasoning back."""
    block = _OBJECT.decode(raw)
    signature = _string(block.get("signature"))
    told = _string(block.get("thinking"))
    part = read_signature(told, signature)
    if part.signature and may_go(part.issuer, accepts.proofs):
        return _Block(raw) if part.signature == signature else _replaced(block, signature=part.signature)
    if not part.issuer:
        odd = bytes(block.get("signature", b'""')) not in (
            b'""',
            b"null",
        )  # the upstream will say what is wrong with it
        return _Block(raw) if odd or accepts.reasoning_back else _Block(None, f" ({whose(part)})")
    if accepts.reasoning_back and told:
        return _replaced(block, f" ({whose(part)})", signature="")
    return _Block(None, f" ({whose(part)})")


def _redacted(raw: Raw, accepts: Accepts) -> _Block:
    block = _OBJECT.decode(raw)
    data = _string(block.get("data"))
    part = read_data(data)
    if not may_go(part.issuer, accepts.proofs):
        return _Block(None, f" ({whose(part)})")
    return _Block(raw) if part.data == data else _replaced(block, data=part.data)


def _call(raw: Raw) -> _Block:
    block = _OBJECT.decode(raw)
    foreign = block.pop("extra_content", None)
    return _Block(raw) if foreign is None else _Block(Raw(msgspec.json.encode(block)), ".extra_content")


def _text(raw: Raw) -> _Block:
    block = _OBJECT.decode(raw)
    try:
        listed = _CITATIONS.decode(block.get("citations", Raw(b"null"))) or []
    except msgspec.DecodeError:  # the upstream will say what is wrong with them
        return _Block(raw)
    proven = [each for each in listed if bytes(each.get("encrypted_index", b"-")) != b'""']
    if len(proven) == len(listed):
        return _Block(raw)
    block.pop("citations")
    return _Block(Raw(msgspec.json.encode(block | ({"citations": proven} if proven else {}))), ".citations")


def _replaced(block: dict[str, Raw], lost: str = "", **members: str) -> _Block:
    return _Block(Raw(msgspec.json.encode({**block, **members})), lost)


def _string(raw: Raw | None) -> str:
    """Nothing for what is no string."""
    try:
        return "" if raw is None else msgspec.json.decode(raw, type=str)
    except msgspec.DecodeError:
        return ""


def _thinks_by_budget(fields: Fields) -> bool:
    return b'"enabled"' in bytes(fields.get("thinking", b""))


def _last_answer_changed(turns: list[_Turn]) -> bool:
    """With a budget, a turn that goes on after tool calls must still begin with its thinking: else the model may not think on."""
    for turn in reversed(turns):
        if turn.changed or bytes(turn.members.get("role", b"")) == b'"assistant"':
            return turn.thought
    return False
