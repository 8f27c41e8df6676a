"""`Ask`: what a request asks for, whichever API it came in by."""

from typing import Any, Literal

from msgspec import Struct

Choice = Literal["auto", "none", "any"]


class Tool(Struct, frozen=True):
    """A tool that the client runs. One that is `custom` takes plain text instead of JSON."""

    name: str
    schema: dict[str, Any] = {}
    namespace: str | None = None
    custom: bool = False


class Result(Struct, frozen=True):
    """What a tool answered; `name` is the tool's."""

    name: str
    text: str


class Ask(Struct, frozen=True):
    model: str
    said: str = ""  # the texts of the last user message that has any, a line each
    results: tuple[Result, ...] = ()  # of tools, where they are the last thing in the conversation
    tools: tuple[Tool, ...] = ()
    choice: Choice = "auto"
    forced: str | None = None  # the tool that must be called; with it `choice` is "any"
    parallel: bool = True
    most: int | None = None  # output tokens
    stops: tuple[str, ...] = ()
    thinks: bool = False  # the client asked to see the reasoning
    schema: dict[str, Any] | None = None  # what the answer must look like, where it must be JSON
    characters: int = 0  # of all that was sent, to estimate tokens from
    stream: bool = False
    wants: frozenset[str] = frozenset()  # extras that only one API knows, such as "usage" for Chat's last chunk
    echo: dict[str, Any] = {}  # fields that the answer repeats
    items: tuple[dict[str, Any], ...] = ()  # the whole conversation, where the API may be asked to remember it
