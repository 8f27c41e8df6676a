"""What a client asks a model for."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Raw, Struct

from planoai.conversation.message import CacheMark, Message


class FunctionTool(Struct, frozen=True, tag="function", omit_defaults=True):
    """A tool the client runs. `parameters` is its JSON schema, byte for byte: prompt caches key on it. `namespace` groups tools (Responses)."""

    name: str
    description: str | None = None
    parameters: Raw | None = None
    strict: bool | None = None
    namespace: str | None = None
    cache: CacheMark | None = None


class CustomTool(Struct, frozen=True, tag="custom", omit_defaults=True):
    """A tool the client runs whose input is free text, perhaps bound by a grammar (`format`)."""

    name: str
    description: str | None = None
    format: Raw | None = None
    namespace: str | None = None


class WebSearch(Struct, frozen=True, tag="web_search", omit_defaults=True):
    """The provider searches the web by itself. `location` is OpenAI's and Anthropic's approximate location: city, country, region, timezone."""

    context_size: str | None = None
    location: Mapping[str, str] | None = None
    max_uses: int | None = None
    allowed_domains: tuple[str, ...] = ()
    blocked_domains: tuple[str, ...] = ()
    cache: CacheMark | None = None


class HostedTool(Struct, frozen=True, tag="hosted"):
    """A tool that runs at the provider and that only `dialect` knows, as it wrote it."""

    dialect: str
    kind: str
    json: Raw


Tool = FunctionTool | CustomTool | WebSearch | HostedTool


class ToolChoice(Struct, frozen=True, omit_defaults=True):
    """`named` demands the tool called `name`; `allowed` narrows `auto` and `required` to the tools so called."""

    mode: Literal["auto", "required", "none", "named"]
    name: str | None = None
    allowed: tuple[str, ...] = ()


class JsonObject(Struct, frozen=True, tag="json_object"):
    """Answer with any JSON object."""


class JsonSchema(Struct, frozen=True, tag="json_schema", omit_defaults=True):
    """Answer with JSON that fits `schema`."""

    schema: Raw
    name: str = "answer"
    strict: bool | None = None
    description: str | None = None


class Reasoning(Struct, frozen=True, omit_defaults=True):
    """How much to think, in each API's own measure: a budget in tokens (Anthropic), an effort (OpenAI; Anthropic since 4.6), or as the model likes."""

    mode: Literal["enabled", "disabled", "adaptive"] | None = None
    budget: int | None = None
    effort: str | None = None
    summary: str | None = None


class Sampling(Struct, frozen=True, omit_defaults=True):
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    n: int | None = None


class Request(Struct, frozen=True, omit_defaults=True):
    """System text is a message like any other and keeps its place. `user` is the end user's name, as the client pseudonymised it.

    `extras` holds what only `dialect`, the one this was read by, can say, by its path in the client's body; it is not translated. `paths` says
    what the client's API calls a field, or an item of one, where it has another name than here: `stop` -> `stop_sequences`.

    `previous` is the id of a stored answer that this goes on from, `include` what a Responses client wants beside the answer, `betas` the
    features in trial that a Messages client asked for. `bound` says, by path, why no other API than `dialect` can do what was asked: left out,
    the request would mean something else.
    """

    model: str
    messages: tuple[Message, ...]
    dialect: str
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    sampling: Sampling = Sampling()
    reasoning: Reasoning | None = None
    format: JsonObject | JsonSchema | None = None
    verbosity: str | None = None
    stream: bool = False
    include_usage: bool = True  # whether a stream is to tell its usage; only Chat lets the client choose
    user: str | None = None
    metadata: Mapping[str, str] = {}
    service_tier: str | None = None
    store: bool | None = None
    prompt_cache_key: str | None = None
    previous: str | None = None
    include: tuple[str, ...] = ()
    betas: tuple[str, ...] = ()
    bound: Mapping[str, str] = {}
    extras: Mapping[str, Raw] = {}
    paths: Mapping[str, str] = {}

    def path(self, name: str) -> str:
        """Where the client's body has `name`, a field of this or an item of one, such as `tools[2]`."""
        return self.paths.get(name, name)
