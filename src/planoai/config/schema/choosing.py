"""How a model is chosen, what happens when it fails, and what is kept from one request of a conversation to the next."""

from collections.abc import Mapping
from typing import Literal, get_args

from msgspec import Struct

from planoai.config.kinds import (
    Attempts,
    Count,
    Duration,
    Entries,
    FilePath,
    HeaderName,
    Percent,
    Prose,
    RedisUrl,
    Share,
    Text,
    Url,
)

FailOn = Literal["connect", "timeout", "408", "409", "429", "5xx", "context", "quota", "stream_error"]
ALL_FAILURES: tuple[FailOn, ...] = get_args(FailOn)


class SelectionPolicy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of the models of a preference comes first.

    prefer: `cheapest` and `fastest` go by `model_metrics_sources`, a model of which nothing is known last; `none` keeps the order of the list.
    """

    prefer: Literal["cheapest", "fastest", "none"]


class Preference(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The models for one kind of request.

    name: what the kind is called.
    description: which requests are of it, in words that the router chooses by.
    models: those that serve it, the first that can first: the `name` of a provider, a full `<provider>/<model id>`, or a model id.
    selection_policy: whether another order is better.
    examples: requests of this kind as people write them, for the routers `embedded` and `lexical`.
    """

    name: str
    description: Prose
    models: tuple[Text, ...]
    selection_policy: SelectionPolicy = SelectionPolicy(prefer="none")
    examples: tuple[Prose, ...] = ()


class MetricsSource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the prices of models, or their latencies, are read from. One source of each type at most.

    type: what is read there.
    provider: who has it. `digitalocean`, `models.dev` and `file` have prices, `prometheus` and `internal`, the gateway's own measurements, latencies.
    url: where it is. `prometheus` needs it; of the others it replaces the usual address.
    path: the file to read.
    query: a query whose answer is an instant vector, its values labelled `model_name`.
    refresh_interval: seconds until it is read again. Unset, it is read once.
    model_aliases: names of models there, each with the name that the model has here.
    """

    type: Literal["cost", "latency"]
    provider: Literal["digitalocean", "models.dev", "file", "prometheus", "internal"]
    url: Url | None = None
    path: FilePath | None = None
    query: Prose | None = None
    refresh_interval: Count | None = None
    model_aliases: Mapping[str, Text] = {}


class SessionCache(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where it is kept which model a conversation has.

    type: `memory` is forgotten when the gateway stops, `sqlite` stays on this machine, `redis` is shared by several gateways.
    url: where Redis is, `redis://` or `rediss://`, as `$VARIABLE` or as it is.
    tenant_header: the header of a request by whose value conversations are kept apart.
    """

    type: Literal["memory", "sqlite", "redis"] = "memory"
    url: RedisUrl | None = None
    tenant_header: HeaderName | None = None

    def __repr__(self) -> str:
        return f"SessionCache({self.type})"  # its URL may hold a password, and a repr ends up in logs


class RoutingBudget(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changing the model within a conversation may cost, since another model has nothing of it in its cache. Needs a source of type `cost`.

    max_switch_spend_pct: of what the conversation has cost so far, how much may go into changes, in percent.
    replenish_on_rebind: whether the count begins anew when the conversation is bound to another model.
    cache_read_discount: what a token that is read from a cache costs, as a share of its usual price, where the price list does not say.
    record_counterfactual: whether it is also recorded what the conversation would have cost without any change.
    """

    max_switch_spend_pct: Percent
    replenish_on_rebind: bool = True
    cache_read_discount: Share = 0.1
    record_counterfactual: bool = False


class Routing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a request finds its preference, and how a conversation stays with its model.

    session_ttl_seconds: seconds after its last request until it is forgotten which model a conversation has.
    session_max_entries: of how many conversations it is known, `1` to `10000`; the one that was longest without a request is forgotten first.
    session_cache: where it is kept.
    router: what chooses the preference. `model`: the routing model; `embedded`: a model on this machine; `lexical`: the words of the request;
        `auto`: the first of these that can be had.
    timeout: how long the routing model may take; after that the request goes where it would without preferences.
    threshold: the likeness from which the router `embedded` takes a preference. Unset, one that was found by measuring.
    session_headers: headers of a request that name its conversation; the first that is there counts.
    route_on_user_only: choose anew only when the user has said something, not after the results of tools.
    routing_budget: what changing the model within a conversation may cost. Unset, it is not counted.
    llm_provider: of older files; has no effect.
    model: of older files; has no effect.
    """

    session_ttl_seconds: Count = 600
    session_max_entries: Entries = 10_000
    session_cache: SessionCache = SessionCache()
    router: Literal["auto", "model", "embedded", "lexical"] = "auto"
    timeout: Duration = 2.0
    threshold: Share | None = None
    session_headers: tuple[HeaderName, ...] = ("x-model-affinity",)
    route_on_user_only: bool = False
    routing_budget: RoutingBudget | None = None
    llm_provider: str | None = None
    model: str | None = None


class Breaker(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a model is left out because it fails too often: by itself for each provider and model, from five requests on.

    window: the time that is looked back on.
    errors: the share of its requests that must have failed.
    open_for: how long it is then left out, until one request tries it again.
    """

    window: Duration = 30.0
    errors: Share = 0.5
    open_for: Duration = 30.0


class Hedge(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Asking a second model when the first one takes long; whoever answers first serves the request.

    after: how long the first may be silent. Unset, no second one is asked.
    max_share: the share of all requests that may be asked twice.
    """

    after: Duration | None = None
    max_share: Share = 0.05


class Failover(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Going on to the next model of a preference, or the next endpoint of a model, when one fails before anything went to the client.

    enabled: whether it is done.
    attempts: models and endpoints that are asked for one request in all, `1` to `10`.
    on: after what it is done. Unset, after all of them.
    breaker: when a model is left out.
    hedge: when a second model is asked.
    """

    enabled: bool = True
    attempts: Attempts = 3
    on: tuple[FailOn, ...] = ALL_FAILURES
    breaker: Breaker = Breaker()
    hedge: Hedge = Hedge()


class PromptCaching(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Using the caches of providers, which make what was sent before cheaper.

    enabled: whether anything of it is done.
    session_affinity: keep a conversation with its model, even where its client names no conversation.
    inject_cache_control: mark what can be kept, for providers that only keep what is marked.
    min_prefix_tokens: leave shorter requests alone.
    session_ttl_seconds: seconds after its last request until a conversation is forgotten. Unset, `routing.session_ttl_seconds`.
    """

    enabled: bool = False
    session_affinity: bool = True
    inject_cache_control: bool = True
    min_prefix_tokens: Count = 1024
    session_ttl_seconds: Count | None = None
