"""The messages of a Chat request, for one upstream of the same API: roles, names and ids that it does not take, and proofs that it can not check."""

import msgspec
from msgspec import Raw

from planoai.apis.dialect import Accepts
from planoai.apis.openai_chat.ids import nine
from planoai.apis.seal import TRACE, opened

Message = dict[str, Raw]

_OBJECTS = msgspec.json.Decoder(list[Message])
_SYSTEM = Raw(b'"system"')


def adapt_messages(raw: Raw, accepts: Accepts, lost: list[str]) -> Raw | None:
    """None where nothing is needed, which most often shows before anything is read. What is left out is added to `lost`."""
    text = bytes(raw)
    developers = not accepts.developer_role and b"developer" in text
    names = not accepts.name and b'"name"' in text
    ids = accepts.short_ids and b'"tool_call' in text
    proofs = TRACE in text
    if not (developers or names or ids or proofs):
        return None
    messages = _OBJECTS.decode(text)
    changed = False
    for place, message in enumerate(messages):
        path = f"messages[{place}]"
        changes = (
            developers and _without_developer(message),
            names and _without_name(message, path, lost),
            ids and _with_short_ids(message),
            proofs and _with_own_proofs(message, path, accepts, lost),
        )
        changed = changed or any(changes)
    return Raw(msgspec.json.encode(messages)) if changed else None


def _without_developer(message: Message) -> bool:
    if _text(message.get("role")) != "developer":
        return False
    message["role"] = _SYSTEM
    return True


def _without_name(message: Message, path: str, lost: list[str]) -> bool:
    """Results of tools have always had a name."""
    if "name" not in message or _text(message.get("role")) in ("tool", "function"):
        return False
    del message["name"]
    lost.append(f"{path}.name")
    return True


def _with_short_ids(message: Message) -> bool:
    changed = _with_short_id(message, "tool_call_id")
    calls = _listed(message.get("tool_calls"))
    shortened = [_with_short_id(call, "id") for call in calls]
    if any(shortened):
        message["tool_calls"] = Raw(msgspec.json.encode(calls))
        changed = True
    return changed


def _with_short_id(holder: Message, name: str) -> bool:
    given = _text(holder.get(name))
    if not given or (written := nine(given)) == given:
        return False
    holder[name] = Raw(msgspec.json.encode(written))
    return True


def _with_own_proofs(message: Message, path: str, accepts: Accepts, lost: list[str]) -> bool:
    """What an answer of another provider's was proven with goes to that provider alone, as it was issued."""
    if TRACE not in bytes(message.get("thinking_blocks", b"")):
        return False
    kept: list[Message] = []
    changed = False
    for place, block in enumerate(_listed(message["thinking_blocks"])):
        name = "data" if _text(block.get("type")) == "redacted_thinking" else "signature"
        proof = opened(_text(block.get(name)))
        if proof is not None:
            changed = True
            if proof.issuer not in accepts.proofs or proof.kind == "encrypted":  # which this API has no place for
                lost.append(f"{path}.thinking_blocks[{place}] (thinking of {proof.issuer})")
                continue
            block[name] = Raw(msgspec.json.encode(proof.value))
        kept.append(block)
    if changed and kept:
        message["thinking_blocks"] = Raw(msgspec.json.encode(kept))
    elif changed:
        del message["thinking_blocks"]
    return changed


def _listed(raw: Raw | None) -> list[Message]:
    """Nothing for what is no list of objects: the upstream will say what is wrong with it."""
    try:
        return _OBJECTS.decode(raw) if raw is not None and bytes(raw).startswith(b"[") else []
    except msgspec.DecodeError:
        return []


def _text(raw: Raw | None) -> str:
    text = b"" if raw is None else bytes(raw)
    value = msgspec.json.decode(text) if text.startswith(b'"') else ""
    return value if isinstance(value, str) else ""
