"""Keys and values of the format that this version does not serve yet. One that is served moves from here to `schema`."""

from collections.abc import Mapping

from msgspec import Struct

from planoai.config.schema import Config, Listener, ListenerTimeouts, ModelProvider, ProviderTimeouts

LATER: Mapping[type[Struct], frozenset[str]] = {
    Config: frozenset(
        {
            "agents", "console", "endpoints", "failover", "filters", "mode", "model_metrics_sources", "observability", "overrides",
            "prompt_guards", "prompt_targets", "ratelimits", "routing", "routing_preferences", "signals", "state_storage", "system_prompt",
            "tracing", "workers",
        }
    ),
    Listener: frozenset(
        {"agents", "client_keys", "input_filters", "max_retries", "output_filters", "router", "shutdown_timeout", "tls"}
    ),
    ListenerTimeouts: frozenset(),
    ModelProvider: frozenset({"balance", "endpoints", "price", "routing_preferences"}),
    ProviderTimeouts: frozenset(),
}  # fmt: skip

LATER_VALUES: Mapping[tuple[type[Struct], str], frozenset[str]] = {(Listener, "type"): frozenset({"agent", "prompt"})}
