"""The tools of a Chat request, and which of them may be called how."""

import re

from msgspec import Raw, structs

from planoai.apis.dialect import Accepts
from planoai.apis.openai_chat.custom import as_function
from planoai.apis.openai_chat.parts import write_cache
from planoai.apis.openai_chat.schemas import complete, plain
from planoai.apis.openai_chat.strict import qualifies
from planoai.apis.openai_chat.wire import NAME
from planoai.conversation.request import CustomTool, FunctionTool, HostedTool, Request, ToolChoice, WebSearch

_PARAMETERS = {NAME: "function.parameters", "anthropic_messages": "input_schema"}  # where the client's API has them


class ToolWriter:
    """`lost` gathers the paths of what Chat, or this upstream, has no place for."""

    def __init__(self, request: Request, accepts: Accepts) -> None:
        self.lost: list[str] = []
        self._request = request
        self._accepts = accepts
        self._own = request.dialect == NAME
        self._searches = accepts.web_search and re.fullmatch(accepts.web_search_models, request.model)
        self._fields: dict[str, object] = {}

    def write(self) -> dict[str, object]:
        """The fields of the request that speak of tools."""
        request = self._request
        tools: list[object] = []
        names: set[str] = set()
        for place, tool in enumerate(request.tools):
            path = request.path(f"tools[{place}]")
            match tool:
                case FunctionTool():
                    tools.append(self._function(tool, path))
                    names.add(tool.name)
                case CustomTool():
                    tools.append(_custom(tool) if self._own else self._without_strict(as_function(tool)))
                    names.add(tool.name)
                case HostedTool() if tool.dialect == NAME:
                    tools.append(tool.json)
                case WebSearch() if self._searches and "web_search_options" not in self._fields:
                    self._web_search(tool, path)
                case WebSearch():
                    self.lost.append(path if self._own else f"{path} (web_search)")
                case HostedTool():
                    self.lost.append(f"{path} ({tool.kind})")
        if tools:
            self._fields["tools"] = tools
            self._choose(names)
            self._parallel()
        elif request.tools and request.tool_choice is not None and request.tool_choice.mode in ("required", "named"):
            self.lost.append(request.path("tool_choice"))
        return self._fields

    def _parallel(self) -> None:
        several = self._request.parallel_tool_calls
        if several is None:
            return
        if self._accepts.parallel_tool_calls:
            self._fields["parallel_tool_calls"] = several
        else:
            self.lost.append(self._request.path("parallel_tool_calls"))

    def _choose(self, names: set[str]) -> None:
        """A choice of tools that this model is not offered can not be made: OpenAI refuses the request that holds it."""
        choice = self._request.tool_choice
        if choice is None:
            return
        wanted = choice.allowed or ((choice.name,) if choice.name else ())
        offered = tuple(name for name in wanted if name in names or self._own)
        if len(offered) < len(wanted):
            self.lost.append(self._request.path("tool_choice"))
        if offered or not wanted:
            custom = {tool.name for tool in self._request.tools if isinstance(tool, CustomTool)} if self._own else set()
            kept = structs.replace(choice, allowed=offered if choice.allowed else ())
            self._fields["tool_choice"] = _choice(kept, custom)

    def _function(self, tool: FunctionTool, path: str) -> dict[str, object]:
        strict = tool.strict
        if strict and not self._own and not (tool.parameters is not None and qualifies(tool.parameters)):
            self.lost.append(f"{path}.strict")
            strict = None
        members: dict[str, object] = {
            "name": tool.name,
            "description": tool.description,
            "parameters": self._parameters(tool, path),
            "strict": strict,
        }
        if strict is not None and not self._accepts.strict:
            self.lost.append(f"{path}.function.strict" if self._own else f"{path}.strict")
            del members["strict"]
        written: dict[str, object] = {
            "type": "function",
            "function": {name: value for name, value in members.items() if value is not None},
        }
        if tool.cache is not None and self._accepts.cache_control:
            written["cache_control"] = write_cache(tool.cache)
        elif tool.cache is not None:
            self.lost.append(f"{path}.cache_control")
        return written

    def _parameters(self, tool: FunctionTool, path: str) -> Raw | None:
        if tool.parameters is None:
            return None
        parameters = tool.parameters if self._own else complete(tool.parameters)
        if not self._accepts.plain_schemas:
            return parameters
        written, lost = plain(parameters)
        at = _PARAMETERS.get(self._request.dialect, "parameters")
        self.lost += [f"{path}.{at}.{each}" for each in lost]
        return written

    def _without_strict(self, tool: dict[str, object]) -> dict[str, object]:
        function = tool["function"]
        if self._accepts.strict or not isinstance(function, dict):
            return tool
        return {**tool, "function": {name: value for name, value in function.items() if name != "strict"}}

    def _web_search(self, search: WebSearch, path: str) -> None:
        self._fields["web_search_options"] = _web_search(search)
        bounds = ("max_uses", "allowed_domains", "blocked_domains")
        self.lost += [self._request.path(f"{path}.{bound}") for bound in bounds if getattr(search, bound)]
        if search.cache is not None:
            self.lost.append(f"{path}.cache_control")


def _custom(tool: CustomTool) -> dict[str, object]:
    members = {"name": tool.name, "description": tool.description, "format": tool.format}
    return {"type": "custom", "custom": {name: value for name, value in members.items() if value is not None}}


def _choice(choice: ToolChoice, custom: set[str]) -> object:
    if choice.mode == "named":
        return _named(choice.name, custom) if choice.name else "auto"
    if choice.allowed:
        tools = [_named(name, custom) for name in choice.allowed]
        return {"type": "allowed_tools", "allowed_tools": {"mode": choice.mode, "tools": tools}}
    return choice.mode


def _named(name: str, custom: set[str]) -> dict[str, object]:
    kind = "custom" if name in custom else "function"
    return {"type": kind, kind: {"name": name}}


def _web_search(search: WebSearch) -> dict[str, object]:
    written: dict[str, object] = {}
    if search.context_size:
        written["search_context_size"] = search.context_size
    if search.location:
        written["user_location"] = {"type": "approximate", "approximate": dict(search.location)}
    return written
