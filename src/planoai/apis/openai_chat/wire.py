"""Chat Completions as it is on the wire: only what is read, and nothing required that some server or client leaves out.

Fields nobody here reads are skipped. A member that may hold anything, or that must go back byte for byte, stays `Raw`.
"""

from msgspec import UNSET, Raw, Struct, UnsetType

NAME = "openai_chat"


class CacheControl(Struct, frozen=True):
    type: str | None = None
    ttl: str | None = None


class ImageUrl(Struct, frozen=True):
    url: str
    detail: str | None = None


class InputAudio(Struct, frozen=True):
    data: str
    format: str = "wav"


class FilePart(Struct, frozen=True):
    file_data: str | None = None
    file_id: str | None = None
    filename: str | None = None


class TextChunk(Struct, frozen=True):
    type: str | None = None
    text: str | None = None


class PartWire(Struct, frozen=True):
    """A part of a message's content. Mistral's `thinking` parts hold a list of texts."""

    type: str
    text: str | None = None
    image_url: ImageUrl | str | None = None
    input_audio: InputAudio | None = None
    file: FilePart | None = None
    refusal: str | None = None
    thinking: str | list[TextChunk] | None = None
    cache_control: CacheControl | None = None


class FunctionWire(Struct, frozen=True):
    """Some servers send the arguments as an object instead of its text."""

    name: str | None = None
    arguments: str | dict[str, Raw] | None = None


class CustomWire(Struct, frozen=True):
    name: str | None = None
    input: str | None = None


class CallWire(Struct, frozen=True):
    """A tool call, or a piece of one. `extra_content` is Gemini's: it wants it back with the call."""

    index: int | None = None
    id: str | None = None
    type: str | None = None
    function: FunctionWire | None = None
    custom: CustomWire | None = None
    extra_content: Raw | UnsetType = UNSET


class ThinkingBlock(Struct, frozen=True):
    """Signed thinking as Chat clients are given it, and may send back."""

    type: str = "thinking"
    thinking: str | None = None
    signature: str | None = None
    data: str | None = None
    index: int | None = None


class UrlCitation(Struct, frozen=True):
    url: str | None = None
    title: str | None = None
    start_index: int | None = None
    end_index: int | None = None


class Annotation(Struct, frozen=True):
    type: str | None = None
    url_citation: UrlCitation | None = None
    index: int | None = None


class MessageWire(Struct, frozen=True):
    role: str
    content: str | list[Raw] | None = None
    name: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    thinking_blocks: list[ThinkingBlock] | None = None
    tool_calls: list[CallWire] | None = None
    function_call: FunctionWire | None = None
    tool_call_id: str | None = None
    annotations: list[Annotation] | None = None
    cache_control: CacheControl | None = None


class FunctionTool(Struct, frozen=True):
    name: str
    description: str | None = None
    parameters: Raw | UnsetType = UNSET
    strict: bool | None = None


class CustomTool(Struct, frozen=True):
    name: str
    description: str | None = None
    format: Raw | UnsetType = UNSET


class ToolWire(Struct, frozen=True):
    type: str = "function"
    function: FunctionTool | None = None
    custom: CustomTool | None = None
    cache_control: CacheControl | None = None


class Named(Struct, frozen=True):
    name: str | None = None


class AllowedTool(Struct, frozen=True):
    type: str | None = None
    function: Named | None = None
    custom: Named | None = None


class AllowedTools(Struct, frozen=True):
    mode: str = "auto"
    tools: list[AllowedTool] = []


class ChoiceWire(Struct, frozen=True):
    """`tool_choice` as an object; the legacy `function_call` object has the name at the top."""

    type: str = "function"
    name: str | None = None
    function: Named | None = None
    custom: Named | None = None
    allowed_tools: AllowedTools | None = None


class JsonSchemaWire(Struct, frozen=True):
    schema: Raw | UnsetType = UNSET
    name: str = "answer"
    strict: bool | None = None
    description: str | None = None


class FormatWire(Struct, frozen=True):
    type: str
    json_schema: JsonSchemaWire | None = None


class ThinkingWire(Struct, frozen=True):
    """Not OpenAI's, but taken by DeepSeek, Moonshot, Zhipu and most gateways: Anthropic's own switch."""

    type: str | None = None
    budget_tokens: int | None = None


class StreamOptions(Struct, frozen=True):
    include_usage: bool | None = None


class Approximate(Struct, frozen=True):
    city: str | None = None
    country: str | None = None
    region: str | None = None
    timezone: str | None = None


class UserLocation(Struct, frozen=True):
    type: str | None = None
    approximate: Approximate | None = None


class WebSearchOptions(Struct, frozen=True):
    search_context_size: str | None = None
    user_location: UserLocation | None = None


class RequestWire(Struct, frozen=True):
    messages: list[MessageWire]
    model: str | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop: str | list[str] | None = None
    seed: float | int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    n: int | None = None
    tools: list[Raw] | None = None
    functions: list[FunctionTool] | None = None
    tool_choice: str | ChoiceWire | None = None
    function_call: str | ChoiceWire | None = None
    parallel_tool_calls: bool | None = None
    reasoning_effort: str | None = None
    thinking: ThinkingWire | None = None
    response_format: FormatWire | None = None
    verbosity: str | None = None
    user: str | None = None
    service_tier: str | None = None
    store: bool | None = None
    prompt_cache_key: str | None = None
    web_search_options: WebSearchOptions | None = None


class PromptDetails(Struct, frozen=True):
    """The last one is Qwen's word for what was written."""

    cached_tokens: float | None = None
    cache_write_tokens: float | None = None
    cache_creation_input_tokens: float | None = None


class CompletionDetails(Struct, frozen=True):
    reasoning_tokens: float | None = None


class UsageWire(Struct, frozen=True):
    """The last three are gateways' and DeepSeek's words for the prompt cache."""

    prompt_tokens: float | None = None
    completion_tokens: float | None = None
    total_tokens: float | None = None
    prompt_tokens_details: PromptDetails | None = None
    completion_tokens_details: CompletionDetails | None = None
    reasoning_tokens: float | None = None
    cached_tokens: float | None = None
    cache_read_input_tokens: float | None = None
    cache_creation_input_tokens: float | None = None
    prompt_cache_hit_tokens: float | None = None


class Said(Struct, frozen=True):
    """What a whole answer's `message` and a chunk's `delta` have in common, which is everything."""

    content: str | list[PartWire] | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    thinking_blocks: list[ThinkingBlock] | None = None
    tool_calls: list[CallWire] | None = None
    function_call: FunctionWire | None = None
    annotations: list[Annotation] | None = None


class Choice(Struct, frozen=True):
    index: int | None = None
    delta: Said | None = None
    message: Said | None = None
    finish_reason: str | None = None
    error: Raw | UnsetType = UNSET


# What an answer consists of; all else is said beside it and may be of any type.
SAID = frozenset(
    (
        *("choices", "delta", "message", "content", "text", "refusal", "finish_reason"),
        *("tool_calls", "function_call", "function", "custom", "name", "arguments", "input"),
    )
)


class Chunk(Struct, frozen=True):
    """A whole answer or a piece of one. `error` and `object` may say that it is neither."""

    id: str | int | None = None
    object: str | None = None
    model: str | None = None
    choices: list[Choice] | None = None
    usage: UsageWire | None = None
    error: Raw | UnsetType = UNSET
