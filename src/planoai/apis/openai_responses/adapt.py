"""A request that is already in this dialect, on its way to one upstream: as it came, but for what this upstream or this model refuses.

A conversation may have been answered by several providers, and none opens another's encrypted thoughts. So those that carry the name of their
issuer go back to that one alone, as it wrote them. Thoughts that our answers told for servers which prove nothing are unknown to any other, and
OpenAI refuses items that it does not know; so it does with members that another maker wanted back.
"""

import re

import msgspec
from msgspec import Raw

from planoai.apis.dialect import Accepts, Adapted, Fields, Head
from planoai.apis.openai_responses.codex import for_codex
from planoai.apis.openai_responses.ids import LONGEST_CALL_ID, fitting
from planoai.apis.openai_responses.sampling import SAMPLING, refused
from planoai.apis.seal import TRACE, opened

# Inside a JSON string the quotes would be escaped, so this is always a member, and its value holds no escapes.
_LONG_ID = re.compile(rb'("call_id"\s*:\s*")([^"\\]{%d,})"' % (LONGEST_CALL_ID + 1))

# An id of a thought as our answers make it up: the provider that thought it had none. OpenAI's own are longer.
_OURS = re.compile(rb'"rs_[0-9a-f]{36}"')

# All that may have to change in what was said: found in one go, for nearly nothing has to and conversations are long.
_SUSPICIOUS = re.compile(
    rb'"(?:%b|extra_content"|rs_[0-9a-f]{36}"|call_id"\s*:\s*"[^"\\]{%d})' % (re.escape(TRACE), LONGEST_CALL_ID + 1)
).search

_LIST = msgspec.json.Decoder(list[Raw])
_OBJECT = msgspec.json.Decoder(dict[str, Raw])


def adapt(fields: Fields, _head: Head, accepts: Accepts) -> Adapted:
    """The same mapping where nothing is needed. Raises ClientError for what the service behind Codex can not be asked."""
    changes: dict[str, Raw | None] = {}  # None: the field is left out
    lost: list[str] = []
    told = bytes(fields.get("input", b""))
    said = told
    if _SUSPICIOUS(told):
        if _LONG_ID.search(told):
            said = _LONG_ID.sub(_shortened, told)
        if said.startswith(b"["):
            said = _cleaned(said, accepts, lost)
    if said is not told:
        changes["input"] = Raw(said)
    if not SAMPLING.isdisjoint(fields):
        unwanted = [name for name in refused(_text(fields.get("model")), _effort(fields)) if _says(fields, name)]
        changes |= dict.fromkeys(unwanted)
        lost += unwanted
    kept = _with(fields, changes) if changes else fields
    if not accepts.codex:
        return Adapted(kept, tuple(lost))
    adapted = for_codex(kept)
    return Adapted(adapted.fields, (*lost, *adapted.lost))


def _with(fields: Fields, changes: dict[str, Raw | None]) -> Fields:
    return {name: value for name, value in {**fields, **changes}.items() if value is not None}


def _shortened(match: re.Match[bytes]) -> bytes:
    """UTF-8 of one character is more than one byte: what is short enough as text stays."""
    return match[1] + fitting(match[2].decode(errors="replace")).encode() + b'"'


def _cleaned(said: bytes, accepts: Accepts, lost: list[str]) -> bytes:
    items = _LIST.decode(said)
    kept: list[Raw] = []
    for place, raw in enumerate(items):
        cleaned, gone = _clean(raw, accepts)
        if gone:
            lost.append(f"input[{place}]{gone}")
        if cleaned is not None:
            kept.append(cleaned)
    same = len(kept) == len(items) and all(before is after for before, after in zip(items, kept, strict=True))
    return said if same else msgspec.json.encode(kept)


def _clean(raw: Raw, accepts: Accepts) -> tuple[Raw | None, str]:
    """The item as it goes on, None for one that stays behind; and what is lost, as it reads after the path of the item."""
    if not bytes(raw).startswith(b"{"):
        return raw, ""
    item = _OBJECT.decode(raw)
    if _text(item.get("type")) != "reasoning":
        if item.pop("extra_content", None) is None:
            return raw, ""
        return Raw(msgspec.json.encode(item)), ".extra_content"
    encrypted = _text(item.get("encrypted_content"))
    if not encrypted:
        ours = _OURS.fullmatch(bytes(item.get("id", b""))) is not None and not accepts.reasoning_back
        return (None, " (reasoning without a proof)") if ours else (raw, "")
    proof = opened(encrypted)
    if proof is None:
        return raw, ""
    if proof.kind != "encrypted" or proof.issuer not in accepts.proofs:
        return None, f" (reasoning of {proof.issuer})"
    item["encrypted_content"] = Raw(msgspec.json.encode(proof.value))
    item.pop("id", None)
    if proof.id:
        item["id"] = Raw(msgspec.json.encode(proof.id))
    return Raw(msgspec.json.encode(item)), ""


def _effort(fields: Fields) -> str | None:
    reasoning = bytes(fields.get("reasoning", b""))
    return _text(_OBJECT.decode(reasoning).get("effort")) or None if reasoning.startswith(b"{") else None


def _says(fields: Fields, name: str) -> bool:
    return name in fields and bytes(fields[name]) != b"null"


def _text(raw: Raw | None) -> str:
    value = msgspec.json.decode(raw) if raw is not None else None
    return value if isinstance(value, str) else ""
