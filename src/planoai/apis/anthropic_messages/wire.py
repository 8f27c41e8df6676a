"""The Messages API's own shapes, as far as we read them (platform.claude.com/docs/en/api/messages).

Unknown members are skipped and unknown block types never come here: whoever reads a block asks for its type first and keeps the bytes of those
it has no word for. Everything that some server leaves out, or sends as null, is optional.
"""

from msgspec import Raw, Struct

NAME = "anthropic_messages"
VENDOR = "anthropic"  # the provider whose own API it is
ABSENT = Raw(b"null")  # msgspec reads no union with Raw: a member that is not there and one that is null look alike


def given(raw: Raw) -> Raw | None:
    """A member's bytes, free of the buffer they came in; None for one that is not there."""
    return None if bytes(raw) == b"null" else raw.copy()


class Typed(Struct, frozen=True, gc=False):
    """Anything that says what it is."""

    type: str


class ChoiceObject(Struct, frozen=True):
    type: str
    name: str | None = None
    disable_parallel_tool_use: bool | None = None


class ThinkingObject(Struct, frozen=True):
    type: str
    budget_tokens: int | None = None


class FormatObject(Struct, frozen=True):
    type: str
    schema: Raw = ABSENT


class OutputConfig(Struct, frozen=True):
    effort: str | None = None
    format: FormatObject | None = None


class Metadata(Struct, frozen=True):
    user_id: str | None = None


class RequestBody(Struct, frozen=True):
    """The fields that translation reads; `output_format` is what `output_config.format` was called at first."""

    messages: list[dict[str, Raw]]
    max_tokens: int
    model: str | None = None
    stream: bool | None = None
    system: str | list[Raw] | None = None
    tools: list[Raw] | None = None
    tool_choice: ChoiceObject | None = None
    thinking: ThinkingObject | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop_sequences: list[str] | None = None
    metadata: Metadata | None = None
    output_config: OutputConfig | None = None
    output_format: FormatObject | None = None


class CacheControl(Struct, frozen=True):
    ttl: str | None = None
    type: str | None = None


class TextBlock(Struct, frozen=True):
    text: str
    citations: list[Raw] | None = None
    cache_control: CacheControl | None = None
    type: str | None = None


class SourceObject(Struct, frozen=True):
    """Of an image or a document: `base64`, `url`, `file`, `text`, or `content` with blocks inside."""

    type: str
    media_type: str | None = None
    data: str | None = None
    url: str | None = None
    file_id: str | None = None
    content: str | list[Raw] | None = None


class ImageBlock(Struct, frozen=True):
    source: SourceObject
    cache_control: CacheControl | None = None
    type: str | None = None


class Enabled(Struct, frozen=True):
    enabled: bool | None = None


class DocumentBlock(Struct, frozen=True):
    source: SourceObject
    title: str | None = None
    context: str | None = None
    citations: Enabled | None = None
    cache_control: CacheControl | None = None
    type: str | None = None


class SearchResultBlock(Struct, frozen=True):
    """A passage that the client's own search found."""

    content: list[TextBlock]
    source: str | None = None
    title: str | None = None
    citations: Enabled | None = None
    cache_control: CacheControl | None = None
    type: str | None = None


class ThinkingBlock(Struct, frozen=True):
    thinking: str = ""
    signature: str | None = None
    type: str | None = None


class RedactedThinkingBlock(Struct, frozen=True):
    data: str
    type: str | None = None


class ToolUseBlock(Struct, frozen=True):
    """`caller` says which server tool made the call. `extra_content` is not Anthropic's: what other providers want back with a call."""

    name: str
    id: str = ""
    input: Raw = Raw(b"{}")
    caller: Raw = ABSENT
    extra_content: Raw = ABSENT
    cache_control: CacheControl | None = None
    type: str | None = None


class ToolResultBlock(Struct, frozen=True):
    tool_use_id: str
    content: str | list[Raw] | None = None
    is_error: bool | None = None
    cache_control: CacheControl | None = None
    type: str | None = None


class CitationObject(Struct, frozen=True):
    url: str | None = None
    source: str | None = None
    title: str | None = None
    document_title: str | None = None
    cited_text: str | None = None


class CacheCreation(Struct, frozen=True):
    ephemeral_1h_input_tokens: int | None = None


class OutputDetails(Struct, frozen=True):
    thinking_tokens: int | None = None
    reasoning_tokens: int | None = None  # as some gateways name it


class UsageObject(Struct, frozen=True):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_creation: CacheCreation | None = None
    output_tokens_details: OutputDetails | None = None


class AnswerBody(Struct, frozen=True):
    """A whole answer. `type` tells it from an error."""

    content: list[Raw] | None = None
    type: str | None = None
    id: str | None = None
    model: str | None = None
    stop_reason: str | None = None
    stop_sequence: str | None = None
    usage: UsageObject | None = None
    error: Raw = ABSENT


class StartedMessage(Struct, frozen=True):
    id: str | None = None
    model: str | None = None
    usage: UsageObject | None = None


class Delta(Struct, frozen=True, gc=False):
    """Of a block, or of the message at its end."""

    type: str | None = None
    text: str | None = None
    partial_json: str | None = None
    thinking: str | None = None
    signature: str | None = None
    citation: Raw = ABSENT
    stop_reason: str | None = None
    stop_sequence: str | None = None


class StreamedEvent(Struct, frozen=True):
    """Every event of a stream in one shape, so that one decoder without branches reads them."""

    type: str | None = None
    index: int | None = None
    delta: Delta | None = None
    content_block: Raw = ABSENT
    message: StartedMessage | None = None
    usage: UsageObject | None = None
