"""What a tool is called by APIs that know no groups of tools: there every tool has one flat name."""

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from msgspec import structs

from planoai.conversation.message import Message, Part, ToolCall
from planoai.conversation.request import CustomTool, FunctionTool, Request, Tool, ToolChoice

_LONGEST = 64  # characters of a name, everywhere

Names = dict[tuple[str | None, str], str]


def flat_names(tools: Iterable[Tool]) -> Names:
    """(namespace, name) -> the tool's name alone; with its group before it only where two tools would be called the same. No two are."""
    keys = dict.fromkeys(_key(tool) for tool in tools if isinstance(tool, FunctionTool | CustomTool))
    times = Counter(name for _, name in keys)
    names: Names = {key: key[1] for key in keys if key[0] is None or times[key[1]] == 1}
    taken = set(names.values())
    for key in keys:
        if key not in names:
            names[key] = _grouped(*key, taken)
            taken.add(names[key])
    return names


def flattened(request: Request) -> Request:
    """The same request without namespaces: tools, and calls in the history, by their flat names. The very same object where there are none."""
    if not _has_groups(request):
        return request
    names = flat_names(request.tools)
    taken = set(names.values())
    return structs.replace(
        request,
        tools=tuple(_flat_tool(tool, names) for tool in request.tools),
        messages=tuple(_flat_message(message, names, taken) for message in request.messages),
        tool_choice=None if request.tool_choice is None else _flat_choice(request.tool_choice, names, taken),
    )


def called(request: Request | None) -> dict[str, FunctionTool | CustomTool]:
    """Flat name -> the tool as it was offered, to say a call again in the client's words."""
    if request is None:
        return {}
    names = flat_names(request.tools)
    return {names[_key(tool)]: tool for tool in request.tools if isinstance(tool, FunctionTool | CustomTool)}


def callable_only(request: Request) -> Request:
    """What of a request its answer is told by: the names of the tools that may be called, and what else was wanted. No part of the client's body
    is in it, for an answer may last for long."""
    tools = (
        structs.replace(tool, description=None, parameters=None)
        if isinstance(tool, FunctionTool)
        else structs.replace(tool, description=None, format=None)
        for tool in request.tools
        if isinstance(tool, FunctionTool | CustomTool)
    )
    return Request(request.model, (), request.dialect, tools=tuple(tools), include=request.include)


def _key(tool: FunctionTool | CustomTool | ToolCall) -> tuple[str | None, str]:
    return tool.namespace, tool.name


def _grouped(group: str | None, name: str, taken: set[str]) -> str:
    """The name with its group before it; of one that is too long or taken a digest makes way for the end."""
    whole = flat = f"{group}__{name}"
    while len(flat) > _LONGEST or flat in taken:
        digest = sha256(flat.encode(errors="replace")).hexdigest()[:8]
        flat = f"g{digest}_{whole[10 - _LONGEST :]}"
    return flat


def _has_groups(request: Request) -> bool:
    if any(isinstance(tool, FunctionTool | CustomTool) and tool.namespace is not None for tool in request.tools):
        return True
    parts = (part for message in request.messages if message.role == "assistant" for part in message.parts)
    return any(isinstance(part, ToolCall) and part.namespace is not None for part in parts)


def _flat_tool(tool: Tool, names: Names) -> Tool:
    if isinstance(tool, FunctionTool | CustomTool) and tool.namespace is not None:
        return structs.replace(tool, name=names[_key(tool)], namespace=None)
    return tool


def _flat_message(message: Message, names: Names, taken: set[str]) -> Message:
    if message.role != "assistant":
        return message
    return structs.replace(message, parts=tuple(_flat_call(part, names, taken) for part in message.parts))


def _flat_call(part: Part, names: Names, taken: set[str]) -> Part:
    """A call of a tool that is no longer offered keeps its own name, unless that is another tool's by now."""
    if not isinstance(part, ToolCall) or part.namespace is None:
        return part
    flat = names.get(_key(part))
    if flat is None:
        flat = _grouped(part.namespace, part.name, taken) if part.name in taken else part.name
    return structs.replace(part, name=flat, namespace=None)


def _flat_choice(choice: ToolChoice, names: Names, taken: set[str]) -> ToolChoice:
    """Clients choose a tool by its name alone, which may be that of several: the first then, where only one can be chosen."""
    flats: dict[str, list[str]] = {}
    for (_, own), flat in names.items():
        flats.setdefault(own, []).append(flat)

    def chosen(name: str) -> list[str]:
        return [name] if name in taken else flats.get(name, [name])

    allowed = tuple(flat for name in dict.fromkeys(choice.allowed) for flat in chosen(name))
    return structs.replace(choice, name=choice.name and chosen(choice.name)[0], allowed=allowed)
