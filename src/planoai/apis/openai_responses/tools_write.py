"""The tools of a Responses request, and which of them may be called how."""

import msgspec
from msgspec import Raw

from planoai.apis.dialect import Accepts
from planoai.apis.openai_chat.schemas import complete
from planoai.apis.openai_chat.strict import qualifies
from planoai.apis.openai_responses.wire import NAME
from planoai.conversation.request import CustomTool, FunctionTool, HostedTool, Request, ToolChoice, WebSearch

Wire = dict[str, object]

_OBJECT = msgspec.json.Decoder(dict[str, Raw])


class ToolWriter:
    """`lost` gathers the paths of what this API, or this upstream, has no place for; `placed` those of extras that went back."""

    def __init__(self, request: Request, accepts: Accepts) -> None:
        self.lost: list[str] = []
        self.placed: set[str] = set()
        self._request = request
        self._accepts = accepts
        self._own = request.dialect == NAME
        self._kinds: dict[str, str] = {}  # name -> what it is chosen as

    def write(self) -> Wire:
        """The fields of the request that speak of tools."""
        request = self._request
        tools: list[Wire | Raw] = []
        groups: dict[str, list[Wire]] = {}
        for place, tool in enumerate(request.tools):
            path = request.path(f"tools[{place}]")
            match tool:
                case FunctionTool() | CustomTool():
                    written = self._function(tool, path) if isinstance(tool, FunctionTool) else self._custom(tool)
                    self._kinds.setdefault(tool.name, str(written["type"]))
                    if tool.namespace is None:
                        tools.append(written)
                        continue
                    if tool.namespace not in groups:
                        groups[tool.namespace] = []
                        tools.append(self._group(tool.namespace, path, groups[tool.namespace]))
                    groups[tool.namespace].append(written)
                case HostedTool() if tool.dialect == NAME:
                    tools.append(tool.json)
                case WebSearch() if self._own or self._accepts.web_search:
                    tools.append(self._web_search(tool, path))
                case WebSearch():
                    self.lost.append(f"{path} (web_search)")
                case HostedTool():
                    self.lost.append(f"{path} ({tool.kind})")
        if not tools:
            choice = request.tool_choice
            if request.tools and choice is not None and choice.mode in ("required", "named"):
                self.lost.append(request.path("tool_choice"))
            return {}
        return {"tools": tools, **self._choose(), **self._parallel()}

    def _parallel(self) -> Wire:
        several = self._request.parallel_tool_calls
        if several is None:
            return {}
        if self._accepts.parallel_tool_calls:
            return {"parallel_tool_calls": several}
        self.lost.append(self._request.path("parallel_tool_calls"))
        return {}

    def _choose(self) -> Wire:
        """A choice of tools that this model is not offered can not be made: OpenAI refuses the request that holds it."""
        choice = self._request.tool_choice
        if choice is None:
            return {}
        wanted = choice.allowed or ((choice.name,) if choice.name else ())
        offered = tuple(name for name in wanted if name in self._kinds or self._own)
        if len(offered) < len(wanted):
            self.lost.append(self._request.path("tool_choice"))
        if wanted and not offered:
            return {}
        return {"tool_choice": self._choice(choice, offered)}

    def _choice(self, choice: ToolChoice, offered: tuple[str, ...]) -> object:
        if choice.allowed:
            tools = [self._named(name) for name in offered]
            return {"type": "allowed_tools", "mode": choice.mode, "tools": tools}
        if choice.mode == "named":
            return self._named(choice.name) if choice.name else "auto"
        return choice.mode

    def _named(self, name: str) -> Wire:
        return {"type": self._kinds.get(name, "function"), "name": name}

    def _function(self, tool: FunctionTool, path: str) -> Wire:
        """`strict` is always said: left out it means yes here, and then OpenAI rewrites the schema."""
        strict = tool.strict
        if not self._own:
            wanted = bool(strict)
            strict = wanted and self._accepts.strict and tool.parameters is not None and qualifies(tool.parameters)
            if wanted and not strict:
                self.lost.append(f"{path}.strict")
        if tool.cache is not None:
            self.lost.append(f"{path}.cache_control")
        written: Wire = {"type": "function", "name": tool.name}
        if tool.description is not None:
            written["description"] = tool.description
        if tool.parameters is not None or not self._own:
            written["parameters"] = tool.parameters if self._own else complete(tool.parameters)
        if strict is not None and (self._accepts.strict or self._own):
            written["strict"] = strict
        return written

    def _custom(self, tool: CustomTool) -> Wire:
        written: Wire = {"type": "custom", "name": tool.name}
        if tool.description is not None:
            written["description"] = tool.description
        if tool.format is not None:
            written["format"] = tool.format if self._own else _flat(tool.format)
        return written

    def _group(self, name: str, path: str, members: list[Wire]) -> Wire:
        group: Wire = {"type": "namespace", "name": name}
        described = f"{path.rpartition('.tools[')[0]}.description"
        if described in self._request.extras:
            group["description"] = self._request.extras[described]
            self.placed.add(described)
        return {**group, "tools": members}

    def _web_search(self, search: WebSearch, path: str) -> Wire:
        written: Wire = {"type": "web_search"}
        if search.context_size:
            written["search_context_size"] = search.context_size
        if search.location:
            written["user_location"] = {"type": "approximate", **search.location}
        domains = {"allowed_domains": search.allowed_domains, "blocked_domains": search.blocked_domains}
        kept = {name: value for name, value in domains.items() if value and (self._own or name == "allowed_domains")}
        if kept:
            written["filters"] = kept
        if search.max_uses is not None:
            self.lost.append(f"{path}.max_uses")
        if search.blocked_domains and not self._own:
            self.lost.append(f"{path}.blocked_domains")
        if search.cache is not None:
            self.lost.append(f"{path}.cache_control")
        return written


def _flat(form: Raw) -> Wire | Raw:
    """The format of free text: Chat writes a grammar one level deeper."""
    try:
        members = _OBJECT.decode(form)
        grammar = members.pop("grammar", None)
        return form if grammar is None else {**members, **_OBJECT.decode(grammar)}
    except (msgspec.DecodeError, RecursionError):
        return form
