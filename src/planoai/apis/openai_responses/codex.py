"""What the service behind Codex takes: requests as the Codex command line writes them, answered with a stream and kept by nobody."""

import msgspec
from msgspec import Raw

from planoai.apis.dialect import Adapted, Fields
from planoai.errors import UnknownResponse, Unsupported

BASE = "You are Codex, based on GPT-5. You are running as a coding agent in the Codex CLI on a user's computer."  # word by word
ENCRYPTED = "reasoning.encrypted_content"

_REFUSED = ("max_output_tokens", "temperature", "top_p", "metadata", "user", "service_tier", "truncation")
_ASKS_TO_KEEP = ("previous_response_id", "background")
_NOTHING = (b"null", b"false", b"{}", b'""')


def for_codex(fields: Fields) -> Adapted:
    """Raises ClientError for a request that goes on from an answer, or asks for one to be kept: there are none."""
    previous = bytes(fields.get("previous_response_id", b"null"))
    if previous not in _NOTHING:
        told = msgspec.json.decode(previous)
        raise UnknownResponse(f"previous_response_id: {told!r} is not known here", param="previous_response_id")
    if bytes(fields.get("background", b"null")) not in _NOTHING:
        raise Unsupported("background: this model's answers can not be fetched later", param="background")
    kept = {name: value for name, value in fields.items() if name not in _REFUSED and name not in _ASKS_TO_KEEP}
    lost = [name for name in fields if name in _REFUSED and bytes(fields[name]) not in _NOTHING]
    if bytes(fields.get("store", b"false")) == b"true":
        lost.append("store")
    if "input" in fields:
        kept["input"] = _listed(fields["input"])
    kept |= {
        "instructions": _instructions(fields.get("instructions")),
        "include": _include(fields.get("include")),
        "store": Raw(b"false"),
        "stream": Raw(b"true"),
    }
    return Adapted(kept, tuple(lost))


def _instructions(raw: Raw | None) -> Raw:
    """The line that the service knows Codex by stands first, unless it is there already."""
    told = None if raw is None else msgspec.json.decode(raw)
    if raw is not None and not isinstance(told, str | None):
        return raw  # the upstream will say what is wrong with it
    if raw is not None and BASE in (told or ""):
        return raw
    return Raw(msgspec.json.encode(f"{BASE}\n\n{told}" if told else BASE))


def _listed(raw: Raw) -> Raw:
    text = bytes(raw)
    if text.startswith(b"{"):
        return Raw(b"[" + text + b"]")
    if not text.startswith(b'"'):
        return raw
    said = b'[{"type":"message","role":"user","content":[{"type":"input_text","text":' + text + b"}]}]"
    return Raw(said)


def _include(raw: Raw | None) -> Raw:
    told = None if raw is None else msgspec.json.decode(raw)
    if raw is None or told is None:
        return Raw(msgspec.json.encode([ENCRYPTED]))
    if not isinstance(told, list) or ENCRYPTED in told:
        return raw
    return Raw(msgspec.json.encode([*told, ENCRYPTED]))
