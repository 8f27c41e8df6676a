"""A Responses request, checked as OpenAI checks it. Source: https://platform.openai.com/docs/api-reference/responses/create."""

from typing import Any

from msgspec import Struct

from planoai.simulate.ask import Ask, Choice, Result, Tool
from planoai.simulate.problem import invalid
from planoai.simulate.reading.items import Item, check_items
from planoai.simulate.reading.received import Received
from planoai.simulate.shape import Misshapen, characters, shaped
from planoai.simulate.vendors import openai

_PARAMETERS = """
    access_programs background background_options client_metadata context_management conversation image include input
    instructions max_output_tokens max_tool_calls metadata model moderation parallel_tool_calls previous_response_id
    prompt prompt_cache_key prompt_cache_options prompt_cache_retention reasoning safety_identifier service_tier store
    stream stream_options temperature text tool_choice tools top_logprobs top_p truncation user
"""
PARAMETERS = frozenset(_PARAMETERS.split())
# What an answer repeats, and what it says where the request was silent; in the order the API prints it.
ECHOED: dict[str, Any] = {
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "reasoning": {"effort": None, "summary": None},
    "safety_identifier": None,
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}, "verbosity": "medium"},
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
    "metadata": {},
}


class Offered(Struct):
    type: str
    name: str | None = None
    parameters: dict[str, Any] | None = None
    tools: list["Offered"] | None = None  # of a namespace


class Reasoning(Struct):
    effort: str | None = None
    summary: str | None = None


class TextFormat(Struct):
    type: str
    schema: dict[str, Any] | None = None


class TextConfig(Struct):
    format: TextFormat | None = None


class StreamOptions(Struct):
    include_obfuscation: bool | None = None


class Body(Struct):
    model: str
    input: str | list[Item] | None = None
    instructions: str | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    tools: list[Offered] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    reasoning: Reasoning | None = None
    include: list[str] | None = None
    text: TextConfig | None = None
    previous_response_id: str | None = None
    store: bool | None = None


def read(received: Received) -> Ask:
    """Raises Refused."""
    raw = openai.parsed(received.body)
    if not received.lenient:
        openai.known_only(raw, PARAMETERS)
    try:
        body = shaped(raw, Body)
    except Misshapen as found:
        raise openai.misshapen(found) from None
    _check_parameters(body, raw)
    history = _history(raw, body, received)
    items = shaped(history, list[Item])
    check_items(
        items,
        own=len(items) - (len(body.input) if isinstance(body.input, list) else 1 if body.input is not None else 0),
    )
    tools = _tools(body.tools or [])
    choice, forced = _choice(body, tools)
    return Ask(
        model=body.model,
        said=_said(items),
        results=_results(items),
        tools=tools,
        choice=choice,
        forced=forced,
        parallel=body.parallel_tool_calls is not False,
        most=body.max_output_tokens,
        thinks=body.reasoning is not None and body.reasoning.summary is not None,
        schema=_schema(body.text),
        characters=characters([history, raw.get("instructions"), raw.get("tools")]),
        stream=bool(body.stream),
        wants=_wants(body),
        echo={name: raw[name] if raw.get(name) is not None else default for name, default in ECHOED.items()},
        items=tuple(history),
    )


def _check_parameters(body: Body, raw: dict[str, object]) -> None:
    openai.check_range("temperature", body.temperature, 0, 2)
    openai.check_range("top_p", body.top_p, 0, 1)
    openai.check_least("max_output_tokens", body.max_output_tokens, 16)
    if body.input is None and not any(raw.get(name) for name in ("previous_response_id", "prompt", "conversation")):
        text = "One of 'input', 'previous_response_id', 'prompt' or 'conversation' must be provided."
        raise invalid(text, code="missing_required_parameter")
    if body.stream_options is not None and not body.stream:
        raise invalid(
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.", param="stream_options"
        )
    for place, tool in enumerate(body.tools or []):
        if tool.type in ("function", "custom"):
            if tool.name is None:
                raise openai.misshapen(Misshapen(("tools", place, "name"), missing=True))
            openai.check_name(f"tools[{place}].name", tool.name)


def _history(raw: dict[str, Any], body: Body, received: Received) -> list[dict[str, Any]]:
    """All items of the conversation, those remembered under `previous_response_id` first."""
    earlier: tuple[dict[str, Any], ...] = ()
    if body.previous_response_id is not None:
        if body.previous_response_id not in received.kept:
            text = f"Previous response with id '{body.previous_response_id}' not found."
            raise invalid(text, param="previous_response_id", code="previous_response_not_found")
        earlier = received.kept[body.previous_response_id]
    given = raw.get("input")
    own = [{"type": "message", "role": "user", "content": given}] if isinstance(given, str) else list(given or [])
    return [*earlier, *own]


def _tools(offered: list[Offered]) -> tuple[Tool, ...]:
    """The client's tools; those of a namespace follow under their own names, those that OpenAI runs are left out."""
    tools: list[Tool] = []
    for tool in offered:
        if tool.type in ("function", "custom") and tool.name is not None:
            tools.append(Tool(tool.name, tool.parameters or {}, custom=tool.type == "custom"))
        elif tool.type == "namespace":
            inner = _tools(tool.tools or [])
            tools.extend(Tool(each.name, each.schema, namespace=tool.name, custom=each.custom) for each in inner)
    return tuple(tools)


def _choice(body: Body, tools: tuple[Tool, ...]) -> tuple[Choice, str | None]:
    """Raises Refused."""
    given = body.tool_choice
    if isinstance(given, dict):
        if given.get("type") == "allowed_tools":
            return ("any" if given.get("mode") == "required" else "auto"), None
        if given.get("type") not in ("function", "custom"):
            return "auto", None
        name = str(given.get("name"))
        if name not in {tool.name for tool in tools}:
            raise invalid(f"Tool choice '{given['type']}' not found in 'tools' parameter.", param="tool_choice")
        return "any", name
    match given:
        case "required":
            if not tools:
                raise invalid("Tool choice 'required' must be specified with 'tools' parameter.", param="tool_choice")
            return "any", None
        case "none":
            return "none", None
        case None | "auto":
            return "auto", None
        case _:
            raise openai.bad_value("tool_choice", given, ("none", "auto", "required"))


def _said(items: list[Item]) -> str:
    return next((item.text for item in reversed(items) if item.role == "user" and item.text), "")


def _results(items: list[Item]) -> tuple[Result, ...]:
    """The outputs at the end, with the names of the calls they answer."""
    names = {item.call_id: item.name or "tool" for item in items if item.type in ("function_call", "custom_tool_call")}
    last: list[Result] = []
    for item in reversed(items):
        if item.type not in ("function_call_output", "custom_tool_call_output"):
            break
        last.append(Result(names.get(item.call_id, "tool"), item.output_text))
    return tuple(reversed(last))


def _schema(text: TextConfig | None) -> dict[str, Any] | None:
    form = text.format if text else None
    if form is None or form.type not in ("json_schema", "json_object"):
        return None
    return form.schema or {"type": "object", "properties": {"answer": {}}}


def _wants(body: Body) -> frozenset[str]:
    flags = {
        "plain": body.stream_options is not None and body.stream_options.include_obfuscation is False,
        "encrypted": "reasoning.encrypted_content" in (body.include or []),
        "keep": body.store is not False,
    }
    return frozenset(name for name, on in flags.items() if on)
