"""The tools of a Responses request, and the choice among them -> conversation."""

from collections.abc import Iterator

import msgspec
from msgspec import Raw, Struct

from planoai.apis.fields import read
from planoai.apis.openai_responses.wire import (
    NAME,
    ChoiceWire,
    LocationWire,
    NamedWire,
    NameWire,
    SearchWire,
    ToolWire,
    given,
)
from planoai.apis.unread import unread
from planoai.conversation.request import CustomTool, FunctionTool, HostedTool, Tool, ToolChoice, WebSearch
from planoai.errors import BadRequest

Extras = dict[str, Raw]
Bound = dict[str, str]

# How the types of tools begin that answer from what is stored, or runs, at the provider.
_AT_OPENAI = ("file_search", "code_interpreter", "computer")
_DOMAINS = ("allowed_domains", "blocked_domains")
_SEARCHES = ("web_search", "web_search_preview")


class _Typed(Struct):
    type: str | None = None


class _Format(Struct):
    type: str | None = None


def read_tools(raws: list[Raw], extras: Extras, paths: dict[str, str], bound: Bound) -> tuple[Tool, ...]:
    """`paths` gets those of tools that stand in a group, and of all that follow one; `bound` the tools that run nowhere else."""
    tools: list[Tool] = []
    hosted = False
    for place, raw in enumerate(raws):
        for tool, path in _tools(raw, place, extras):
            if path != (name := f"tools[{len(tools)}]"):
                paths[name] = path
            if isinstance(tool, WebSearch):
                paths |= {f"{path}.{name}": f"{path}.filters.{name}" for name in _DOMAINS}
            if isinstance(tool, HostedTool):
                hosted = True
                if tool.kind.startswith(_AT_OPENAI):
                    bound[path] = f"{tool.kind} runs at the provider, and only where this API is spoken"
            tools.append(tool)
    if hosted and not any(isinstance(tool, FunctionTool | CustomTool) for tool in tools):
        bound["tools"] = "none of them can be offered by a model of another API"
    return tuple(tools)


def _tools(raw: Raw, place: int, extras: Extras) -> Iterator[tuple[Tool, str]]:
    path = f"tools[{place}]"
    if read(raw, _Typed, path).type != "namespace":
        yield _tool(raw, path, extras, place), path
        return
    group = read(raw, ToolWire, path)
    extras.update(unread(raw, ToolWire, path))
    if group.description:
        extras[f"{path}.description"] = Raw(msgspec.json.encode(group.description))
    for place, member in enumerate(group.tools or ()):
        where = f"{path}.tools[{place}]"
        yield _tool(member, where, extras, place, _name(group, path)), where


def _tool(raw: Raw, path: str, extras: Extras, place: int, namespace: str | None = None) -> Tool:
    """`place` names a tool for free text that has no name: there may be no other."""
    kind = read(raw, _Typed, path).type or "function"
    if kind.startswith(_SEARCHES):
        search = read(raw, SearchWire, path)
        extras.update(unread(raw, SearchWire, path))
        return _search(search)
    if kind not in ("function", "custom"):
        return HostedTool(NAME, kind, raw)
    wire = read(raw, ToolWire, path)
    extras.update(unread(raw, ToolWire, path))
    if kind == "custom":
        return CustomTool(wire.name or f"custom_tool_{place + 1}", wire.description, _format(wire, path), namespace)
    schema = given(wire.parameters)
    if schema is not None and not bytes(schema).startswith(b"{"):
        raise BadRequest(f"{path}.parameters: a JSON schema must be an object", param=f"{path}.parameters")
    return FunctionTool(_name(wire, path), wire.description, schema, wire.strict, namespace)


def _name(wire: ToolWire, path: str) -> str:
    if not wire.name:
        raise BadRequest(f"{path}.name: this field is required", param=f"{path}.name")
    return wire.name


def _format(wire: ToolWire, path: str) -> Raw | None:
    """Free text is what a custom tool takes anyway."""
    form = given(wire.format)
    return None if form is None or read(form, _Format, f"{path}.format").type == "text" else form


def _search(wire: SearchWire) -> WebSearch:
    place = wire.user_location or LocationWire()
    location = {
        name: value for name in ("city", "country", "region", "timezone") if (value := getattr(place, name)) is not None
    }
    filters = wire.filters
    allowed = tuple(filters.allowed_domains or ()) if filters else ()
    blocked = tuple(filters.blocked_domains or ()) if filters else ()
    return WebSearch(wire.search_context_size, location or None, allowed_domains=allowed, blocked_domains=blocked)


def read_choice(choice: str | ChoiceWire | None, whole: Raw | None, extras: Extras) -> ToolChoice | None:
    """`whole` is the field as it was sent: a choice of what another API can not offer is kept in `extras`."""
    match choice:
        case None:
            return None
        case "auto" | "none" | "required":
            return ToolChoice(choice)
        case ChoiceWire(type="allowed_tools"):
            return _allowed(choice, extras)
        case ChoiceWire(type="function" | "custom") if name := choice.name or (choice.function or NameWire()).name:
            return ToolChoice("named", name)
    keep_whole("tool_choice", whole or Raw(b"null"), extras)
    return None


def _allowed(choice: ChoiceWire, extras: Extras) -> ToolChoice:
    """Those of the tools that run at the provider are kept whole, and not member by member. Where it is only they, no other may be called."""
    tools = choice.tools or ()
    names = [_named(tool) for tool in tools]
    hosted = {
        f"tool_choice.tools[{place}]": Raw(msgspec.json.encode(tool))
        for place, (tool, name) in enumerate(zip(tools, names, strict=True))
        if name is None
    }
    for member in [each for each in extras if each.partition("]")[0] + "]" in hosted]:
        del extras[member]
    extras.update(hosted)
    if tools and len(hosted) == len(tools):
        return ToolChoice("none")
    return ToolChoice(
        "required" if choice.mode == "required" else "auto", allowed=tuple(name for name in names if name)
    )


def keep_whole(path: str, value: Raw, extras: Extras) -> None:
    """Left to servers of this API, and not member by member."""
    for member in [each for each in extras if each.startswith(f"{path}.")]:
        del extras[member]
    extras[path] = value


def _named(tool: NamedWire) -> str | None:
    """None for one that runs at the provider."""
    return tool.name or (tool.function or NameWire()).name if tool.type in ("function", "custom", None) else None
