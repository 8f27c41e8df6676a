"""What a Chat request needs for one upstream of its own API: a few fields renamed, added or left out, all others as they came.

Every such request comes by here, so what depends on the model and its server alone is worked out once and kept.
"""

from functools import lru_cache

import msgspec
from msgspec import Raw, Struct

from planoai.apis.dialect import Accepts, Adapted, Fields, Head
from planoai.apis.openai_chat import models

Changes = dict[str, Raw | None]  # None: the field is left out

_ASKING = msgspec.json.encode({"include_usage": True})
_ACCOUNT = ("store", "metadata", "service_tier")
_OBJECTS = msgspec.json.Decoder(list[dict[str, Raw]])
_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_REMEMBERED = 1024  # models; clients may name any number


class _Needs(Struct, frozen=True):
    """`unwanted`: fields that are answered with 400; `sampling`: those that are so unless the model is told not to reason. `limit`: the wrong
    name of the limit and the right one. `suspects`: any field that one of these speaks of.
    """

    unwanted: frozenset[str]
    sampling: frozenset[str]
    limit: tuple[str, str] | None
    suspects: frozenset[str]


def adapt(fields: Fields, head: Head, accepts: Accepts) -> Adapted:
    needs = _needs(bytes(fields.get("model", b"")), accepts)
    changes: Changes = {}
    lost: list[str] = []
    if not needs.suspects.isdisjoint(fields):
        _leave_out(fields, needs, changes, lost)
    if not (accepts.developer_role and accepts.name):
        _messages(fields, accepts, changes, lost)
    if not accepts.strict:
        _tools(fields, changes, lost)
    if head.stream and "stream_options" not in needs.unwanted:
        _ask_usage(fields, changes)
    if not changes:
        return Adapted(fields)
    kept = {name: value for name, value in {**fields, **changes}.items() if value is not None}
    return Adapted(kept, tuple(lost))


@lru_cache(_REMEMBERED)
def _needs(raw: bytes, accepts: Accepts) -> _Needs:
    """`raw`: the model, as it stands in the request."""
    model = _text(raw)
    unwanted = frozenset(
        (
            *models.refused(model, "none"),
            *(() if accepts.web_search else ("web_search_options",)),
            *(() if accepts.reasoning_effort else ("reasoning_effort",)),
            *(() if accepts.stream_options else ("stream_options",)),
            *(() if accepts.account_fields else _ACCOUNT),
            *(() if accepts.user else ("user",)),
            *(() if accepts.parallel_tool_calls else ("parallel_tool_calls",)),
        )
    )
    sampling = frozenset(models.refused(model, None)) - unwanted
    right = models.limit_name(model, accepts.max_tokens)
    limit = None
    if right == "max_tokens":
        limit = ("max_completion_tokens", right)
    elif models.limit_name(model, "max_tokens") == right:  # OpenAI's older models take both names
        limit = ("max_tokens", right)
    return _Needs(unwanted, sampling, limit, unwanted | sampling | {limit[0] if limit else ""})


def _leave_out(fields: Fields, needs: _Needs, changes: Changes, lost: list[str]) -> None:
    sampling = needs.sampling if _text(fields.get("reasoning_effort", b"")) != "none" else frozenset[str]()
    for name in fields:
        if name in needs.unwanted or name in sampling:
            changes[name] = None
            if name != "stream_options":  # which says how to answer, not what
                lost.append(name)
    if needs.limit is not None and needs.limit[0] in fields:
        wrong, right = needs.limit
        changes[wrong] = None
        if right not in fields:
            changes[right] = fields[wrong]


def _messages(fields: Fields, accepts: Accepts, changes: Changes, lost: list[str]) -> None:
    """Roles and names that the server does not know. Results of tools have always had a name."""
    text = bytes(fields.get("messages", b""))
    developers = not accepts.developer_role and b"developer" in text
    names = not accepts.name and b'"name"' in text
    if not developers and not names:
        return
    messages = _OBJECTS.decode(text)
    changed = False
    for place, message in enumerate(messages):
        role = _text(message.get("role", b""))
        if developers and role == "developer":
            message["role"] = Raw(b'"system"')
            changed = True
        if names and "name" in message and role not in ("tool", "function"):
            del message["name"]
            lost.append(f"messages[{place}].name")
            changed = True
    if changed:
        changes["messages"] = Raw(msgspec.json.encode(messages))


def _tools(fields: Fields, changes: Changes, lost: list[str]) -> None:
    text = bytes(fields.get("tools", b""))
    if b'"strict"' not in text:
        return
    tools = _OBJECTS.decode(text)
    found = len(lost)
    for place, tool in enumerate(tools):
        function = bytes(tool.get("function", b""))
        if not function.startswith(b"{") or "strict" not in (members := _OBJECT.decode(function)):
            continue
        del members["strict"]
        tool["function"] = Raw(msgspec.json.encode(members))
        lost.append(f"tools[{place}].function.strict")
    if len(lost) > found:
        changes["tools"] = Raw(msgspec.json.encode(tools))


def _ask_usage(fields: Fields, changes: Changes) -> None:
    """Keeps what else the client set there."""
    raw = fields.get("stream_options")
    options = msgspec.json.decode(raw, type=dict[str, Raw] | None) if raw is not None else None
    if not options:
        changes["stream_options"] = Raw(_ASKING)
    elif bytes(options.get("include_usage", b"")) != b"true":
        changes["stream_options"] = Raw(msgspec.json.encode({**options, "include_usage": True}))


def _text(raw: Raw | bytes) -> str:
    value = msgspec.json.decode(raw) if raw else None
    return value if isinstance(value, str) else ""
