"""A Chat Completions request, checked as OpenAI checks it. Source: https://platform.openai.com/docs/api-reference/chat/create."""

from typing import Any

from msgspec import Struct

from planoai.simulate.ask import Ask, Choice, Result, Tool
from planoai.simulate.problem import invalid
from planoai.simulate.reading.received import Received
from planoai.simulate.shape import Misshapen, characters, shaped
from planoai.simulate.vendors import openai

_PARAMETERS = """
    audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens messages
    metadata modalities model moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key
    prompt_cache_options prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier
    stop store stream stream_options temperature tool_choice tools top_logprobs top_p user verbosity web_search_options
"""
PARAMETERS = frozenset(_PARAMETERS.split())
ROLES = ("system", "assistant", "user", "function", "tool", "developer")


class Part(Struct):
    type: str
    text: str | None = None


class Function(Struct):
    name: str
    arguments: str = ""


class Custom(Struct):
    name: str
    input: str = ""


class Called(Struct):
    id: str
    type: str = "function"
    function: Function | None = None
    custom: Custom | None = None


class Message(Struct):
    role: str
    content: str | list[Part] | None = None
    tool_calls: list[Called] | None = None
    tool_call_id: str | None = None
    refusal: str | None = None
    function_call: dict[str, Any] | None = None
    audio: dict[str, Any] | None = None


class Declared(Struct):
    name: str
    parameters: dict[str, Any] | None = None


class Offered(Struct):
    type: str
    function: Declared | None = None
    custom: Declared | None = None


class Named(Struct):
    name: str


class Allowed(Struct):
    mode: str = "auto"


class ToolChoice(Struct):
    type: str
    function: Named | None = None
    custom: Named | None = None
    allowed_tools: Allowed | None = None


class JsonSchema(Struct):
    schema: dict[str, Any] | None = None


class ResponseFormat(Struct):
    type: str
    json_schema: JsonSchema | None = None


class StreamOptions(Struct):
    include_usage: bool | None = None
    include_obfuscation: bool | None = None


class Body(Struct):
    messages: list[Message]
    model: str = ""
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    tools: list[Offered] | None = None
    tool_choice: str | ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    n: int | None = None
    stop: str | list[str] | None = None
    temperature: float | None = None
    top_p: float | None = None
    response_format: ResponseFormat | None = None


def read(received: Received) -> Ask:
    """Raises Refused."""
    raw = openai.parsed(received.body)
    if not received.lenient:
        _check_known(raw)
    if not raw.get("model") and not received.model:
        raise invalid("you must provide a model parameter")
    try:
        body = shaped(raw, Body)
    except Misshapen as found:
        raise openai.misshapen(found) from None
    _check_parameters(body)
    _check_messages(body.messages)
    _check_tools(body)
    choice, forced = _choice(body.tool_choice)
    return Ask(
        model=received.model or body.model,
        said=_said(body.messages),
        results=_results(body.messages),
        tools=_tools(body.tools or []),
        choice=choice,
        forced=forced,
        parallel=body.parallel_tool_calls is not False,
        most=body.max_completion_tokens if body.max_completion_tokens is not None else body.max_tokens,
        stops=(body.stop,) if isinstance(body.stop, str) else tuple(body.stop or ()),
        schema=_schema(body.response_format),
        characters=characters([raw["messages"], raw.get("tools")]),
        stream=bool(body.stream),
        wants=_wants(body, received),
        echo={"n": body.n or 1},
    )


def _check_known(raw: dict[str, object]) -> None:
    """Chat names all of them at once, and in other words than Responses."""
    unknown = sorted(name for name in raw if name not in PARAMETERS)
    if unknown:
        raise invalid(f"Unrecognized request argument{'s' * (len(unknown) > 1)} supplied: {', '.join(unknown)}")


def _check_parameters(body: Body) -> None:
    openai.check_range("temperature", body.temperature, 0, 2)
    openai.check_range("top_p", body.top_p, 0, 1)
    openai.check_least("max_tokens", body.max_tokens, 1)
    openai.check_least("max_completion_tokens", body.max_completion_tokens, 1)
    openai.check_least("n", body.n, 1)
    if body.max_tokens is not None and body.max_completion_tokens is not None:
        raise invalid(
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
            code="invalid_parameter_combination",
        )
    if body.stream_options is not None and not body.stream:
        raise invalid(
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.", param="stream_options"
        )
    if isinstance(body.stop, list) and len(body.stop) > 4:
        message = f"Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length {len(body.stop)} instead."
        raise invalid(message, param="stop", code="array_above_max_length")


def _check_messages(messages: list[Message]) -> None:
    if not messages:
        raise openai.empty_array("messages")
    open_calls: set[str] = set()
    answering = False
    for place, message in enumerate(messages):
        if message.role not in ROLES:
            raise openai.bad_value(f"messages[{place}].role", message.role, ROLES)
        if message.role == "tool":
            _check_result(place, message, open_calls if answering else None)
            open_calls.discard(message.tool_call_id or "")
            continue
        _check_answered(open_calls)
        answering = message.role == "assistant" and bool(message.tool_calls)
        open_calls = _check_calls(place, message)
        _check_content(place, message)
    _check_answered(open_calls)


def _check_result(place: int, message: Message, open_calls: set[str] | None) -> None:
    if message.tool_call_id is None:
        missing = f"messages[{place}].tool_call_id"
        raise invalid(
            "Missing parameter 'tool_call_id': messages with role 'tool' must have a 'tool_call_id'.", param=missing
        )
    if open_calls is None:
        text = (
            "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
        )
        raise invalid(text, param=f"messages.[{place}].role")
    if message.tool_call_id not in open_calls:
        raise invalid(
            f"Invalid parameter: 'tool_call_id' of '{message.tool_call_id}' not found in 'tool_calls' of previous message.",
            param=f"messages.[{place}].tool_call_id",
        )
    if message.content is None:
        raise invalid("Invalid value for 'content': expected a string, got null.", param=f"messages.[{place}].content")


def _check_answered(open_calls: set[str]) -> None:
    if open_calls:
        raise invalid(
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following "
            f"tool_call_ids did not have response messages: {', '.join(sorted(open_calls))}",
            param="messages",
        )


def _check_calls(place: int, message: Message) -> set[str]:
    if message.tool_calls is None:
        return set()
    if not message.tool_calls:
        raise openai.empty_array(f"messages[{place}].tool_calls")
    for index, call in enumerate(message.tool_calls):
        where = f"messages[{place}].tool_calls[{index}]"
        if len(call.id) > 40:
            raise openai.too_long(f"{where}.id", call.id, 40)
        if call.type == "function" and call.function is None:
            raise openai.misshapen(Misshapen(("messages", place, "tool_calls", index, "function"), missing=True))
        if call.function is not None:
            openai.check_name(f"{where}.function.name", call.function.name)
    return {call.id for call in message.tool_calls}


def _check_content(place: int, message: Message) -> None:
    silent = message.role == "assistant" and (
        message.tool_calls or message.refusal or message.function_call or message.audio
    )
    if message.content is None and not silent:
        raise invalid("Invalid value for 'content': expected a string, got null.", param=f"messages.[{place}].content")
    if isinstance(message.content, list):
        if not message.content:
            raise openai.empty_array(f"messages[{place}].content")
        for index, part in enumerate(message.content):
            _check_part(f"messages[{place}].content[{index}]", message.role, part)


_PARTS = {
    "user": ("text", "image_url", "input_audio", "refusal", "audio", "file"),
    "assistant": ("text", "refusal"),
}


def _check_part(where: str, role: str, part: Part) -> None:
    supported = _PARTS.get(role, ("text",))
    if part.type not in supported:
        raise openai.bad_value(f"{where}.type", part.type, supported)
    if part.type == "text" and part.text is None:
        raise invalid(
            f"Missing required parameter: '{where}.text'.", param=f"{where}.text", code="missing_required_parameter"
        )


def _check_tools(body: Body) -> None:
    if body.tools is not None and not body.tools:
        raise openai.empty_array("tools")
    if body.tool_choice not in (None, "none") and not body.tools:
        text = "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified."
        raise invalid(text, param="tool_choice")
    if body.parallel_tool_calls is not None and not body.tools:
        text = (
            "Invalid value for 'parallel_tool_calls': 'parallel_tool_calls' is only allowed when 'tools' are specified."
        )
        raise invalid(text, param="parallel_tool_calls")
    for place, tool in enumerate(body.tools or []):
        if tool.type not in ("function", "custom"):
            raise openai.bad_value(f"tools[{place}].type", tool.type, ("function", "custom"))
        declared = tool.function if tool.type == "function" else tool.custom
        if declared is None:
            raise openai.misshapen(Misshapen(("tools", place, tool.type), missing=True))
        openai.check_name(f"tools[{place}].{tool.type}.name", declared.name)
    _check_choice(body)


def _check_choice(body: Body) -> None:
    if isinstance(body.tool_choice, str) and body.tool_choice not in ("none", "auto", "required"):
        raise openai.bad_value("tool_choice", body.tool_choice, ("none", "auto", "required"))
    _, forced = _choice(body.tool_choice)
    if forced is not None and forced not in {tool.name for tool in _tools(body.tools or [])}:
        raise invalid(f"Tool choice '{forced}' not found in 'tools' parameter.", param="tool_choice")


def _choice(given: str | ToolChoice | None) -> tuple[Choice, str | None]:
    match given:
        case ToolChoice(type="allowed_tools", allowed_tools=allowed):
            return ("any" if allowed is not None and allowed.mode == "required" else "auto"), None
        case ToolChoice():
            named = given.function or given.custom
            return "any", named.name if named else None
        case "required":
            return "any", None
        case "none":
            return "none", None
        case _:
            return "auto", None


def _tools(offered: list[Offered]) -> tuple[Tool, ...]:
    functions = [
        Tool(tool.function.name, tool.function.parameters or {}) if tool.function else None for tool in offered
    ]
    customs = [Tool(tool.custom.name, custom=True) if tool.custom else None for tool in offered]
    return tuple(each for pair in zip(functions, customs, strict=True) for each in pair if each is not None)


def _text(content: str | list[Part] | None) -> str:
    if isinstance(content, list):
        return "\n".join(part.text for part in content if part.text)
    return content or ""


def _said(messages: list[Message]) -> str:
    texts = (_text(message.content) for message in reversed(messages) if message.role == "user")
    return next((text for text in texts if text), "")


def _results(messages: list[Message]) -> tuple[Result, ...]:
    """The tool messages at the end, with the names of the calls they answer."""
    names = {
        call.id: (call.function or call.custom or Custom("tool")).name
        for message in messages
        for call in message.tool_calls or []
    }
    last: list[Result] = []
    for message in reversed(messages):
        if message.role != "tool":
            break
        last.append(Result(names.get(message.tool_call_id or "", "tool"), _text(message.content)))
    return tuple(reversed(last))


def _schema(given: ResponseFormat | None) -> dict[str, Any] | None:
    if given is None or given.type not in ("json_schema", "json_object"):
        return None
    declared = given.json_schema.schema if given.json_schema else None
    return declared or {"type": "object", "properties": {"answer": {}}}


def _wants(body: Body, received: Received) -> frozenset[str]:
    asked = body.stream_options or StreamOptions()
    flags = {
        "usage": bool(asked.include_usage),
        "plain": asked.include_obfuscation is False,
        "azure": bool(received.model),
    }
    return frozenset(name for name, on in flags.items() if on)
