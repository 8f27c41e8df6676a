"""Tools, and the choice among them -> `toolConfig`, without which Bedrock takes no conversation in which a tool was called."""

from typing import assert_never

from msgspec import Raw, Struct

from planoai.apis.anthropic_messages.schema import FREE_TEXT, closed, parameters_schema
from planoai.apis.bedrock_converse.content_write import point
from planoai.apis.bedrock_converse.ids import fitting
from planoai.apis.bedrock_converse.media_write import Block
from planoai.apis.bedrock_converse.models import Model
from planoai.conversation.request import CustomTool, FunctionTool, HostedTool, Request, Tool, WebSearch

NO_CALLS = "Do not call any tool. Answer in words."

_AUTO: Block = {"auto": {}}
_ANY_OBJECT: Block = {"type": "object"}


class Tools(Struct):
    """`config` is `toolConfig`, `additional` what the model's own fields say of it, `said` what has to be asked for in words instead."""

    config: Block | None = None
    additional: Block = {}
    said: list[Block] = []

    @property
    def forced(self) -> bool:
        """The model must call a tool."""
        choice = self.config.get("toolChoice") if self.config is not None else None
        return isinstance(choice, dict) and "auto" not in choice


def write_tools(request: Request, row: Model, used: list[str], lost: list[str]) -> Tools:
    """`used`: the names of tools in the conversation, as they were written there."""
    tools = _offered(request, row, lost)
    names = [_name(tool) for tool in tools if "toolSpec" in tool]
    choice = _choice(request, names, lost)
    if choice is not None and names:
        if request.parallel_tool_calls is False:
            if row.one_call and choice == _AUTO:  # said twice, it is refused
                return Tools({"tools": tools}, {"tool_choice": {"type": "auto", "disable_parallel_tool_use": True}})
            lost.append(request.path("parallel_tool_calls"))
        return Tools({"tools": tools, "toolChoice": choice})
    if not used:
        return Tools()
    if not names:
        tools = [{"toolSpec": {"name": name, "inputSchema": {"json": _ANY_OBJECT}}} for name in used]
    return Tools({"tools": tools}, said=[{"text": NO_CALLS}])


def _choice(request: Request, names: list[str], lost: list[str]) -> Block | None:
    """None where no tool may be called. A choice that demands a tool which did not cross demands nothing any more."""
    choice = request.tool_choice
    match choice.mode if choice is not None else "auto":
        case "none":
            return None
        case "required" if names:
            return {"any": {}}
        case "named" if choice is not None and choice.name and fitting(choice.name) in names:
            return {"tool": {"name": fitting(choice.name)}}
        case "required" | "named" if request.tools:
            lost.append(request.path("tool_choice"))
    return _AUTO


def _offered(request: Request, row: Model, lost: list[str]) -> list[Block]:
    allowed = frozenset(request.tool_choice.allowed) if request.tool_choice is not None else ()
    written: list[Block] = []
    for index, tool in enumerate(request.tools):
        if allowed and isinstance(tool, FunctionTool | CustomTool) and tool.name not in allowed:
            continue  # this API has no choice among some tools: only those are offered
        written += _write(tool, row, lost, request.path(f"tools[{index}]"))
    return written


def _write(tool: Tool, row: Model, lost: list[str], path: str) -> list[Block]:
    match tool:
        case FunctionTool():
            spec = _spec(tool.name, tool.description, parameters_schema(tool.parameters, path))
            if tool.strict:
                if row.schemas and tool.parameters is not None and closed(tool.parameters) is tool.parameters:
                    spec["strict"] = True
                else:
                    lost.append(f"{path} (strict)")
            points = [] if tool.cache is None else point(tool.cache, row, lost, path)
            return [{"toolSpec": spec}, *points]
        case CustomTool():
            if tool.format is not None:
                lost.append(f"{path} (format)")
            return [{"toolSpec": _spec(tool.name, tool.description, FREE_TEXT)}]
        case WebSearch():
            lost.append(f"{path} (web_search)")
            return []
        case HostedTool():
            lost.append(f"{path} ({tool.kind})")
            return []
        case _:
            assert_never(tool)


def _spec(name: str, description: str | None, schema: Block | Raw) -> Block:
    described = {"description": description} if description else {}  # an empty one is refused
    return {"name": fitting(name), **described, "inputSchema": {"json": schema}}


def _name(tool: Block) -> str:
    spec = tool["toolSpec"]
    return str(spec["name"]) if isinstance(spec, dict) else ""
