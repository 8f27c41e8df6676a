"""The light check that every Responses request gets, also one whose bytes then go through as they are.

Only the JSON types of well-known fields are looked at; whatever is unknown is let through for the upstream to judge.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from planoai.apis.dialect import Fields, Head
from planoai.apis.fields import read
from planoai.errors import BadRequest

_INSTEAD_OF_INPUT = ("previous_response_id", "prompt", "conversation")


class _Object(Struct):
    """Any JSON object."""


class _Item(Struct):
    type: str | None = None
    role: str | None = None


class _Outline(Struct):
    """The fields that are checked, as deep as they are checked."""

    input: str | list[_Item] | _Item | None = None
    model: str | None = None
    instructions: str | None = None
    stream: bool | None = None
    tools: list[_Object] | None = None
    tool_choice: str | _Object | None = None
    parallel_tool_calls: bool | None = None
    max_output_tokens: Annotated[int, Meta(ge=1)] | None = None
    temperature: float | None = None
    top_p: float | None = None
    reasoning: _Object | None = None
    text: _Object | None = None
    include: list[str] | None = None
    previous_response_id: str | None = None
    store: bool | None = None


_ENCODER = msgspec.json.Encoder()
_OUTLINE = msgspec.json.Decoder(_Outline)
_KINDS = {field.name: field.type for field in msgspec.structs.fields(_Outline)}


def inspect(fields: Fields) -> Head:
    """Raises BadRequest with the path of the field at fault."""
    try:
        outline = _OUTLINE.decode(_ENCODER.encode(fields))
    except RecursionError:
        raise BadRequest("the body is nested too deeply") from None
    except ValueError:
        for name, raw in fields.items():
            if name in _KINDS:
                read(raw, _KINDS[name], name)  # one of them fails again, and says where
        raise
    if outline.input is None and not any(_is_given(fields, name) for name in _INSTEAD_OF_INPUT):
        raise BadRequest("input: this field is required", param="input")
    return Head(outline.model or "", outline.stream is True)


def _is_given(fields: Fields, name: str) -> bool:
    return name in fields and bytes(fields[name]).strip() != b"null"
