"""Conversation -> a Chat request for one upstream."""

from hashlib import sha256

import msgspec
from msgspec import Raw

from planoai.apis.dialect import Accepts, Written
from planoai.apis.models import habits
from planoai.apis.openai_chat import models
from planoai.apis.openai_chat.message_write import MessageWriter
from planoai.apis.openai_chat.parts import write_cache
from planoai.apis.openai_chat.wire import NAME
from planoai.conversation.request import (
    CustomTool,
    FunctionTool,
    HostedTool,
    JsonObject,
    JsonSchema,
    Reasoning,
    Request,
    ToolChoice,
    WebSearch,
)
from planoai.errors import BadRequest

_MOST_STOPS = 4  # OpenAI refuses more
_LONGEST_USER = 64
_EFFORT_LOW, _EFFORT_MEDIUM = 4096, 16384  # thinking budgets below these are low, medium effort


def write_request(request: Request, accepts: Accepts) -> Written:
    """Raises BadRequest where nothing would be left to ask."""
    return _Writing(request, accepts).written()


class _Writing:
    def __init__(self, request: Request, accepts: Accepts) -> None:
        self._request = request
        self._accepts = accepts
        self._own = request.dialect == NAME
        self._lost: list[str] = []
        self._body: dict[str, object] = {}

    def written(self) -> Written:
        request = self._request
        messages = MessageWriter(request, self._accepts)
        self._body = {"model": request.model, "messages": messages.write()}
        if not self._body["messages"]:
            raise BadRequest("messages: nothing in them can be sent to this model", param="messages")
        self._lost += messages.lost
        self._tools()
        self._sampling()
        self._reasoning()
        self._format()
        self._stream()
        self._account()
        self._extras()
        for name in models.refused(request.model, request.reasoning.effort if request.reasoning else None):
            if self._body.pop(name, None) is not None and name != "stream_options":
                self._lost.append(name)
        return Written(msgspec.json.encode(self._body), tuple(self._lost))

    def _put(self, **fields: object) -> None:
        self._body |= {name: value for name, value in fields.items() if value is not None}

    def _sampling(self) -> None:
        sampling, accepts = self._request.sampling, self._accepts
        limit = models.limit_name(self._request.model, accepts.max_tokens)
        stop = sampling.stop if self._own else sampling.stop[:_MOST_STOPS]
        self._lost += [f"stop_sequences[{place}]" for place in range(len(stop), len(sampling.stop))]
        self._put(
            **{limit: sampling.max_tokens},
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            stop=stop or None,
            seed=sampling.seed,
            frequency_penalty=sampling.frequency_penalty,
            presence_penalty=sampling.presence_penalty,
            n=sampling.n,
        )
        if self._own or accepts.top_k:
            self._put(top_k=sampling.top_k)
        elif sampling.top_k is not None:
            self._lost.append("top_k")

    def _reasoning(self) -> None:
        reasoning = self._request.reasoning
        if reasoning is None:
            return
        effort = _effort(reasoning)
        if self._own:
            self._own_thinking(reasoning)
            effort = reasoning.effort
        if effort is None:
            if reasoning.mode != "disabled" and not self._own:
                self._lost.append("thinking")
        elif self._accepts.reasoning_effort and (self._own or habits(self._request.model).thinks):
            self._put(reasoning_effort=effort if self._own else _openai_effort(effort))
        else:
            names = {"anthropic_messages": "output_config.effort" if reasoning.effort else "thinking"}
            self._lost.append(names.get(self._request.dialect, "reasoning_effort"))

    def _own_thinking(self, reasoning: Reasoning) -> None:
        """The switch that some servers of this API have taken from Anthropic."""
        if reasoning.mode is not None:
            budget = {} if reasoning.budget is None else {"budget_tokens": reasoning.budget}
            self._put(thinking={"type": reasoning.mode, **budget})

    def _tools(self) -> None:
        tools: list[object] = []
        searches: list[WebSearch] = []
        for place, tool in enumerate(self._request.tools):
            path = f"tools[{place}]"
            match tool:
                case FunctionTool():
                    tools.append(self._function(tool, path))
                case CustomTool():
                    tools.append(_custom(tool) if self._own else _custom_as_function(tool))
                case HostedTool() if tool.dialect == NAME:
                    tools.append(tool.json)
                case WebSearch() if self._accepts.web_search and not searches:
                    searches.append(tool)
                    bounds = ("max_uses", "allowed_domains", "blocked_domains")
                    self._lost += [f"{path}.{bound}" for bound in bounds if getattr(tool, bound)]
                case WebSearch():
                    self._lost.append("web_search_options" if self._own else f"{path} (web_search)")
                case HostedTool():
                    self._lost.append(f"{path} ({tool.kind})")
        for search in searches:
            self._body["web_search_options"] = _web_search(search)
        if tools:
            choice = self._request.tool_choice
            self._put(
                tools=tools,
                tool_choice=_choice(choice) if choice else None,
                parallel_tool_calls=self._request.parallel_tool_calls,
            )

    def _function(self, tool: FunctionTool, path: str) -> dict[str, object]:
        members: dict[str, object] = {
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.parameters,
            "strict": tool.strict,
        }
        written: dict[str, object] = {
            "type": "function",
            "function": {name: value for name, value in members.items() if value is not None},
        }
        if tool.cache is not None and self._accepts.cache_control:
            written["cache_control"] = write_cache(tool.cache)
        elif tool.cache is not None:
            self._lost.append(f"{path}.cache_control")
        return written

    def _format(self) -> None:
        match self._request.format:
            case JsonObject():
                self._put(response_format={"type": "json_object"})
            case JsonSchema() as schema:
                strict = True if schema.strict is None and not self._own else schema.strict
                members = {
                    "name": schema.name,
                    "description": schema.description,
                    "schema": schema.schema,
                    "strict": strict,
                }
                kept = {name: value for name, value in members.items() if value is not None}
                self._put(response_format={"type": "json_schema", "json_schema": kept})
            case None:
                pass

    def _stream(self) -> None:
        """Usage is always asked for: whoever did not want to see it is not shown it."""
        if self._request.stream:
            self._put(stream=True)
            if self._accepts.stream_options:
                self._put(stream_options={**self._stream_options(), "include_usage": True})

    def _stream_options(self) -> dict[str, Raw]:
        raw = self._request.extras.get("stream_options") if self._own else None
        return msgspec.json.decode(raw, type=dict[str, Raw]) if raw is not None else {}

    def _account(self) -> None:
        request = self._request
        user = request.user
        if user and len(user) > _LONGEST_USER and not self._own:
            user = sha256(user.encode()).hexdigest()
        openai = request.dialect.startswith("openai")
        self._put(
            user=user,
            verbosity=request.verbosity if self._own or habits(request.model).openai else None,
            prompt_cache_key=request.prompt_cache_key if openai else None,
        )
        account = {
            "metadata": dict(request.metadata) or None,
            "store": request.store,
            "service_tier": request.service_tier,
        }
        if openai and self._accepts.account_fields:
            self._put(**account)
        else:
            self._lost += [name for name, value in account.items() if value is not None]

    def _extras(self) -> None:
        for name, value in self._request.extras.items():
            if not self._own or (name == "metadata" and not self._accepts.account_fields):
                self._lost.append(name)
            elif name != "stream_options":
                self._body.setdefault(name, value)


def _effort(reasoning: Reasoning) -> str | None:
    """Anthropic's budget in OpenAI's words, unless an effort was given."""
    if reasoning.effort is not None or reasoning.budget is None:
        return reasoning.effort
    if reasoning.budget < _EFFORT_LOW:
        return "low"
    return "medium" if reasoning.budget < _EFFORT_MEDIUM else "high"


def _openai_effort(effort: str) -> str:
    """`max` is Anthropic's; OpenAI's models differ in whether they know anything above high."""
    return "high" if effort == "max" else effort


def _custom(tool: CustomTool) -> dict[str, object]:
    members = {"name": tool.name, "description": tool.description, "format": tool.format}
    return {"type": "custom", "custom": {name: value for name, value in members.items() if value is not None}}


def _custom_as_function(tool: CustomTool) -> dict[str, object]:
    """Only OpenAI's own models take custom tools in Chat: elsewhere the free text is the one argument of a function."""
    schema: dict[str, object] = {
        "type": "object",
        "properties": {"input": {"type": "string"}},
        "required": ["input"],
        "additionalProperties": True,
    }
    if tool.format is not None:
        schema["x-custom-format"] = tool.format
    members = {"name": tool.name, "description": tool.description, "parameters": schema, "strict": False}
    return {"type": "function", "function": {name: value for name, value in members.items() if value is not None}}


def _choice(choice: ToolChoice) -> object:
    if choice.mode == "named":
        return {"type": "function", "function": {"name": choice.name}} if choice.name else "auto"
    if choice.allowed:
        tools = [{"type": "function", "function": {"name": name}} for name in choice.allowed]
        return {"type": "allowed_tools", "allowed_tools": {"mode": choice.mode, "tools": tools}}
    return choice.mode


def _web_search(search: WebSearch) -> dict[str, object]:
    written: dict[str, object] = {}
    if search.context_size:
        written["search_context_size"] = search.context_size
    if search.location:
        written["user_location"] = {"type": "approximate", "approximate": dict(search.location)}
    return written
