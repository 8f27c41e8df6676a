"""Ids and names of tools as Bedrock takes them: letters, digits, `_` and `-`, at most 64. What does not fit is changed, always in the same way."""

import re
from zlib import crc32

from msgspec import Struct

from planoai.conversation.naming import called
from planoai.conversation.request import CustomTool, Request

_LONGEST = 64
_FITTING = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_NOT_FITTING = re.compile(r"[^a-zA-Z0-9_-]")


class Offered(Struct, frozen=True):
    """A tool: its name among tools without groups, and whether what it takes is free text."""

    name: str
    custom: bool


def fitting(text: str) -> str:
    """The same for a call and its result; two that differ stay different."""
    if _FITTING.fullmatch(text):
        return text
    return f"{_NOT_FITTING.sub('_', text)[: _LONGEST - 9]}_{crc32(text.encode(errors='replace')):08x}"


def offered(request: Request | None) -> dict[str, Offered]:
    """The tools that were offered, by the names that they have at Bedrock."""
    return {fitting(name): Offered(name, isinstance(tool, CustomTool)) for name, tool in called(request).items()}
