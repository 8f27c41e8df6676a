"""What a Chat request needs for one upstream of its own API: a few fields renamed, added or left out, all others as they came."""

import msgspec
from msgspec import Raw

from planoai.apis.dialect import Accepts, Adapted, Fields, Head
from planoai.apis.openai_chat import models

Changes = dict[str, Raw | None]  # None: the field is left out

_LIMITS = ("max_tokens", "max_completion_tokens")
_ASKING = msgspec.json.encode({"include_usage": True})
_ACCOUNT = ("store", "metadata", "service_tier")


def adapt(fields: Fields, head: Head, accepts: Accepts) -> Adapted:
    """The same mapping where nothing is needed."""
    model = _text(fields.get("model"))
    effort = _text(fields.get("reasoning_effort"))
    unwanted = _unwanted(model, effort, accepts)
    changes: Changes = {name: None for name in unwanted if name in fields}
    lost = tuple(name for name in changes if name != "stream_options")  # which says how to answer, not what
    _limit(fields, model, accepts, changes)
    if not accepts.developer_role:
        _no_developer(fields, changes)
    if head.stream and "stream_options" not in unwanted:
        _ask_usage(fields, changes)
    if not changes:
        return Adapted(fields)
    return Adapted({name: value for name, value in {**fields, **changes}.items() if value is not None}, lost)


def _limit(fields: Fields, model: str, accepts: Accepts, changes: Changes) -> None:
    """OpenAI's older models take both names, its newer ones and most other servers only one."""
    newer = models.counts_completion(model)
    right = "max_completion_tokens" if newer else accepts.max_tokens
    if right == "max_completion_tokens" and not newer:
        return
    wrong = _LIMITS[1] if right == _LIMITS[0] else _LIMITS[0]
    if wrong in fields:
        changes[wrong] = None
        if right not in fields:
            changes[right] = fields[wrong]


def _no_developer(fields: Fields, changes: Changes) -> None:
    raw = fields.get("messages")
    if raw is None or b"developer" not in bytes(raw):
        return
    messages = msgspec.json.decode(raw, type=list[dict[str, Raw]])
    developers = [message for message in messages if _text(message.get("role")) == "developer"]
    for message in developers:
        message["role"] = Raw(b'"system"')
    if developers:
        changes["messages"] = Raw(msgspec.json.encode(messages))


def _ask_usage(fields: Fields, changes: Changes) -> None:
    """Keeps what else the client set there."""
    raw = fields.get("stream_options")
    options = msgspec.json.decode(raw, type=dict[str, Raw] | None) if raw is not None else None
    if not options:
        changes["stream_options"] = Raw(_ASKING)
    elif bytes(options.get("include_usage", b"")) != b"true":
        changes["stream_options"] = Raw(msgspec.json.encode({**options, "include_usage": True}))


def _unwanted(model: str, effort: str, accepts: Accepts) -> tuple[str, ...]:
    """The fields that this model, or its server, answers with 400."""
    return (
        *models.refused(model, effort),
        *(() if accepts.web_search else ("web_search_options",)),
        *(() if accepts.reasoning_effort else ("reasoning_effort",)),
        *(() if accepts.stream_options else ("stream_options",)),
        *(() if accepts.account_fields else _ACCOUNT),
    )


def _text(raw: Raw | None) -> str:
    value = msgspec.json.decode(raw) if raw is not None else None
    return value if isinstance(value, str) else ""
