"""Tools, and the choice among them, as the Messages API says them -> canonical."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Raw, Struct

from planoai.apis.anthropic_messages.content_read import mark
from planoai.apis.anthropic_messages.wire import ABSENT, NAME, CacheControl, ChoiceObject, given
from planoai.apis.fields import read
from planoai.conversation.request import FunctionTool, HostedTool, Tool, ToolChoice, WebSearch
from planoai.errors import BadRequest

SEARCH = "web_search_20250305"  # the first version of the tool: every model that searches knows it
_FUNCTION_MEMBERS = frozenset(("type", "name", "description", "input_schema", "strict", "cache_control"))
_SEARCH_MEMBERS = frozenset(
    ("name", "max_uses", "allowed_domains", "blocked_domains", "user_location", "cache_control", "strict")
)


class _Kind(Struct, frozen=True):
    type: str | None = None


class _Function(Struct, frozen=True):
    name: str
    description: str | None = None
    input_schema: Raw = ABSENT
    strict: bool | None = None
    cache_control: CacheControl | None = None


class _Search(Struct, frozen=True):
    max_uses: int | None = None
    allowed_domains: list[str] | None = None
    blocked_domains: list[str] | None = None
    user_location: dict[str, str | None] | None = None
    cache_control: CacheControl | None = None


def read_tools(raws: Sequence[Raw], extras: dict[str, Raw]) -> tuple[Tool, ...]:
    """`extras` gets the members that only this API knows, under their paths."""
    tools: list[Tool] = []
    for index, each in enumerate(raws):
        path = f"tools[{index}]"
        kind = read(each, _Kind, path).type or "custom"
        if kind == "custom":
            tools.append(_function(each, path))
            known = _FUNCTION_MEMBERS
        elif kind.startswith("web_search_"):
            tools.append(_search(each, path))
            known = _SEARCH_MEMBERS | {"type"} if kind == SEARCH else _SEARCH_MEMBERS
        else:
            tools.append(HostedTool(NAME, kind, each.copy()))
            continue
        members: Mapping[str, Raw] = msgspec.json.decode(each, type=dict[str, Raw])
        extras.update({f"{path}.{name}": value.copy() for name, value in members.items() if name not in known})
    return tuple(tools)


def read_choice(choice: ChoiceObject | None) -> tuple[ToolChoice | None, bool | None]:
    """The choice, None where there is none or it is newer than we are, and whether calls may be made in parallel."""
    if choice is None:
        return None, None
    parallel = None if choice.disable_parallel_tool_use is None else not choice.disable_parallel_tool_use
    match choice.type:
        case "auto":
            return ToolChoice("auto"), parallel
        case "any":
            return ToolChoice("required"), parallel
        case "none":
            return ToolChoice("none"), parallel
        case "tool":
            return (ToolChoice("named", choice.name) if choice.name else ToolChoice("auto")), parallel
        case _:
            return None, parallel


def _function(raw: Raw, path: str) -> FunctionTool:
    tool = read(raw, _Function, path)
    schema = given(tool.input_schema)
    if schema is not None and not bytes(schema).startswith(b"{"):
        raise BadRequest(f"{path}.input_schema: a JSON schema is an object", param=f"{path}.input_schema")
    return FunctionTool(tool.name, tool.description, schema, tool.strict, cache=mark(tool.cache_control))


def _search(raw: Raw, path: str) -> WebSearch:
    tool = read(raw, _Search, path)
    location = {
        name: value for name, value in (tool.user_location or {}).items() if name != "type" and value is not None
    }
    return WebSearch(
        location=location or None,
        max_uses=tool.max_uses,
        allowed_domains=tuple(tool.allowed_domains or ()),
        blocked_domains=tuple(tool.blocked_domains or ()),
        cache=mark(tool.cache_control),
    )
