"""What the whole file shows of its preferences: the models they name, and what these are ranked by. One function a rule."""

from planoai.config.located import Located
from planoai.config.rules.references import line, names_of, not_one_model, repeated
from planoai.config.schema import Config

_RANKED_BY = {"cheapest": "cost", "fastest": "latency"}
_EXAMPLES = {"cost": "{type: cost, provider: models.dev}", "latency": "{type: latency, provider: internal}"}


def distinct_preferences(config: Config, at: Located) -> None:
    for each, first in repeated(config.routing_preferences, "name"):
        said = f"Duplicate routing preference name {at.shown(each, 'name')}; the first is in {line(first, 'name', at)}"
        at.problem(each, "name", said)


def models_of_preferences(config: Config, at: Located) -> None:
    names = names_of(config, at)
    for each in config.routing_preferences:
        if not at.is_read(each, "models"):
            continue
        if not each.models:
            at.problem(each, "models", "must hold a model at least")
        for index, name in enumerate(each.models):
            field = f"models[{index}]"
            if names is not None and (wrong := not_one_model(name, config, names, at)):
                at.problem(each, field, f"{at.shown(each, field)} {wrong}")


def something_to_rank_by(config: Config, at: Located) -> None:
    """Models of which nothing is known keep their order, and nobody would see that this is not what was asked for."""
    if not at.is_read(config, "model_metrics_sources"):
        return
    types = {source.type for source in config.model_metrics_sources}
    for each in config.routing_preferences:
        prefer = each.selection_policy.prefer
        wanted = _RANKED_BY.get(prefer)
        if wanted is not None and wanted not in types:
            said = f"prefer: {prefer} ranks the models by {wanted}, but no {wanted} metrics source is configured"
            hint = f"write `- {_EXAMPLES[wanted]}` under `model_metrics_sources`"
            at.problem(each.selection_policy, "prefer", f"{said}; {hint}")


def something_to_count_by(config: Config, at: Located) -> None:
    budget = config.routing.routing_budget
    if budget is None or not at.is_read(config, "model_metrics_sources"):
        return
    if not any(source.type == "cost" for source in config.model_metrics_sources):
        said = f"without prices nothing is counted; write `- {_EXAMPLES['cost']}` under `model_metrics_sources`"
        at.warn(config.routing, "routing_budget", said)


def preferences_out_of_place(config: Config, at: Located) -> None:
    """Those of older files are at the top level by now."""
    for entry in config.model_providers:
        if entry.routing_preferences:
            said = "preferences inside an entry do nothing since v0.4.0"
            hint = "write them under `routing_preferences` at the top level, each with its `models`"
            at.warn(entry, "routing_preferences", f"{said}; {hint}")


def routing_of_older_files(config: Config, at: Located) -> None:
    for field in ("llm_provider", "model"):
        if getattr(config.routing, field) is not None:
            at.warn(config.routing, field, "this has no effect; leave it out")
