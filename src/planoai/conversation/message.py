"""Messages and the parts they are made of."""

from typing import Literal

from msgspec import Raw, Struct

Role = Literal["system", "developer", "user", "assistant", "tool"]


class CacheMark(Struct, frozen=True, omit_defaults=True):
    """The prompt up to and including the part that carries this may be cached. `ttl` as the client wrote it (`5m`, `1h`), None for the default."""

    ttl: str | None = None


class Base64(Struct, frozen=True, tag="base64"):
    """Bytes that travel inside the request. `data` stays base64 text: nobody here needs the bytes."""

    media_type: str
    data: str


class Link(Struct, frozen=True, tag="link"):
    url: str


class FileId(Struct, frozen=True, tag="file_id"):
    """A file that was uploaded to the provider before."""

    id: str


class Inline(Struct, frozen=True, tag="inline"):
    """A document given as plain text."""

    text: str


Source = Base64 | Link | FileId | Inline


class Citation(Struct, frozen=True, tag="citation", omit_defaults=True):
    """Where a piece of an answer comes from. `start` and `end` count characters of the answer's text; `raw` is the citation as its dialect wrote it."""

    url: str | None = None
    title: str | None = None
    quote: str | None = None
    start: int | None = None
    end: int | None = None
    raw: Raw | None = None
    dialect: str | None = None


class Text(Struct, frozen=True, tag="text", omit_defaults=True):
    text: str
    citations: tuple[Citation, ...] = ()
    cache: CacheMark | None = None


class Image(Struct, frozen=True, tag="image", omit_defaults=True):
    source: Source
    detail: str | None = None  # low, high, auto: how closely OpenAI's models look
    cache: CacheMark | None = None


class Document(Struct, frozen=True, tag="document", omit_defaults=True):
    source: Source
    name: str | None = None
    context: str | None = None
    cite: bool | None = None  # whether answers are to cite it
    cache: CacheMark | None = None


class Audio(Struct, frozen=True, tag="audio", omit_defaults=True):
    format: str  # wav, mp3
    data: str  # base64
    transcript: str | None = None


class Thinking(Struct, frozen=True, tag="thinking", omit_defaults=True):
    """What the model thought. Only its issuer can check `signature` (Anthropic, Bedrock) or open `encrypted` (OpenAI); `id` names the item there.

    `issuer` is the provider that gave these proofs of it; "" where a client sent them unmarked.
    """

    text: str = ""
    signature: str | None = None
    encrypted: str | None = None
    id: str | None = None
    summary: bool = False  # `text` is a summary of the thought, not the thought
    issuer: str = ""


class RedactedThinking(Struct, frozen=True, tag="redacted_thinking", omit_defaults=True):
    """Thinking that its issuer encrypted whole."""

    data: str
    issuer: str = ""


class Refusal(Struct, frozen=True, tag="refusal"):
    text: str


class ToolCall(Struct, frozen=True, tag="tool_call", omit_defaults=True):
    """`arguments` is the text the model wrote: JSON for a function, which a stream may end before it is valid; free text when `custom`.

    `namespace` is the group of tools that the tool was offered in. `extras` are members that the issuer wants back with the call (Gemini's
    thought signatures), as a JSON object.
    """

    id: str
    name: str
    arguments: str = ""
    custom: bool = False
    namespace: str | None = None
    extras: Raw | None = None
    cache: CacheMark | None = None


class ToolResult(Struct, frozen=True, tag="tool_result", omit_defaults=True):
    call_id: str
    parts: tuple["Text | Image | Document | Audio | Opaque", ...] = ()
    is_error: bool | None = None
    custom: bool = False
    cache: CacheMark | None = None


class Opaque(Struct, frozen=True, tag="opaque", omit_defaults=True):
    """A part that only `dialect` understands, as it wrote it: a server tool's call or result, a reference to a stored item."""

    dialect: str
    kind: str
    json: Raw


ResultPart = Text | Image | Document | Audio | Opaque
Part = Text | Image | Document | Audio | Thinking | RedactedThinking | Refusal | ToolCall | ToolResult | Opaque


class Message(Struct, frozen=True, omit_defaults=True):
    """Tool results stand in messages of role `tool`, never among what a user said; the order of messages is the order of the conversation.

    `path` is where the message stood in the client's body, `paths` where each of its parts did, so that what an API can not carry is named as
    the client knows it. Both are empty for a message that no client sent.
    """

    role: Role
    parts: tuple[Part, ...]
    name: str | None = None
    path: str = ""
    paths: tuple[str, ...] = ()

    def where(self, place: int) -> str:
        """The path of part number `place`. The parts of a tool's result are its `.content[0]` and on."""
        return self.paths[place] if place < len(self.paths) else self.path or "a message of the gateway's own"
