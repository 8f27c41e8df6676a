"""Custom tools of other APIs on a Chat upstream: only OpenAI's own models take them there, so elsewhere the free text is a function's one argument.

Offered, called and answered with it in the same shape, so that a model finds its own earlier calls as it made them.
"""

import msgspec
from msgspec import Struct

from planoai.apis.openai_chat.wire import NAME
from planoai.conversation.naming import called
from planoai.conversation.request import CustomTool, Request


class _Input(Struct):
    input: str


_INPUT = msgspec.json.Decoder(_Input)


def as_function(tool: CustomTool) -> dict[str, object]:
    schema: dict[str, object] = {
        "type": "object",
        "properties": {"input": {"type": "string"}},
        "required": ["input"],
        "additionalProperties": True,
    }
    if tool.format is not None:
        schema["x-custom-format"] = tool.format
    members = {"name": tool.name, "description": tool.description, "parameters": schema, "strict": False}
    return {"type": "function", "function": {name: value for name, value in members.items() if value is not None}}


def wrapped(text: str) -> str:
    return msgspec.json.encode(_Input(text)).decode()


def unwrapped(arguments: str) -> str:
    """What does not hold its text as it was asked to is the text itself."""
    try:
        return _INPUT.decode(arguments).input
    except (msgspec.DecodeError, RecursionError):
        return arguments


def offered(request: Request | None) -> frozenset[str]:
    """The names under which custom tools were offered to the upstream as functions."""
    if request is None or request.dialect == NAME:
        return frozenset()
    return frozenset(name for name, tool in called(request).items() if isinstance(tool, CustomTool))
