"""Tools, and the choice among them -> as the Messages API says them."""

from typing import assert_never

import msgspec
from msgspec import Raw

from planoai.apis.anthropic_messages.blocks import Block, marked
from planoai.apis.anthropic_messages.models import Model
from planoai.apis.anthropic_messages.tools_read import SEARCH
from planoai.apis.anthropic_messages.wire import NAME
from planoai.conversation.request import CustomTool, FunctionTool, HostedTool, Request, Tool, WebSearch

_NO_PARAMETERS: Block = {"type": "object", "properties": {}}
_FREE_TEXT: Block = {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]}
_CHAT = "openai_chat"  # has searching among its options, not among its tools
_OBJECT = msgspec.json.Decoder(dict[str, Raw])


def write_tools(request: Request, row: Model, lost: list[str], *, searches: bool) -> list[Block | Raw]:
    """`searches`: whether the upstream can search the web by itself."""
    allowed = request.tool_choice.allowed if request.tool_choice is not None else ()
    written: list[Block | Raw] = []
    for index, tool in enumerate(request.tools):
        if allowed and isinstance(tool, FunctionTool | CustomTool) and tool.name not in allowed:
            continue  # this API has no choice among some tools: only those are offered
        path = f"tools[{index}]"
        if isinstance(tool, WebSearch) and request.dialect == _CHAT:
            path = "web_search_options"
        block = _write(tool, path, row, lost, searches=searches or request.dialect == NAME)
        if block is not None:
            written.append(block)
    return written


def write_choice(request: Request) -> Block | None:
    choice = request.tool_choice
    written: Block | None
    match choice.mode if choice is not None else None:
        case "required":
            written = {"type": "any"}
        case "none":
            return {"type": "none"}
        case "named":
            written = {"type": "tool", "name": choice.name} if choice and choice.name else {"type": "auto"}
        case "auto":
            written = {"type": "auto"}
        case _:
            written = None
    if request.parallel_tool_calls is False:
        written = (written or {"type": "auto"}) | {"disable_parallel_tool_use": True}
    return written


def _write(tool: Tool, path: str, row: Model, lost: list[str], *, searches: bool) -> Block | Raw | None:
    match tool:
        case FunctionTool():
            return _function(tool, row)
        case CustomTool():
            if tool.format is not None:
                lost.append(f"{path}.custom.format")
            described = {} if tool.description is None else {"description": tool.description}
            return {"name": tool.name, **described, "input_schema": _FREE_TEXT}
        case WebSearch():
            if not searches:
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


def _function(tool: FunctionTool, row: Model) -> Block:
    block: Block = {"name": tool.name}
    if tool.description is not None:
        block["description"] = tool.description
    block["input_schema"] = _schema(tool.parameters)
    if tool.strict and row.schemas:
        block["strict"] = True
    return marked(block, tool.cache)


def _schema(parameters: Raw | None) -> Block | Raw:
    """The schema as it came; Anthropic insists that it says `object`, which others take for granted."""
    if parameters is None:
        return _NO_PARAMETERS
    try:
        members = _OBJECT.decode(parameters)
    except msgspec.DecodeError:
        return _NO_PARAMETERS
    return parameters if "type" in members else {"type": "object", **members}


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
