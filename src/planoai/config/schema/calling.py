"""What is called besides models: agents, filters and the endpoints of prompt targets; and what holds requests back."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from planoai.config.kinds import Count, Duration, HeaderName, HeaderValue, Host, Plain, Prose, Url, UrlPath


class Agent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agent that is reached over HTTP, and speaks the model APIs.

    id: what listeners, prompt targets and lists of filters call it. No other agent and no filter has the same.
    url: where it is.
    """

    id: str
    url: Url


class Filter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service that may change a request or an answer, or refuse it.

    id: what listeners call it. No agent and no other filter has the same.
    url: where it is.
    type: how it is called. `mcp`: as a tool of an MCP server; `http`: by a POST to its URL with the path of the request behind it.
    transport: how MCP is spoken.
    tool: the tool to call. Unset, the one that is called like the `id`.
    """

    id: str
    url: Url
    type: Literal["mcp", "http"] = "mcp"
    transport: Literal["streamable-http"] = "streamable-http"
    tool: str | None = None


class NamedEndpoint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A server that prompt targets call.

    endpoint: its host, with its port if that is not the usual one of the protocol.
    protocol: how it is spoken to.
    connect_timeout: until a connection stands. Unset, `overrides.upstream_connect_timeout`.
    http_host: the Host header, when not the host of `endpoint`.
    """

    endpoint: Host
    protocol: Literal["http", "https"] = "http"
    connect_timeout: Duration | None = None
    http_host: Host | None = None


class TargetEndpoint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The call that fulfils a prompt target.

    name: a name of `endpoints`, or the id of an agent or a filter.
    path: the path to call. `{name}` in it stands for the parameter of that name.
    http_method: the method; with `POST`, the parameters that are not in the path are sent as JSON.
    http_headers: sent with every call.
    """

    name: str
    path: UrlPath
    http_method: Literal["GET", "POST"] = "GET"
    http_headers: Mapping[HeaderName, HeaderValue] = {}

    def __repr__(self) -> str:
        return f"TargetEndpoint({self.name})"  # its headers may hold a key, and a repr ends up in logs


class Parameter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a prompt target has to know before it can be called.

    name: what it is called.
    description: what it means, in words that the model reads.
    type: what it is, such as `str`, `int`, `float`, `bool`, `list` or `dict`.
    required: whether the user is asked for it where it can not be told from the conversation.
    default: its value where the conversation has none.
    enum: the values it may have. Unset, any.
    in_path: whether it fills the `{name}` of the endpoint's `path`.
    format: how its value is written, such as `YYYY-MM-DD`.
    """

    name: str
    description: Prose
    type: str
    required: bool = False
    default: Plain | None = None
    enum: tuple[Plain, ...] = ()
    in_path: bool = False
    format: str | None = None


class PromptTarget(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that a prompt may ask for, and the call that does it.

    name: what it is called.
    description: what it does, in words that the model chooses by.
    default: whether it is called where none of them fits. One target at most.
    system_prompt: instructions for the model that words the answer. Unset, those at the top level.
    auto_llm_dispatch_on_response: whether a model puts what the call returned into words; otherwise the client gets it as it is.
    parameters: what it has to know.
    endpoint: what is called.
    """

    name: str
    description: Prose
    default: bool = False
    system_prompt: Prose | None = None
    auto_llm_dispatch_on_response: bool = False
    parameters: tuple[Parameter, ...] = ()
    endpoint: TargetEndpoint | None = None


class OnException(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens to a request that is caught.

    message: the answer the client gets. Unset, a usual one.
    """

    message: Prose | None = None


class Jailbreak(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Catches prompts that try to talk a model out of its instructions.

    on_exception: what happens to one.
    """

    on_exception: OnException = OnException()


class InputGuards(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Guards of requests.

    jailbreak: the one against jailbreaks. Unset, there is none.
    """

    jailbreak: Jailbreak | None = None


class PromptGuards(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is looked for in prompts before they reach anything.

    input_guards: in requests.
    """

    input_guards: InputGuards = InputGuards()


class Selector(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose requests are counted together.

    key: a header of the request.
    value: the value it must have; `*` is any, and each is counted by itself.
    """

    key: HeaderName
    value: str


class Limit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much may be used in what time.

    tokens: how many tokens.
    unit: in what time.
    """

    tokens: Count
    unit: Literal["second", "minute", "hour", "day"]


class RateLimit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many tokens may be used of a model; a request over the limit gets a 429.

    model: the model: a full `<provider>/<model id>`, an entry's `name`, or a model id that only one provider has.
    selector: whose requests are counted together.
    limit: how much they may use.
    """

    model: str
    selector: Selector
    limit: Limit
