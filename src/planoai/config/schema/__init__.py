"""The shape of the file, whole: what is not a field here is not a key there. The reference page is made from these structs.

A field's line in its struct's docstring is its documentation. Durations are seconds once read. A field that may be None has a default which the
rest of the file decides; `planoai.config.entry` says which. What of it is not served yet, `planoai.config.later` says.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from planoai.config.kinds import EndpointName, Prose, Workers
from planoai.config.schema.calling import (
    Agent,
    Filter,
    InputGuards,
    Jailbreak,
    Limit,
    NamedEndpoint,
    OnException,
    Parameter,
    PromptGuards,
    PromptTarget,
    RateLimit,
    Selector,
    TargetEndpoint,
)
from planoai.config.schema.choosing import (
    ALL_FAILURES,
    Breaker,
    FailOn,
    Failover,
    Hedge,
    MetricsSource,
    Preference,
    PromptCaching,
    Routing,
    RoutingBudget,
    SelectionPolicy,
    SessionCache,
)
from planoai.config.schema.doors import Cors, Listener, ListenerAgent, ListenerTimeouts, ListenerTls
from planoai.config.schema.models import Alias, Aws, Endpoint, Inline, ModelProvider, Price, ProviderTimeouts
from planoai.config.schema.overrides import Overrides
from planoai.config.schema.watching import (
    Console,
    Exporter,
    Observability,
    Signals,
    SpanAttributes,
    StateStorage,
    Store,
    Tracing,
    TracingTls,
)

__all__ = [
    "ALL_FAILURES",
    "Agent",
    "Alias",
    "Aws",
    "Breaker",
    "Config",
    "Console",
    "Cors",
    "Endpoint",
    "Exporter",
    "FailOn",
    "Failover",
    "Filter",
    "Hedge",
    "Inline",
    "InputGuards",
    "Jailbreak",
    "Limit",
    "Listener",
    "ListenerAgent",
    "ListenerTimeouts",
    "ListenerTls",
    "MetricsSource",
    "ModelProvider",
    "NamedEndpoint",
    "Observability",
    "OnException",
    "Overrides",
    "Parameter",
    "Preference",
    "Price",
    "PromptCaching",
    "PromptGuards",
    "PromptTarget",
    "ProviderTimeouts",
    "RateLimit",
    "Routing",
    "RoutingBudget",
    "SelectionPolicy",
    "Selector",
    "SessionCache",
    "Signals",
    "SpanAttributes",
    "StateStorage",
    "Store",
    "TargetEndpoint",
    "Tracing",
    "TracingTls",
    "Version",
]

Version = Literal["v0.1", "v0.1.0", "0.1-beta", "0.2.0", "v0.3.0", "v0.4.0"]


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file.

    version: of the format. Older ones are read as the newest, with a warning that says what to write instead.
    listeners: where clients connect. Without a `model` listener, one named `egress_traffic` is added on `0.0.0.0:12000`.
    model_providers: the models that can be asked for.
    model_aliases: names of your own for them.
    mode: of older files; has no effect.
    routing_preferences: which models serve which kind of request.
    model_metrics_sources: where the prices of models and their latencies are read from.
    agents: agents that are reached over HTTP.
    filters: services that may change requests and answers, or refuse them.
    endpoints: servers that prompt targets call, by name.
    prompt_targets: what a prompt may ask for, and the calls that do it.
    ratelimits: how many tokens may be used of a model.
    system_prompt: instructions for the model that words the answers of prompt targets.
    prompt_guards: what is looked for in prompts before they reach anything.
    state_storage: where answers are kept that later requests go on from. Unset, none is kept.
    tracing: telling a collector of requests.
    routing: how a request finds its preference, and a conversation stays with its model.
    failover: going on to another model when one fails.
    prompt_caching: using the caches of providers.
    signals: what is told of a conversation by its words.
    observability: what is recorded of requests.
    console: the console in the browser.
    overrides: what holds for everything.
    workers: processes that serve, `1` to `256`; `auto` is one for each core.
    """

    version: Version
    listeners: tuple[Listener, ...] = ()
    model_providers: tuple[ModelProvider, ...] = ()
    model_aliases: Mapping[str, Alias] = {}
    mode: Literal["llm", "prompt"] = "prompt"
    routing_preferences: tuple[Preference, ...] = ()
    model_metrics_sources: tuple[MetricsSource, ...] = ()
    agents: tuple[Agent, ...] = ()
    filters: tuple[Filter, ...] = ()
    endpoints: Mapping[EndpointName, NamedEndpoint] = {}
    prompt_targets: tuple[PromptTarget, ...] = ()
    ratelimits: tuple[RateLimit, ...] = ()
    system_prompt: Prose | None = None
    prompt_guards: PromptGuards | None = None
    state_storage: StateStorage | None = None
    tracing: Tracing = Tracing()
    routing: Routing = Routing()
    failover: Failover = Failover()
    prompt_caching: PromptCaching = PromptCaching()
    signals: Signals = Signals()
    observability: Observability = Observability()
    console: Console = Console()
    overrides: Overrides = Overrides()
    workers: Workers = 1

    @property
    def door(self) -> Listener:
        """The `model` listener, which every loaded config has."""
        return next(listener for listener in self.listeners if listener.type == "model")
