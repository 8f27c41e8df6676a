"""What a client asks for, as the Messages API says it -> Request; and the light check that every request gets."""

from typing import TypeVar

import msgspec
from msgspec import Raw

from planoai.apis.anthropic_messages import wire
from planoai.apis.anthropic_messages.content_read import read_system, read_turn
from planoai.apis.anthropic_messages.tools_read import read_choice, read_tools
from planoai.apis.anthropic_messages.wire import NAME
from planoai.apis.dialect import Fields, Head
from planoai.apis.fields import read
from planoai.conversation.message import Message
from planoai.conversation.request import JsonSchema, Reasoning, Request, Sampling
from planoai.errors import BadRequest

Body = TypeVar("Body", wire.Outline, wire.RequestBody)

_OUTLINE = msgspec.json.Decoder(wire.Outline)
_BODY = msgspec.json.Decoder(wire.RequestBody)
_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_READ_DEEPER = {"thinking": ("type", "budget_tokens"), "output_config": ("effort", "format"), "metadata": ("user_id",)}


def inspect(fields: Fields) -> Head:
    """Raises BadRequest for what no server of this API would take. What is only unknown passes."""
    outline = _decode(fields, _OUTLINE, wire.Outline)
    if not outline.messages:
        raise BadRequest("messages: at least one message is required", param="messages")
    if outline.max_tokens < 1:
        raise BadRequest("max_tokens: an integer of 1 or more is required", param="max_tokens")
    return Head(outline.model or "", outline.stream is True)


def read_request(fields: Fields) -> Request:
    """Raises BadRequest with the path of the field at fault."""
    inspect(fields)
    body = _decode(fields, _BODY, wire.RequestBody)
    messages: list[Message] = [*read_system(body.system)]
    for index, turn in enumerate(body.messages):
        messages += read_turn(turn, f"messages[{index}]")
    extras = _extras(fields)
    tools = read_tools(body.tools or (), extras)
    choice, parallel = read_choice(body.tool_choice)
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
        reasoning=_reasoning(body),
        format=_format(body),
        stream=body.stream is True,
        user=body.metadata.user_id if body.metadata is not None else None,
        extras=extras,
    )


def _decode(fields: Fields, decoder: msgspec.json.Decoder[Body], kind: type[Body]) -> Body:
    """The fields that `kind` has, read at once."""
    body = msgspec.json.encode({name: fields[name] for name in kind.__struct_fields__ if name in fields})
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return read(body, kind, "")  # fails as well, and says where


def _reasoning(body: wire.RequestBody) -> Reasoning | None:
    effort = body.output_config.effort if body.output_config is not None else None
    thinking = body.thinking
    if thinking is None:
        return None if effort is None else Reasoning(effort=effort)
    match thinking.type:
        case "enabled" | "disabled" | "adaptive":
            return Reasoning(thinking.type, budget=thinking.budget_tokens, effort=effort)
        case _:
            raise BadRequest(
                f"thinking.type: {thinking.type!r} is none of enabled, disabled, adaptive", param="thinking.type"
            )


def _format(body: wire.RequestBody) -> JsonSchema | None:
    told = body.output_config.format if body.output_config is not None else None
    told = told or body.output_format
    schema = None if told is None else wire.given(told.schema)
    return None if schema is None else JsonSchema(schema, strict=True)


def _extras(fields: Fields) -> dict[str, Raw]:
    """What only this API can say: whole fields by name, members of fields that are read otherwise by path."""
    extras = {name: value for name, value in fields.items() if name not in wire.RequestBody.__struct_fields__}
    for field, known in _READ_DEEPER.items():
        raw = fields.get(field)
        if raw is not None and bytes(raw) != b"null":
            members = _OBJECT.decode(raw)
            extras |= {f"{field}.{name}": value.copy() for name, value in members.items() if name not in known}
    return extras
