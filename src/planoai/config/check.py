"""What only the whole file shows. One function a rule, in `rules`; RULES is the one list of them, in the order in which they are asked."""

from collections.abc import Callable

from planoai.config.located import Located
from planoai.config.rules import doors, models, names
from planoai.config.schema import Config

Rule = Callable[[Config, Located], None]


def check(config: Config, at: Located) -> None:
    """Adds what it finds to the report of `at`."""
    for rule in RULES:
        rule(config, at)


# A rule skips what could not be read (`at.is_read`), raises nothing, and shows values by `at.shown` only.
RULES: tuple[Rule, ...] = (
    doors.one_model_listener,
    doors.ports_of_agents,
    doors.distinct_listeners,
    doors.guards_with_nothing,
    doors.origins_to_allow,
    doors.client_keys_worth_having,
    models.well_formed_models,
    names.names_to_ask_for,
    models.distinct_models,
    names.distinct_names,
    models.one_default,
    models.known_providers,
    models.keys_to_sign_with,
    models.no_headers_of_ours,
    names.targets_of_aliases,
    models.something_to_serve,
    names.bare_ids_of_two,
)
