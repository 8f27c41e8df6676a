"""A Chat request -> conversation."""

from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec import Raw

from planoai.apis.dialect import Fields
from planoai.apis.fields import read
from planoai.apis.openai_chat.message_read import read_messages
from planoai.apis.openai_chat.parts import read_cache
from planoai.apis.openai_chat.wire import (
    NAME,
    ChoiceWire,
    FormatWire,
    FunctionTool,
    Named,
    RequestWire,
    ToolWire,
    WebSearchOptions,
)
from planoai.conversation import request as hub
from planoai.conversation.request import JsonObject, JsonSchema, Reasoning, Request, Sampling, Tool, ToolChoice
from planoai.errors import BadRequest

_KNOWN = frozenset(RequestWire.__struct_fields__) | {"metadata"}


def read_request(fields: Fields) -> Request:
    """Raises BadRequest with the JSON path of the field at fault."""
    given = {name: value for name, value in fields.items() if bytes(value).strip() != b"null"}
    known = {name: value for name, value in given.items() if name in _KNOWN and name != "metadata"}
    wire = read(msgspec.json.encode(known), RequestWire, "")
    metadata, unread = _metadata(given)
    format_, unread_format = _format(wire.response_format, given)
    extras = {name: value for name, value in given.items() if name not in _KNOWN}
    extras.update({**unread, **unread_format, **_options(given)})
    tools = tuple(_tools(wire))
    if wire.web_search_options:
        tools += (_web_search(wire.web_search_options),)
    return Request(
        model=wire.model or "",
        messages=read_messages(wire.messages),
        dialect=NAME,
        tools=tools,
        tool_choice=_choice(wire),
        parallel_tool_calls=wire.parallel_tool_calls,
        sampling=_sampling(wire),
        reasoning=_reasoning(wire),
        format=format_,
        verbosity=wire.verbosity,
        stream=wire.stream or False,
        include_usage=bool(wire.stream_options and wire.stream_options.include_usage),
        user=wire.user,
        metadata=metadata,
        service_tier=wire.service_tier,
        store=wire.store,
        prompt_cache_key=wire.prompt_cache_key,
        extras=extras,
    )


def _sampling(wire: RequestWire) -> Sampling:
    most = wire.max_completion_tokens if wire.max_completion_tokens is not None else wire.max_tokens
    stop = [wire.stop] if isinstance(wire.stop, str) else wire.stop or []
    return Sampling(
        max_tokens=most,
        temperature=wire.temperature,
        top_p=wire.top_p,
        top_k=wire.top_k,
        stop=tuple(stop),
        seed=None if wire.seed is None else int(wire.seed),
        frequency_penalty=wire.frequency_penalty,
        presence_penalty=wire.presence_penalty,
        n=wire.n,
    )


def _reasoning(wire: RequestWire) -> Reasoning | None:
    thinking = wire.thinking
    if thinking is None:
        return Reasoning(effort=wire.reasoning_effort) if wire.reasoning_effort else None
    modes: dict[str | None, Literal["enabled", "disabled", "adaptive"]] = {
        "enabled": "enabled",
        "disabled": "disabled",
        "adaptive": "adaptive",
    }
    return Reasoning(modes.get(thinking.type), thinking.budget_tokens, wire.reasoning_effort)


def _metadata(given: Fields) -> tuple[dict[str, str], Fields]:
    """OpenAI's metadata is text by text; anything else under that name is some server's own."""
    raw = given.get("metadata")
    if raw is None:
        return {}, {}
    try:
        return msgspec.json.decode(raw, type=dict[str, str]), {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}, {"metadata": raw}


def _options(given: Fields) -> Fields:
    """`stream_options` with more in it than what we read of it."""
    raw = given.get("stream_options")
    if raw is None or set(msgspec.json.decode(raw, type=dict[str, Raw])) <= {"include_usage"}:
        return {}
    return {"stream_options": raw}


def _format(wire: FormatWire | None, given: Fields) -> tuple[JsonObject | JsonSchema | None, Fields]:
    if wire is None or wire.type == "text":
        return None, {}
    if wire.type == "json_object":
        return JsonObject(), {}
    schema = wire.json_schema
    if wire.type != "json_schema":
        return None, {"response_format": given["response_format"]}
    if schema is None or not isinstance(schema.schema, Raw):
        where = "response_format.json_schema" if schema is None else "response_format.json_schema.schema"
        raise BadRequest(f"{where}: this field is required", param=where)
    return JsonSchema(schema.schema, schema.name, schema.strict, schema.description), {}


def _tools(wire: RequestWire) -> Iterator[Tool]:
    for place, raw in enumerate(wire.tools or ()):
        path = f"tools[{place}]"
        tool = read(raw, ToolWire, path)
        if tool.function is not None:
            yield _function(tool.function, tool)
        elif tool.custom is not None:
            form = tool.custom.format
            yield hub.CustomTool(tool.custom.name, tool.custom.description, form if isinstance(form, Raw) else None)
        elif tool.type in ("function", "custom"):
            raise BadRequest(f"{path}.{tool.type}: this field is required", param=f"{path}.{tool.type}")
        else:
            yield hub.HostedTool(NAME, tool.type, raw)
    for legacy in wire.functions or ():
        yield _function(legacy, ToolWire())


def _function(function: FunctionTool, tool: ToolWire) -> hub.FunctionTool:
    schema = function.parameters
    known = isinstance(schema, Raw) and bytes(schema) != b"null"
    return hub.FunctionTool(
        function.name,
        function.description,
        schema if known and isinstance(schema, Raw) else None,
        function.strict,
        cache=read_cache(tool.cache_control),
    )


def _choice(wire: RequestWire) -> ToolChoice | None:
    choice = wire.tool_choice if wire.tool_choice is not None else wire.function_call
    if choice is None:
        return None
    if isinstance(choice, str):
        return _mode(choice)
    if (allowed := choice.allowed_tools) is not None:
        names = [(tool.function or tool.custom or Named()).name for tool in allowed.tools]
        mode = _mode(allowed.mode)
        return ToolChoice(mode.mode, allowed=tuple(name for name in names if name))
    return _named(choice)


def _mode(word: str) -> ToolChoice:
    match word:
        case "required" | "any":  # Mistral says `any`
            return ToolChoice("required")
        case "none":
            return ToolChoice("none")
        case _:
            return ToolChoice("auto")


def _named(choice: ChoiceWire) -> ToolChoice:
    name = (choice.function or choice.custom or Named(choice.name)).name
    return ToolChoice("named", name) if name else _mode(choice.type)


def _web_search(wire: WebSearchOptions) -> hub.WebSearch:
    place = wire.user_location.approximate if wire.user_location else None
    location = {
        name: value
        for name in ("city", "country", "region", "timezone")
        if place is not None and (value := getattr(place, name))
    }
    return hub.WebSearch(wire.search_context_size, location or None)
