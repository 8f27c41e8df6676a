"""A Chat request -> conversation."""

from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec import Raw

from planoai.apis.dialect import Fields
from planoai.apis.fields import read
from planoai.apis.openai_chat.message_read import Extras, read_messages
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
from planoai.apis.unread import unread
from planoai.conversation import request as hub
from planoai.conversation.request import JsonObject, JsonSchema, Reasoning, Request, Sampling, Tool, ToolChoice
from planoai.errors import BadRequest

_READ = RequestWire.__struct_fields__
_MODES: dict[str | None, Literal["enabled", "disabled", "adaptive"]] = {
    "enabled": "enabled",
    "disabled": "disabled",
    "adaptive": "adaptive",
}


def read_request(fields: Fields) -> Request:
    """Raises BadRequest with the JSON path of the field at fault."""
    given = {name: value for name, value in fields.items() if bytes(value).strip() != b"null"}
    known = Raw(msgspec.json.encode({name: given[name] for name in _READ if name in given}))
    wire = read(known, RequestWire, "")
    extras = {name: value for name, value in given.items() if name not in _READ}
    extras.update(unread(known, RequestWire, ""))
    paths: dict[str, str] = {}
    return Request(
        model=wire.model or "",
        messages=read_messages(wire.messages, extras),
        dialect=NAME,
        tools=tuple(_tools(wire, extras, paths)),
        tool_choice=_choice(wire, given, extras),
        parallel_tool_calls=wire.parallel_tool_calls,
        sampling=_sampling(wire),
        reasoning=_reasoning(wire, given, extras, paths),
        format=_format(wire.response_format, given, extras),
        verbosity=wire.verbosity,
        stream=wire.stream or False,
        include_usage=bool(wire.stream_options and wire.stream_options.include_usage),
        user=wire.user,
        metadata=_metadata(given, extras),
        service_tier=wire.service_tier,
        store=wire.store,
        prompt_cache_key=wire.prompt_cache_key,
        extras=extras,
        paths={**paths, "format": "response_format"},
    )


def _sampling(wire: RequestWire) -> Sampling:
    """Servers that people run themselves take a limit of -1 for none."""
    most = wire.max_completion_tokens if wire.max_completion_tokens is not None else wire.max_tokens
    stop = [wire.stop] if isinstance(wire.stop, str) else wire.stop or []
    return Sampling(
        max_tokens=None if most is None or most < 0 else most,
        temperature=wire.temperature,
        top_p=wire.top_p,
        top_k=wire.top_k,
        stop=tuple(stop),
        seed=None if wire.seed is None else int(wire.seed),
        frequency_penalty=wire.frequency_penalty,
        presence_penalty=wire.presence_penalty,
        n=wire.n,
    )


def _reasoning(wire: RequestWire, given: Fields, extras: Extras, paths: dict[str, str]) -> Reasoning | None:
    """A kind of thinking that nobody here knows is left for servers of this API."""
    thinking, effort = wire.thinking, wire.reasoning_effort or None
    name = "thinking" if effort is None else "reasoning_effort"
    paths |= {"reasoning": name, "reasoning.effort": "reasoning_effort", "reasoning.budget": "thinking.budget_tokens"}
    if thinking is not None and thinking.type not in _MODES:
        _keep_whole("thinking", given, extras)
        thinking = None
    if thinking is not None:
        return Reasoning(_MODES[thinking.type], thinking.budget_tokens, effort)
    return Reasoning(effort=effort) if effort else None


def _keep_whole(name: str, given: Fields, extras: Extras) -> None:
    for member in [each for each in extras if each.startswith(f"{name}.")]:
        del extras[member]
    extras[name] = given[name]


def _metadata(given: Fields, extras: Extras) -> dict[str, str]:
    """OpenAI's metadata is text by text; anything else under that name is some server's own."""
    raw = given.get("metadata")
    if raw is None:
        return {}
    try:
        metadata = msgspec.json.decode(raw, type=dict[str, str])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    del extras["metadata"]
    return metadata


def _format(wire: FormatWire | None, given: Fields, extras: Extras) -> JsonObject | JsonSchema | None:
    if wire is None or wire.type == "text":
        return None
    if wire.type == "json_object":
        return JsonObject()
    schema = wire.json_schema
    if wire.type != "json_schema":
        _keep_whole("response_format", given, extras)
        return None
    if schema is None or not isinstance(schema.schema, Raw):
        where = "response_format.json_schema" if schema is None else "response_format.json_schema.schema"
        raise BadRequest(f"{where}: this field is required", param=where)
    return JsonSchema(
        _schema(schema.schema, "response_format.json_schema.schema"), schema.name, schema.strict, schema.description
    )


def _tools(wire: RequestWire, extras: Extras, paths: dict[str, str]) -> Iterator[Tool]:
    """`paths` gets those of tools that do not stand among `tools`."""
    count = len(wire.tools or ())
    for place, raw in enumerate(wire.tools or ()):
        path = f"tools[{place}]"
        tool = read(raw, ToolWire, path)
        if tool.function is not None:
            yield _function(tool.function, tool, f"{path}.function")
        elif tool.custom is not None:
            form = tool.custom.format
            yield hub.CustomTool(tool.custom.name, tool.custom.description, form if isinstance(form, Raw) else None)
        elif tool.type in ("function", "custom"):
            raise BadRequest(f"{path}.{tool.type}: this field is required", param=f"{path}.{tool.type}")
        else:
            yield hub.HostedTool(NAME, tool.type, raw)
            continue
        extras.update(unread(raw, ToolWire, path))
    for place, legacy in enumerate(wire.functions or ()):
        paths[f"tools[{count}]"] = f"functions[{place}]"
        yield _function(legacy, ToolWire(), f"functions[{place}]")
        count += 1
    if wire.web_search_options:
        paths[f"tools[{count}]"] = "web_search_options"
        yield _web_search(wire.web_search_options)


def _function(function: FunctionTool, tool: ToolWire, path: str) -> hub.FunctionTool:
    schema = function.parameters
    known = isinstance(schema, Raw) and bytes(schema) != b"null"
    return hub.FunctionTool(
        function.name,
        function.description,
        _schema(schema, f"{path}.parameters") if known and isinstance(schema, Raw) else None,
        function.strict,
        cache=read_cache(tool.cache_control),
    )


def _schema(raw: Raw, path: str) -> Raw:
    if not bytes(raw).startswith(b"{"):
        raise BadRequest(f"{path}: a JSON schema must be an object", param=path)
    return raw


def _choice(wire: RequestWire, given: Fields, extras: Extras) -> ToolChoice | None:
    """A word that nobody here knows is left for servers of this API."""
    field = "tool_choice" if wire.tool_choice is not None else "function_call"
    choice = wire.tool_choice if wire.tool_choice is not None else wire.function_call
    if choice is None:
        return None
    if isinstance(choice, str):
        if (found := _mode(choice)) is None:
            extras[field] = given[field]
        return found
    if (allowed := choice.allowed_tools) is not None:
        names = [(tool.function or tool.custom or Named()).name for tool in allowed.tools]
        mode = _mode(allowed.mode) or ToolChoice("auto")
        return ToolChoice(mode.mode, allowed=tuple(name for name in names if name))
    return _named(choice)


def _mode(word: str) -> ToolChoice | None:
    match word:
        case "auto" | "none" | "required":
            return ToolChoice(word)
        case "any":  # Mistral's word
            return ToolChoice("required")
        case _:
            return None


def _named(choice: ChoiceWire) -> ToolChoice:
    name = (choice.function or choice.custom or Named(choice.name)).name
    return ToolChoice("named", name) if name else _mode(choice.type) or ToolChoice("auto")


def _web_search(wire: WebSearchOptions) -> hub.WebSearch:
    place = wire.user_location.approximate if wire.user_location else None
    location = {
        name: value
        for name in ("city", "country", "region", "timezone")
        if place is not None and (value := getattr(place, name))
    }
    return hub.WebSearch(wire.search_context_size, location or None)
