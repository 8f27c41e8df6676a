"""What a request said, read from the bytes that were shipped of it. Nothing makes it raise. Pure."""

from collections.abc import Iterator
from hashlib import blake2b

from planoai.apis import DIALECTS
from planoai.apis.fields import read_fields, without_ours
from planoai.conversation.message import Message, Part, ResultPart, Text, ToolCall, ToolResult
from planoai.conversation.request import CustomTool, FunctionTool, HostedTool, Request, Tool
from planoai.errors import ClientError
from planoai.observability.lens import MOST_KEPT, Lens
from planoai.observability.observation import Asked, Line, Role, Signals
from planoai.observability.record import Opened

MOST_READ = 16 * 1024 * 1024  # bytes of a body
MOST_OBJECTS = 100_000  # of JSON, in one body: each takes its time, however short it is

_THREAD = 4096  # characters of a text that tell one conversation from others
_BEGINNINGS = (b'{"', b"{}", b"{ ", b"{\t", b"{\r", b"{\n")
_MOST_TOOLS = 128  # names that are kept
_MOST_TOKENS = (1 << 63) - 1  # what databases and collectors take for a number


def look(opened: Opened, lens: Lens) -> tuple[Asked | None, Signals | None]:
    """What was asked, and what the conversation shows; None where no API of ours was spoken."""
    dialect = DIALECTS.get(opened.dialect)
    if dialect is None or dialect.client is None:
        return None, None
    body = opened.body
    if body is None:
        return Asked(unread="left out for want of room"), None
    if len(body) > MOST_READ:
        return Asked(unread=f"larger than {MOST_READ} bytes"), None
    if is_crowded(body):
        return Asked(unread=f"more than {MOST_OBJECTS} objects"), None
    try:
        request = dialect.client.read_request(without_ours(read_fields(body)))
    except ClientError as error:
        return Asked(unread=lens.preview(error.message) or "no request that can be read"), None
    return _asked(request, lens), lens.signals(request.messages)


def is_crowded(body: bytes) -> bool:
    """Whether there are more objects in it than are read.

    Only a brace before one of these can begin one: within a string, a quotation mark is escaped.
    """
    return body.count(b"{") > MOST_OBJECTS and sum(map(body.count, _BEGINNINGS)) > MOST_OBJECTS


def _asked(request: Request, lens: Lens) -> Asked:
    messages, sampling = request.messages, request.sampling
    return Asked(
        messages=len(messages),
        tools=tuple(lens.name(_name(tool)) for tool in request.tools[:_MOST_TOOLS]),
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        max_tokens=None if sampling.max_tokens is None else min(sampling.max_tokens, _MOST_TOKENS),
        preview=lens.preview(_last_text(messages)),
        lines=tuple(_lines(messages, lens)) if lens.keeps_all else (),
        thread=_thread(request),
    )


def _thread(request: Request) -> bytes:
    """Of how it begins: what the system says, the tools, the first words of the user."""
    digest = blake2b(digest_size=8)
    for tool in request.tools:
        digest.update(_name(tool).encode("utf-8", "replace") + b"\0")
    for message in request.messages:
        digest.update(text_of(message.parts)[:_THREAD].encode("utf-8", "replace") + b"\1")
        if message.role == "user":
            break
    return digest.digest()


def text_of(parts: tuple[Part, ...] | tuple[ResultPart, ...]) -> str:
    return "\n".join([part.text for part in parts if type(part) is Text])


def _last_text(messages: tuple[Message, ...]) -> str:
    if not messages:
        return ""
    parts = messages[-1].parts
    results = [text_of(part.parts) for part in parts if isinstance(part, ToolResult)]
    return text_of(parts) or "\n".join(results)


def _lines(messages: tuple[Message, ...], lens: Lens) -> Iterator[Line]:
    """Numbered as the rows of the signals are (`planoai.signals.reading`): a model that says nothing has none, nor has the system."""
    row = 0
    left = MOST_KEPT
    for message in messages:
        for role, text in _said(message):
            numbered = role != "system"
            if left > 0:
                yield Line(role, lens.redacted(text[:left]), row if numbered else -1)
            left -= len(text)
            row += numbered


def _said(message: Message) -> Iterator[tuple[Role, str]]:
    match message.role:
        case "user":
            yield "user", text_of(message.parts)
        case "assistant":
            if text := text_of(message.parts):
                yield "assistant", text
            for part in message.parts:
                if isinstance(part, ToolCall):
                    yield "call", f"{part.name}({part.arguments})"
        case "tool":
            for part in message.parts:
                if isinstance(part, ToolResult):
                    yield "tool", text_of(part.parts)
        case "system" | "developer":
            yield "system", text_of(message.parts)


def _name(tool: Tool) -> str:
    match tool:
        case FunctionTool() | CustomTool():
            return tool.name
        case HostedTool():
            return tool.kind
        case _:
            return "web_search"
