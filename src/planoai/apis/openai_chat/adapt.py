"""What a Chat request needs for one upstream of its own API: a few fields renamed, added or left out, all others as they came.

Every such request comes by here, so what depends on the model and its server alone is worked out once and kept.
"""

from functools import lru_cache

import msgspec
from msgspec import Raw, Struct

from planoai.apis.dialect import Accepts, Adapted, Fields, Head
from planoai.apis.models import instead, refused_there
from planoai.apis.openai_chat import models
from planoai.apis.openai_chat.message_adapt import adapt_messages
from planoai.apis.openai_chat.schemas import plain

Changes = dict[str, Raw | None]  # None: the field is left out

_ASKING = msgspec.json.encode({"include_usage": True})
_OBJECTS = msgspec.json.Decoder(list[dict[str, Raw]])
_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_REMEMBERED = 1024  # models; clients may name any number


class _Needs(Struct, frozen=True):
    """`unwanted`: fields that are answered with 400; `sampling`: those that are so unless the model is told not to reason. `limit`: the wrong
    name of the limit and the right one. `suspects`: any field that one of these speaks of. `efforts`: words for them, where only those are taken.
    """

    unwanted: frozenset[str]
    sampling: frozenset[str]
    limit: tuple[str, str] | None
    suspects: frozenset[str]
    efforts: tuple[tuple[str, str], ...] | None


def adapt(fields: Fields, head: Head, accepts: Accepts) -> Adapted:
    needs = _needs(bytes(fields.get("model", b"")), accepts)
    changes: Changes = {}
    lost: list[str] = []
    if not needs.suspects.isdisjoint(fields):
        _leave_out(fields, needs, changes, lost)
    if needs.efforts is not None and "reasoning_effort" in fields:
        _effort(fields, needs.efforts, changes, lost)
    if "messages" in fields and (messages := adapt_messages(fields["messages"], accepts, lost)) is not None:
        changes["messages"] = messages
    if accepts.plain_schemas or not accepts.strict:
        _tools(fields, accepts, changes, lost)
    if accepts.plain_schemas:
        _format(fields, changes, lost)
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
            *refused_there(model, accepts),
            *(() if accepts.web_search else ("web_search_options",)),
            *(() if accepts.reasoning_effort else ("reasoning_effort",)),
            *(() if accepts.stream_options else ("stream_options",)),
            *(() if accepts.account_fields else models.ACCOUNT),
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
    efforts = models.efforts_there(model, accepts)
    suspects = unwanted | sampling | {limit[0] if limit else ""}
    return _Needs(unwanted, sampling, limit, suspects, None if efforts is None else tuple(efforts.items()))


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


def _effort(fields: Fields, words: tuple[tuple[str, str], ...], changes: Changes, lost: list[str]) -> None:
    """In the words that the model has for efforts at this server."""
    given = _text(fields.get("reasoning_effort", b""))
    written = dict(words).get(given)
    if given and written != given:
        changes["reasoning_effort"] = Raw(msgspec.json.encode(written)) if written else None
        lost.append(instead("reasoning_effort", given, written))


def _tools(fields: Fields, accepts: Accepts, changes: Changes, lost: list[str]) -> None:
    text = bytes(fields.get("tools", b""))
    strict = not accepts.strict and b'"strict"' in text
    schemas = accepts.plain_schemas and b'"parameters"' in text
    if not strict and not schemas:
        return
    tools = _OBJECTS.decode(text)
    changed = False
    for place, tool in enumerate(tools):
        function = bytes(tool.get("function", b""))
        if not function.startswith(b"{"):
            continue
        members, path = _OBJECT.decode(function), f"tools[{place}].function"
        unheld = strict and members.pop("strict", None) is not None
        lost += [f"{path}.strict"] if unheld else []
        restated = schemas and _plain(members, "parameters", path, lost)
        if unheld or restated:
            tool["function"] = Raw(msgspec.json.encode(members))
            changed = True
    if changed:
        changes["tools"] = Raw(msgspec.json.encode(tools))


def _format(fields: Fields, changes: Changes, lost: list[str]) -> None:
    text = bytes(fields.get("response_format", b""))
    if b'"schema"' not in text or not text.startswith(b"{"):
        return
    members = _OBJECT.decode(text)
    held = bytes(members.get("json_schema", b""))
    if not held.startswith(b"{"):
        return
    schema = _OBJECT.decode(held)
    if _plain(schema, "schema", "response_format.json_schema", lost):
        members["json_schema"] = Raw(msgspec.json.encode(schema))
        changes["response_format"] = Raw(msgspec.json.encode(members))


def _plain(members: dict[str, Raw], name: str, path: str, lost: list[str]) -> bool:
    """Whether the schema called `name` is another now."""
    if name not in members:
        return False
    written, left_out = plain(members[name])
    if written is members[name]:
        return False
    members[name] = written
    lost += [f"{path}.{name}.{each}" for each in left_out]
    return True


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
