"""Fields and values of the format that this version reads and does not serve yet, and where unknown keys are let pass.

One that is served is taken out here, and nothing else has to know of it.
"""

from collections.abc import Iterator, Mapping

from msgspec import NODEFAULT, Struct, structs

from planoai.config.located import Located
from planoai.config.places import Note
from planoai.config.schema import Config, Listener, MetricsSource, ModelProvider, Overrides

LATER: Mapping[type[Struct], frozenset[str]] = {
    Config: frozenset(
        {
            "agents", "console", "endpoints", "failover", "filters", "prompt_caching", "prompt_guards", "prompt_targets", "ratelimits", "routing",
            "routing_preferences", "state_storage", "system_prompt",
        }
    ),
    Listener: frozenset({"agents", "input_filters", "output_filters", "router"}),
    ModelProvider: frozenset({"balance", "endpoints"}),
    Overrides: frozenset(
        {
            "agent_orchestration_model", "llm_routing_model", "optimize_context_window", "orchestrator_model_context_length",
            "prompt_target_intent_matching_threshold", "use_agent_orchestrator",
        }
    ),
}  # fmt: skip

LATER_VALUES: Mapping[tuple[type[Struct], str], frozenset[str]] = {
    (Listener, "type"): frozenset({"agent", "prompt"}),
    (MetricsSource, "type"): frozenset({"latency"}),
}

# A key that no version knows is passed over here, with a warning: files that are in use have some.
OPEN: frozenset[type[Struct]] = frozenset({Overrides})


def served(shape: type[Struct], field: str) -> bool:
    """Whether what `field` says is done by this version. Nothing within a field that is not served is."""
    return field not in LATER.get(shape, frozenset())


def unserved(config: Config, at: Located) -> tuple[Note, ...]:
    """What the file asks for and this version does not do, in the order of the file. A field that says no more than its default asks for nothing.

    `config` as it was read: of structs that were changed since, `at` knows nothing.
    """
    owners: tuple[Struct, ...] = (
        config,
        *config.listeners,
        *config.model_providers,
        *config.model_metrics_sources,
        config.overrides,
    )
    return tuple(sorted(note for owner in owners for note in _of(owner, at)))


def _of(owner: Struct, at: Located) -> Iterator[Note]:
    shape = type(owner)
    if not at.is_written(owner):
        return
    told = [name for (of, name), values in LATER_VALUES.items() if of is shape and getattr(owner, name) in values]
    if told:  # the rest of it is a part of what is not served
        yield from (at.note(owner, name, _sentence(getattr(owner, name))) for name in told)
        return
    for field in structs.fields(shape):
        if not served(shape, field.name) and at.stands(owner, field.name) and _asks(owner, field):
            yield at.note(owner, field.name, _sentence(field.name))


def _asks(owner: Struct, field: structs.FieldInfo) -> bool:
    usual = field.default if field.default_factory is NODEFAULT else field.default_factory()
    return bool(getattr(owner, field.name) != usual)


def _sentence(name: str) -> str:
    return f"`{name}` is not served by this version yet"
