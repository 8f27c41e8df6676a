"""Keys and values of the format that this version does not serve yet, and where others are let pass. One that is served moves to `schema`."""

from collections.abc import Mapping

from msgspec import Struct

from planoai.config.schema import (
    Aws,
    Config,
    Cors,
    Listener,
    ListenerTimeouts,
    ListenerTls,
    ModelProvider,
    Overrides,
    ProviderTimeouts,
)

LATER: Mapping[type[Struct], frozenset[str]] = {
    Config: frozenset(
        {
            "agents", "console", "endpoints", "failover", "filters", "mode", "model_metrics_sources", "observability",
            "prompt_guards", "prompt_targets", "ratelimits", "routing", "routing_preferences", "signals", "state_storage", "system_prompt",
            "tracing",
        }
    ),
    Listener: frozenset({"agents", "input_filters", "output_filters", "router"}),
    ListenerTimeouts: frozenset(),
    ListenerTls: frozenset(),
    Cors: frozenset(),
    ModelProvider: frozenset({"balance", "endpoints", "price", "routing_preferences"}),
    Aws: frozenset(),
    ProviderTimeouts: frozenset(),
    Overrides: frozenset(
        {
            "agent_orchestration_model", "disable_signals", "llm_routing_model", "optimize_context_window", "orchestrator_model_context_length",
            "prompt_target_intent_matching_threshold", "use_agent_orchestrator",
        }
    ),
}  # fmt: skip

LATER_VALUES: Mapping[tuple[type[Struct], str], frozenset[str]] = {(Listener, "type"): frozenset({"agent", "prompt"})}

# A key that no version knows is passed over here, with a warning: files that are in use have some.
OPEN: frozenset[type[Struct]] = frozenset({Overrides})
