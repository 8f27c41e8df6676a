"""Tools, and the choice among them -> as the Messages API says them."""

from typing import assert_never

from msgspec import Raw

from planoai.apis.anthropic_messages.blocks import Block, marked
from planoai.apis.anthropic_messages.models import Model
from planoai.apis.anthropic_messages.schema import FREE_TEXT, closed, parameters_schema
from planoai.apis.anthropic_messages.tools_read import SEARCH
from planoai.apis.anthropic_messages.wire import NAME
from planoai.conversation.request import CustomTool, FunctionTool, HostedTool, Request, Tool, WebSearch


def write_tools(request: Request, row: Model, lost: list[str], *, searches: bool) -> list[Block | Raw]:
    """`searches`: whether the upstream can search the web by itself."""
    allowed = frozenset(request.tool_choice.allowed) if request.tool_choice is not None else ()
    written: list[Block | Raw] = []
    for index, tool in enumerate(request.tools):
        if allowed and isinstance(tool, FunctionTool | CustomTool) and tool.name not in allowed:
            continue  # this API has no choice among some tools: only those are offered
        block = _write(tool, request, row, lost, request.path(f"tools[{index}]"), searches=searches)
        if block is not None:
            written.append(block)
    return written


def write_choice(request: Request, tools: list[Block | Raw], lost: list[str]) -> Block | None:
    """The choice among the `tools` as they were written: one that demands a tool which did not cross demands nothing any more."""
    choice = request.tool_choice
    mode = choice.mode if choice is not None else None
    name = choice.name if choice is not None else None
    if request.dialect != NAME and request.tools and not _possible(mode, name, tools):
        lost.append(request.path("tool_choice"))
        mode = "auto"
    if not tools:
        return None
    written: Block | None
    match mode:
        case "required":
            written = {"type": "any"}
        case "none":
            return {"type": "none"}
        case "named":
            written = {"type": "tool", "name": name} if name else {"type": "auto"}
        case "auto":
            written = {"type": "auto"}
        case None:
            written = None
    if request.parallel_tool_calls is False:
        written = (written or {"type": "auto"}) | {"disable_parallel_tool_use": True}
    return written


def _possible(mode: str | None, name: str | None, tools: list[Block | Raw]) -> bool:
    match mode:
        case "required":
            return bool(tools)
        case "named":
            return not name or any(isinstance(tool, dict) and tool["name"] == name for tool in tools)
        case _:
            return True


def _write(
    tool: Tool, request: Request, row: Model, lost: list[str], path: str, *, searches: bool
) -> Block | Raw | None:
    own = request.dialect == NAME
    match tool:
        case FunctionTool():
            strict = bool(tool.strict) and (own or _holds(tool, row))
            if tool.strict and not strict:
                lost.append(f"{path} (strict)")
            return _function(tool, path, strict=strict)
        case CustomTool():
            if tool.format is not None:
                lost.append(f"{path} (format)")
            described = {} if tool.description is None else {"description": tool.description}
            return {"name": tool.name, **described, "input_schema": FREE_TEXT}
        case WebSearch():
            if not searches and not own:
                lost.append(f"{path} (web_search)")
                return None
            if tool.context_size is not None:
                lost.append(f"{path}.search_context_size")
            return _search(tool)
        case HostedTool():
            if tool.dialect == NAME:
                return tool.json
            lost.append(f"{path} ({tool.kind})")
            return None
        case _:
            assert_never(tool)


def _holds(tool: FunctionTool, row: Model) -> bool:
    """Whether the model can be held to the tool's schema: one that leaves objects open is refused."""
    return row.schemas and tool.parameters is not None and closed(tool.parameters) is tool.parameters


def _function(tool: FunctionTool, path: str, *, strict: bool) -> Block:
    block: Block = {"name": tool.name}
    if tool.description is not None:
        block["description"] = tool.description
    block["input_schema"] = parameters_schema(tool.parameters, path)
    if strict:
        block["strict"] = True
    return marked(block, tool.cache)


def _search(tool: WebSearch) -> Block:
    block: Block = {"type": SEARCH, "name": "web_search"}
    if tool.max_uses is not None:
        block["max_uses"] = tool.max_uses
    if tool.allowed_domains:
        block["allowed_domains"] = tool.allowed_domains
    if tool.blocked_domains:
        block["blocked_domains"] = tool.blocked_domains
    if tool.location:
        block["user_location"] = {"type": "approximate", **tool.location}
    return marked(block, tool.cache)
