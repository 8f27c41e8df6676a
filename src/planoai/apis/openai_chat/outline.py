"""The light check that every Chat request gets, also one whose bytes then go through as they are.

Only the JSON types of well-known fields are looked at; whatever is unknown is let through for the upstream to judge.
"""

from typing import Annotated, Any

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


_Count = Annotated[int, Meta(ge=1)] | None
_Limit = Annotated[int, Meta(ge=-1)] | None  # servers that people run themselves take -1 for no limit
_Number = float | None

_MESSAGES: Any = Annotated[list[_Message], Meta(min_length=1)]
_KINDS: dict[str, Any] = {
    "messages": _MESSAGES,
    "model": str | None,
    "stream": bool | None,
    "stream_options": _StreamOptions | None,
    "max_tokens": _Limit,
    "max_completion_tokens": _Limit,
    "temperature": _Number,
    "top_p": _Number,
    "frequency_penalty": _Number,
    "presence_penalty": _Number,
    "n": _Count,
    "stop": str | list[str] | None,
    "tools": list[_Object] | None,
    "tool_choice": str | _Object | None,
    "parallel_tool_calls": bool | None,
    "response_format": _Object | None,
    "reasoning_effort": str | None,
}
_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in _KINDS.items()}
_LIMITS = tuple(name for name, kind in _KINDS.items() if kind is _Limit)


def inspect(fields: Fields) -> Head:
    """Raises BadRequest with the path of the field at fault."""
    if "messages" not in fields:
        raise BadRequest("messages: this field is required", param="messages")
    try:
        values: dict[str, Any] = {
            name: _DECODERS[name].decode(raw) for name, raw in fields.items() if name in _DECODERS
        }
    except (ValueError, RecursionError):
        for name, raw in fields.items():
            if name in _KINDS:
                read(raw, _KINDS[name], name)  # one of them fails again, and says where
        raise
    for name in _LIMITS:
        if values.get(name) == 0:
            raise BadRequest(f"{name}: expected int >= 1, or -1 for no limit", param=name)
    options = values.get("stream_options")
    return Head(
        values.get("model") or "",
        values.get("stream") or False,
        options is not None and options.include_usage is True,
        values.get("n") or 1,
    )
