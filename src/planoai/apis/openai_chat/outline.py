"""The light check that every Chat request gets, also one whose bytes then go through as they are.

Only the JSON types of well-known fields are looked at; whatever is unknown is let through for the upstream to judge.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from planoai.apis.dialect import Fields, Head
from planoai.apis.fields import read
from planoai.errors import BadRequest


class _Object(Struct):
    """Any JSON object."""


class _Part(Struct):
    type: str


class _Message(Struct):
    role: str
    content: str | list[_Part] | None = None
    tool_calls: list[_Object] | None = None


class _StreamOptions(Struct):
    include_usage: bool | None = None


_Limit = Annotated[int, Meta(ge=-1)] | None  # servers that people run themselves take -1 for no limit


class _Outline(Struct):
    """The fields that are checked, as deep as they are checked."""

    messages: Annotated[list[_Message], Meta(min_length=1)]
    model: str | None = None
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    max_tokens: _Limit = None
    max_completion_tokens: _Limit = None
    temperature: float | None = None
    top_p: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    n: Annotated[int, Meta(ge=1)] | None = None
    stop: str | list[str] | None = None
    tools: list[_Object] | None = None
    tool_choice: str | _Object | None = None
    parallel_tool_calls: bool | None = None
    response_format: _Object | None = None
    reasoning_effort: str | None = None


_ENCODER = msgspec.json.Encoder()
_OUTLINE = msgspec.json.Decoder(_Outline)
_KINDS = {field.name: field.type for field in msgspec.structs.fields(_Outline)}


def inspect(fields: Fields) -> Head:
    """Raises BadRequest with the path of the field at fault."""
    if "messages" not in fields:
        raise BadRequest("messages: this field is required", param="messages")
    try:
        outline = _OUTLINE.decode(_ENCODER.encode(fields))
    except RecursionError:
        raise BadRequest("the body is nested too deeply") from None
    except ValueError:
        for name, raw in fields.items():
            if name in _KINDS:
                read(raw, _KINDS[name], name)  # one of them fails again, and says where
        raise
    if outline.max_tokens == 0 or outline.max_completion_tokens == 0:
        name = "max_tokens" if outline.max_tokens == 0 else "max_completion_tokens"
        raise BadRequest(f"{name}: expected int >= 1, or -1 for no limit", param=name)
    return Head(
        outline.model or "",
        outline.stream is True,
        outline.stream_options is not None and outline.stream_options.include_usage is True,
        outline.n or 1,
    )
