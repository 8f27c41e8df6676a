"""What a Chat request needs for one upstream of its own API: a few fields renamed, added or left out, all others as they came."""

import msgspec
from msgspec import Raw

from planoai.apis.dialect import Accepts, Fields, Head
from planoai.apis.openai_chat import models

_LIMITS = ("max_tokens", "max_completion_tokens")
_ASKING = msgspec.json.encode({"include_usage": True})
_ACCOUNT = ("store", "metadata", "service_tier")


def adapt(fields: Fields, head: Head, accepts: Accepts) -> Fields:
    """The same mapping where nothing is needed."""
    adapted = dict(fields)
    model = _text(fields.get("model")) or head.model
    _limit(adapted, model, accepts)
    if not accepts.developer_role:
        _no_developer(adapted)
    if head.stream and accepts.stream_options:
        _ask_usage(adapted)
    for name in _unwanted(adapted, model, accepts):
        adapted.pop(name, None)
    return fields if adapted == fields else adapted


def _limit(adapted: dict[str, Raw], model: str, accepts: Accepts) -> None:
    """OpenAI's older models take both names, its newer ones and most other servers only one."""
    newer = models.counts_completion(model)
    right = "max_completion_tokens" if newer else accepts.max_tokens
    if right == "max_completion_tokens" and not newer:
        return
    wrong = _LIMITS[1] if right == _LIMITS[0] else _LIMITS[0]
    if (value := adapted.pop(wrong, None)) is not None:
        adapted.setdefault(right, value)


def _no_developer(adapted: dict[str, Raw]) -> None:
    raw = adapted.get("messages")
    if raw is None or b"developer" not in bytes(raw):
        return
    messages = msgspec.json.decode(raw, type=list[dict[str, Raw]])
    developers = [message for message in messages if _text(message.get("role")) == "developer"]
    for message in developers:
        message["role"] = Raw(b'"system"')
    if developers:
        adapted["messages"] = Raw(msgspec.json.encode(messages))


def _ask_usage(adapted: dict[str, Raw]) -> None:
    """Keeps what else the client set there."""
    raw = adapted.get("stream_options")
    options = msgspec.json.decode(raw, type=dict[str, Raw] | None) if raw is not None else None
    if not options:
        adapted["stream_options"] = Raw(_ASKING)
    elif bytes(options.get("include_usage", b"")) != b"true":
        adapted["stream_options"] = Raw(msgspec.json.encode({**options, "include_usage": True}))


def _unwanted(adapted: dict[str, Raw], model: str, accepts: Accepts) -> tuple[str, ...]:
    refused = models.refused(model, _text(adapted.get("reasoning_effort")))
    unwanted = [*refused]
    if not accepts.web_search:
        unwanted.append("web_search_options")
    if not accepts.reasoning_effort:
        unwanted.append("reasoning_effort")
    if not accepts.stream_options:
        unwanted.append("stream_options")
    if not accepts.account_fields:
        unwanted += _ACCOUNT
    return tuple(unwanted)


def _text(raw: Raw | None) -> str:
    value = msgspec.json.decode(raw) if raw is not None else None
    return value if isinstance(value, str) else ""
