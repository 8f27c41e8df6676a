"""The shapes of Amazon Bedrock's Converse and ConverseStream, as far as we read them
(docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html; members as in the service model of boto3 1.44.5).

A union is an object of which exactly one member is there. Unknown members are skipped, and whatever some server leaves out is optional.
"""

from msgspec import Raw, Struct

NAME = "bedrock_converse"
ABSENT = Raw(b"null")  # msgspec reads no union with Raw: a member that is not there and one that is null look alike


def given(raw: Raw) -> Raw | None:
    """A member's bytes, free of the buffer they came in; None for one that is not there."""
    return None if bytes(raw) == b"null" else raw.copy()


class ToolUse(Struct, frozen=True, rename="camel"):
    """`input` is text in pieces where it is streamed, an object else. One with a `type` runs at Amazon."""

    tool_use_id: str | None = None
    name: str | None = None
    input: Raw = ABSENT
    type: str | None = None


class ToolPiece(Struct, frozen=True, gc=False):
    input: str = ""


class ReasoningText(Struct, frozen=True):
    text: str = ""
    signature: str | None = None


class Reasoning(Struct, frozen=True, rename="camel"):
    """Whole: `reasoning_text` or `redacted_content`. Streamed: `text`, `signature` or `redacted_content`."""

    reasoning_text: ReasoningText | None = None
    text: str | None = None
    signature: str | None = None
    redacted_content: str | None = None


class Said(Struct, frozen=True):
    text: str | None = None


class Web(Struct, frozen=True):
    url: str | None = None


class Location(Struct, frozen=True):
    web: Web | None = None


class CitationObject(Struct, frozen=True, rename="camel"):
    title: str | None = None
    source: str | None = None
    source_content: list[Said] | None = None
    location: Location | None = None


class CitationsContent(Struct, frozen=True):
    content: list[Said] | None = None
    citations: list[Raw] | None = None


class Bytes(Struct, frozen=True):
    bytes: str | None = None


class Media(Struct, frozen=True):
    """An image or a sound."""

    format: str | None = None
    source: Bytes | None = None


class Guarded(Struct, frozen=True):
    text: Said | None = None
    image: Media | None = None


class ContentBlock(Struct, frozen=True, rename="camel"):
    text: str | None = None
    tool_use: ToolUse | None = None
    reasoning_content: Reasoning | None = None
    citations_content: CitationsContent | None = None
    image: Media | None = None
    audio: Media | None = None
    guard_content: Guarded | None = None


class Message(Struct, frozen=True):
    content: list[Raw] | None = None


class Output(Struct, frozen=True):
    message: Message | None = None


class CacheDetail(Struct, frozen=True, rename="camel"):
    ttl: str | None = None
    input_tokens: int | None = None


class TokenUsage(Struct, frozen=True, rename="camel"):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_write_input_tokens: int | None = None
    cache_details: list[CacheDetail] | None = None


class PromptRouter(Struct, frozen=True, rename="camel"):
    invoked_model_id: str | None = None


class Trace(Struct, frozen=True, rename="camel"):
    prompt_router: PromptRouter | None = None


class ModelFields(Struct, frozen=True):
    """What a model says beside its answer, to those who ask: Claude the stop string that it met."""

    stop_sequence: str | None = None


class AnswerBody(Struct, frozen=True, rename="camel"):
    output: Output | None = None
    stop_reason: str | None = None
    usage: TokenUsage | None = None
    additional_model_response_fields: ModelFields | None = None
    trace: Trace | None = None
    error: Raw = ABSENT


class Start(Struct, frozen=True, rename="camel"):
    tool_use: ToolUse | None = None
    tool_result: Raw = ABSENT
    image: Media | None = None


class Delta(Struct, frozen=True, rename="camel"):
    text: str | None = None
    tool_use: ToolPiece | None = None
    reasoning_content: Reasoning | None = None
    citation: Raw = ABSENT
    image: Media | None = None
    tool_result: list[Raw] | None = None


class Payload(Struct, frozen=True, rename="camel"):
    """Of every kind of event; its kind is in the frame's headers."""

    content_block_index: int | None = None
    start: Start | None = None
    delta: Delta | None = None
    stop_reason: str | None = None
    additional_model_response_fields: ModelFields | None = None
    usage: TokenUsage | None = None
