"""The shapes of the Responses API as far as we read them, in requests and in answers. What is not named here is not read.

All items are one struct: only `type` says what an item is, and many have fields in common. Optional everywhere, because servers and clients of
this API differ in what they leave out; whoever reads an item demands what it needs.
"""

from msgspec import Raw, Struct

NAME = "openai_responses"

ABSENT = Raw()


class SummaryWire(Struct, frozen=True):
    """A piece of a thought (`reasoning_text`) or of its summary (`summary_text`)."""

    type: str | None = None
    text: str | None = None


class ItemWire(Struct, frozen=True):
    """An item of `input` or `output`; one without a type that has a role is a message.

    `id` and `status` are the server's bookkeeping: calls pair with their outputs by `call_id`. `summary` and `content` of a `reasoning` item are
    SummaryWire, `content` of a message PartWire. `output` is text or a list of parts. `extra_content` of a call is what its issuer wants back with
    it, and no word of OpenAI's.
    """

    type: str | None = None
    role: str | None = None
    content: str | list[Raw] | None = None
    id: str | None = None
    call_id: str | None = None
    name: str | None = None
    namespace: str | None = None
    arguments: str | None = None
    input: str | None = None
    output: Raw = ABSENT
    status: str | None = None
    summary: list[SummaryWire] | None = None
    encrypted_content: str | None = None
    phase: str | None = None
    extra_content: Raw = ABSENT


class AudioWire(Struct, frozen=True):
    data: str = ""
    format: str = ""


class AnnotationWire(Struct, frozen=True):
    type: str | None = None
    url: str | None = None
    title: str | None = None
    start_index: int | None = None
    end_index: int | None = None


class PartWire(Struct, frozen=True):
    """A part of a message or of a tool's output. `logprobs` are of answers: sent back they say nothing."""

    type: str | None = None
    text: str | None = None
    refusal: str | None = None
    annotations: list[Raw] | None = None
    logprobs: Raw = ABSENT
    image_url: str | None = None
    detail: str | None = None
    file_id: str | None = None
    file_data: str | None = None
    file_url: str | None = None
    filename: str | None = None
    input_audio: AudioWire | None = None


class ToolWire(Struct, frozen=True):
    """A tool as it is offered. `tools` are the members of a `namespace`."""

    type: str | None = None
    name: str | None = None
    description: str | None = None
    parameters: Raw = ABSENT
    strict: bool | None = None
    format: Raw = ABSENT
    tools: list[Raw] | None = None


class LocationWire(Struct, frozen=True):
    type: str | None = None
    city: str | None = None
    country: str | None = None
    region: str | None = None
    timezone: str | None = None


class FiltersWire(Struct, frozen=True):
    allowed_domains: list[str] | None = None
    blocked_domains: list[str] | None = None


class SearchWire(Struct, frozen=True):
    type: str | None = None
    search_context_size: str | None = None
    user_location: LocationWire | None = None
    filters: FiltersWire | None = None


class NameWire(Struct, frozen=True):
    name: str | None = None


class NamedWire(Struct, frozen=True):
    """One of the tools that may be chosen. Clients used to Chat write the name inside `function`."""

    type: str | None = None
    name: str | None = None
    function: NameWire | None = None


class ChoiceWire(Struct, frozen=True):
    type: str | None = None
    name: str | None = None
    function: NameWire | None = None
    mode: str | None = None
    tools: list[NamedWire] | None = None


class ReasoningWire(Struct, frozen=True):
    effort: str | None = None
    summary: str | None = None


class FormatWire(Struct, frozen=True):
    type: str | None = None
    name: str | None = None
    schema: Raw = ABSENT
    strict: bool | None = None
    description: str | None = None


class TextWire(Struct, frozen=True):
    format: FormatWire | None = None
    verbosity: str | None = None


class StreamOptionsWire(Struct, frozen=True):
    """Padding that hides how long a piece is: ours never has any."""

    include_obfuscation: bool | None = None


class RequestWire(Struct, frozen=True):
    model: str | None = None
    input: Raw = ABSENT
    instructions: str | None = None
    stream: bool | None = None
    stream_options: StreamOptionsWire | None = None
    tools: list[Raw] | None = None
    tool_choice: str | ChoiceWire | None = None
    parallel_tool_calls: bool | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    reasoning: ReasoningWire | None = None
    text: TextWire | None = None
    include: list[str] | None = None
    previous_response_id: str | None = None
    store: bool | None = None
    metadata: Raw = ABSENT
    service_tier: str | None = None
    user: str | None = None
    prompt_cache_key: str | None = None


class InputDetails(Struct, frozen=True):
    cached_tokens: float | None = None
    cache_write_tokens: float | None = None


class OutputDetails(Struct, frozen=True):
    reasoning_tokens: float | None = None


class UsageWire(Struct, frozen=True):
    input_tokens: float | None = None
    output_tokens: float | None = None
    total_tokens: float | None = None
    input_tokens_details: InputDetails | None = None
    output_tokens_details: OutputDetails | None = None


class IncompleteWire(Struct, frozen=True):
    reason: str | None = None


class ResponseWire(Struct, frozen=True):
    """An answer, whole or as the events of a stream repeat it."""

    id: str | None = None
    model: str | None = None
    status: str | None = None
    output: list[Raw] | None = None
    usage: UsageWire | None = None
    incomplete_details: IncompleteWire | None = None
    error: Raw = ABSENT


def given(raw: Raw) -> Raw | None:
    """None for what was left out or is null."""
    return raw if bytes(raw) not in (b"", b"null") else None
