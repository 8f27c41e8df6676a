"""What only the whole file shows. One function a rule, in `rules`; RULES is the one list of them, in the order in which they are asked."""

from collections.abc import Callable

from planoai.config.located import Located
from planoai.config.rules import calls, doors, limits, models, names, preferences, sources, variants, watching
from planoai.config.schema import Config

Rule = Callable[[Config, Located], None]


def check(config: Config, at: Located) -> None:
    """Adds what it finds to the report of `at`."""
    for rule in RULES:
        rule(config, at)


# A rule skips what could not be read (`at.is_read`), raises nothing, and shows values by `at.shown` only.
RULES: tuple[Rule, ...] = (
    doors.one_model_listener,
    doors.one_prompt_listener,
    doors.distinct_ports,
    doors.guards_with_nothing,
    doors.origins_to_allow,
    doors.client_keys_worth_having,
    calls.distinct_ids,
    calls.endpoints_of_targets,
    calls.distinct_targets,
    calls.one_default_target,
    calls.parameters_of_paths,
    watching.where_traces_go,
    watching.certificate_to_show,
    watching.options_of_signals,
    preferences.distinct_preferences,
    models.well_formed_models,
    names.names_to_ask_for,
    names.names_of_ours,
    models.distinct_models,
    names.distinct_names,
    models.one_default,
    models.known_providers,
    models.keys_to_sign_with,
    models.replicas_that_differ,
    models.no_headers_of_ours,
    calls.filters_that_are_there,
    calls.agents_that_are_there,
    calls.one_default_agent,
    names.targets_of_aliases,
    calls.endpoint_to_orchestrate,
    models.models_that_choose,
    models.something_to_serve,
    models.something_for_everyone,
    preferences.models_of_preferences,
    preferences.preferences_out_of_place,
    preferences.something_to_rank_by,
    preferences.something_to_count_by,
    preferences.routing_of_older_files,
    sources.one_source_of_each,
    sources.sources_that_have_it,
    limits.models_of_limits,
    limits.distinct_limits,
    watching.console_for_some,
    variants.what_each_type_takes,
    names.bare_ids_of_two,
)
