"""What a client asks for, as the Messages API says it -> Request."""

import msgspec
from msgspec import Raw

from planoai.apis.anthropic_messages import wire
from planoai.apis.anthropic_messages.content_read import read_system, read_turn
from planoai.apis.anthropic_messages.outline import decode, inspect
from planoai.apis.anthropic_messages.tools_read import read_choice, read_tools
from planoai.apis.anthropic_messages.wire import NAME
from planoai.apis.dialect import Fields
from planoai.conversation.message import Message
from planoai.conversation.request import JsonSchema, Reasoning, Request, Sampling
from planoai.errors import BadRequest

_BODY = msgspec.json.Decoder(wire.RequestBody)
_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_READ_DEEPER = {
    "thinking": ("type", "budget_tokens"),
    "output_config": ("effort", "format"),
    "metadata": ("user_id",),
    "tool_choice": ("type", "name", "disable_parallel_tool_use"),
}
_NAMES = {
    "stop": "stop_sequences",
    "user": "metadata.user_id",
    "parallel_tool_calls": "tool_choice.disable_parallel_tool_use",
}


def read_request(fields: Fields) -> Request:
    """Raises BadRequest with the path of the field at fault."""
    inspect(fields)
    body = decode(fields, _BODY)
    extras = _extras(fields)
    paths = dict(_NAMES)
    messages: list[Message] = [*read_system(body.system, extras)]
    for index, turn in enumerate(body.messages):
        messages += read_turn(turn, f"messages[{index}]", extras)
    tools = read_tools(body.tools or (), extras)
    choice, parallel = read_choice(body.tool_choice)
    if body.tool_choice is not None and choice is None:
        _keep_whole(extras, "tool_choice", fields["tool_choice"])
    return Request(
        model=body.model or "",
        messages=tuple(messages),
        dialect=NAME,
        tools=tools,
        tool_choice=choice,
        parallel_tool_calls=parallel,
        sampling=Sampling(
            max_tokens=body.max_tokens,
            temperature=body.temperature,
            top_p=body.top_p,
            top_k=body.top_k,
            stop=tuple(body.stop_sequences or ()),
        ),
        reasoning=_reasoning(body, fields, extras, paths),
        format=_format(body, fields, extras, paths),
        stream=body.stream is True,
        user=body.metadata.user_id if body.metadata is not None else None,
        extras=extras,
        paths=paths,
    )


def _reasoning(
    body: wire.RequestBody, fields: Fields, extras: dict[str, Raw], paths: dict[str, str]
) -> Reasoning | None:
    """A way of thinking that is newer than we are stays among what only this API can say."""
    effort = body.output_config.effort if body.output_config is not None else None
    thinking = body.thinking
    paths["reasoning"] = "thinking" if effort is None else "output_config.effort"
    match thinking.type if thinking is not None else None:
        case "enabled" | "disabled" | "adaptive" as mode:
            return Reasoning(mode, budget=thinking.budget_tokens if thinking is not None else None, effort=effort)
        case None:
            pass
        case _:
            _keep_whole(extras, "thinking", fields["thinking"])
    return None if effort is None else Reasoning(effort=effort)


def _format(body: wire.RequestBody, fields: Fields, extras: dict[str, Raw], paths: dict[str, str]) -> JsonSchema | None:
    newer = body.output_config.format if body.output_config is not None else None
    told = newer or body.output_format
    if told is None:
        return None
    path = paths["format"] = "output_format" if newer is None else "output_config.format"
    if told.type != "json_schema":
        raw = fields["output_format"] if newer is None else _OBJECT.decode(fields["output_config"])["format"]
        _keep_whole(extras, path, raw)
        return None
    schema = wire.given(told.schema)
    if schema is None or not bytes(schema).startswith(b"{"):
        what = "this field is required" if schema is None else "a JSON schema is an object"
        raise BadRequest(f"{path}.schema: {what}", param=f"{path}.schema")
    return JsonSchema(schema, strict=True)


def _keep_whole(extras: dict[str, Raw], path: str, raw: Raw) -> None:
    for name in [name for name in extras if name.startswith(f"{path}.")]:
        del extras[name]
    extras[path] = raw.copy()


def _extras(fields: Fields) -> dict[str, Raw]:
    """What only this API can say: whole fields by name, members of fields that are read otherwise by path."""
    extras = {name: value for name, value in fields.items() if name not in wire.RequestBody.__struct_fields__}
    for field, known in _READ_DEEPER.items():
        raw = fields.get(field)
        if raw is not None and bytes(raw) != b"null":
            members = _OBJECT.decode(raw)
            extras |= {f"{field}.{name}": value.copy() for name, value in members.items() if name not in known}
    return extras
