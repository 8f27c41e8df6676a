"""The light check that every Messages request gets, also one whose bytes then go through as they are.

Only the JSON types of well-known fields are looked at; whatever is unknown is let through for the upstream to judge.
"""

from typing import TypeVar

import msgspec
from msgspec import Struct

from planoai.apis.anthropic_messages.wire import Typed
from planoai.apis.dialect import Fields, Head
from planoai.apis.fields import read
from planoai.errors import BadRequest

Body = TypeVar("Body", bound=Struct)


class _Object(Struct, frozen=True, gc=False):
    """A JSON object of which nothing is read."""


class _Turn(Struct, frozen=True):
    role: str
    content: str | list[Typed] | None = None


class _Outline(Struct, frozen=True):
    """The fields that are checked, as deep as they are checked."""

    messages: list[_Turn]
    max_tokens: int
    model: str | None = None
    stream: bool | None = None
    system: str | list[Typed] | None = None
    tools: list[_Object] | None = None
    tool_choice: Typed | None = None
    thinking: Typed | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop_sequences: list[str] | None = None
    metadata: _Object | None = None
    output_config: _Object | None = None


_OUTLINE = msgspec.json.Decoder(_Outline)


def inspect(fields: Fields) -> Head:
    """Raises BadRequest for what no server of this API would take. What is only unknown passes."""
    outline = decode(fields, _OUTLINE)
    if not outline.messages:
        raise BadRequest("messages: at least one message is required", param="messages")
    if outline.max_tokens < 1:
        raise BadRequest("max_tokens: an integer of 1 or more is required", param="max_tokens")
    return Head(outline.model or "", outline.stream is True)


def decode(fields: Fields, decoder: msgspec.json.Decoder[Body]) -> Body:
    """The fields that the decoder's struct has, read at once. Raises BadRequest with the path of what is wrong in them."""
    kind = decoder.type
    body = msgspec.json.encode({name: fields[name] for name in kind.__struct_fields__ if name in fields})
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return read(body, kind, "")  # fails as well, and says where
