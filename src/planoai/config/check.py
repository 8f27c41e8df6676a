"""What only the whole file shows: names that refer to nothing, two of what there may be one of. One function a rule;
those of the listeners are in `doors`."""

from collections.abc import Callable, Sequence

from planoai.config import doors
from planoai.config.entry import is_wildcard, model_id, prefix
from planoai.config.located import Located
from planoai.config.lookup import Meaning, Names, canonical, fault
from planoai.config.places import shown
from planoai.config.schema import Config, ModelProvider
from planoai.names import FRAMING_FIELDS
from planoai.providers.catalog import PROVIDERS, find, serving
from planoai.table import suggestion

# Where a message goes is `http_host`'s to say, where it ends the HTTP layer's.
_HEADERS_OF_OURS = {"host"} | {field.decode() for field in FRAMING_FIELDS}


def check(config: Config, at: Located) -> None:
    """Adds what it finds to the report of `at`."""
    for rule in _RULES:
        rule(config, at)


def well_formed_models(config: Config, at: Located) -> None:
    for entry in config.model_providers:
        if not _well_formed(entry):
            wanted = "write `<provider>/<model id>`, such as `openai/gpt-4o`, or `<provider>/*`"
            at.problem(entry, "model", f"Invalid model name {at.shown(entry, 'model')}; {wanted}")


def names_to_ask_for(config: Config, at: Located) -> None:
    """What a request would be refused for naming is refused here."""
    for entry in config.model_providers:
        if wrong := fault(entry.model):
            at.problem(entry, "model", f"Invalid model name {at.shown(entry, 'model')}; {wrong}")
        elif wrong := fault(entry.name):
            at.problem(entry, "name", f"Invalid model_provider name {at.shown(entry, 'name')}; {wrong}")
    for alias in config.model_aliases:
        if wrong := fault(alias):
            at.problem(config, "model_aliases", f"Invalid alias {shown(alias)}; {wrong}")


def distinct_models(config: Config, at: Located) -> None:
    seen: set[str] = set()
    for entry in config.model_providers:
        full = canonical(entry.model)
        if full in seen:
            hint = "one wildcard of a provider is enough" if is_wildcard(entry) else "it is in the list already"
            at.problem(entry, "model", f"Duplicate model name {at.shown(entry, 'model')}; {hint}")
        seen.add(full)


def distinct_names(config: Config, at: Located) -> None:
    """A name is what the entry is listed and asked for by: it is no other entry's name, and no other entry's model."""
    owners: dict[str, ModelProvider] = {}
    models = {canonical(entry.model) for entry in config.model_providers}
    for entry in config.model_providers:
        name = canonical(entry.name)
        if name == canonical(entry.model):
            continue  # two entries of one model are another rule's
        owner = owners.setdefault(entry.name, entry)
        said = f"Duplicate model_provider name {at.shown(entry, 'name')}"
        if name in models:
            at.problem(entry, "name", f"{said}; it is the model of another entry")
        elif owner is not entry and owner.model == entry.model:
            at.problem(entry, "name", said)
        elif owner is not entry:
            at.problem(entry, "name", f"{said}; it is the name of {at.shown(owner, 'model')}")


def one_default(config: Config, at: Located) -> None:
    defaults = [entry for entry in config.model_providers if entry.default]
    for entry in defaults:
        if is_wildcard(entry):
            said = f"Default models cannot be wildcards; {at.shown(entry, 'model')} names no model to serve"
            at.problem(entry, "default", said)
    for entry in defaults[1:]:
        first = at.shown(defaults[0], "model")
        at.problem(entry, "default", f"there can be at most one default; {first} is one already")


def known_providers(config: Config, at: Located) -> None:
    """Where each entry's upstream is, and how to speak to it, must follow from its prefix or be written."""
    for entry in filter(_well_formed, config.model_providers):
        row = find(prefix(entry))
        if row is None or not row.own_prefix or (row.name != prefix(entry).lower() and entry.provider_interface):
            unsaid = entry.base_url is None or entry.provider_interface is None
            if unsaid and at.is_read(entry, "base_url", "provider_interface"):
                _unknown_prefix(entry, at)
            continue
        if entry.provider_interface is not None:
            said = f"Please provide provider interface as part of model name; {row.name} is one, and needs no other"
            at.problem(entry, "provider_interface", said)
        if row.needs_base_url and entry.base_url is None and at.is_read(entry, "base_url"):
            said = f"{row.name} requires 'base_url' to be set; it has no address that is right for everyone"
            at.problem(entry, "base_url", said)


def _unknown_prefix(entry: ModelProvider, at: Located) -> None:
    supported = [row.name for row in PROVIDERS.values() if row.own_prefix]
    near = suggestion(prefix(entry), supported)
    said = f"Must provide base_url and provider_interface for {at.shown(entry, 'model')}, whose prefix is no provider"
    hint = near if near.startswith("; did you mean") else ""
    at.problem(entry, "model", f"{said}{hint}; supported providers: {', '.join(supported)}")


def keys_to_sign_with(config: Config, at: Located) -> None:
    for entry in config.model_providers:
        row = serving(prefix(entry), entry.provider_interface)
        if entry.aws is None or row is None:
            continue
        if not row.seals:
            signers = ", ".join(each.name for each in PROVIDERS.values() if each.seals)
            at.problem(entry, "aws", f"{row.name} is not asked with AWS keys, only {signers} is; write `access_key`")
        elif entry.access_key is not None or entry.passthrough_auth:
            other = "access_key" if entry.access_key is not None else "passthrough_auth"
            at.problem(entry, "aws", f"there is `{other}` as well; leave out one of the two")


def no_headers_of_ours(config: Config, at: Located) -> None:
    for entry in config.model_providers:
        for name in sorted(_HEADERS_OF_OURS & {str(each) for each in entry.headers}):
            hint = "write it as `http_host`" if name == "host" else "the gateway writes it itself"
            at.problem(entry, "headers", f"must not hold {name}; {hint}")


def targets_of_aliases(config: Config, at: Located) -> None:
    if any(note.path.startswith("model_providers") for note in at.report.problems):
        return  # an entry that could not be read may be the target
    names = Names(config.model_providers)
    for alias, row in config.model_aliases.items():
        meanings = names.meanings(row.target)
        if not meanings:
            _no_such_target(alias, row.target in config.model_aliases, at.shown(row, "target"), config, at)
        elif len(meanings) > 1:
            said = f"{at.shown(row, 'target')} is ambiguous: {_models(meanings, at)} both have it; write one of them"
            at.problem(row, "target", said)


def _no_such_target(alias: str, is_alias: bool, target: str, config: Config, at: Located) -> None:
    available = ", ".join(at.shown(entry, "model") for entry in config.model_providers) or "none"
    hint = "an alias can not stand for another alias; " if is_alias else ""
    said = f"{target}, the target of the alias {shown(alias)}, is not defined as a model; {hint}available models: {available}"
    at.problem(config.model_aliases[alias], "target", said)


def something_to_serve(config: Config, at: Located) -> None:
    if not config.model_providers and not at.report.problems:
        at.warn(
            config, "model_providers", "there should be at least one LLM Provider; without any, no model can be served"
        )


def bare_ids_of_two(config: Config, at: Located) -> None:
    names = Names(config.model_providers)
    for bare in dict.fromkeys(map(model_id, config.model_providers)):
        meanings = names.meanings(bare)
        if len(meanings) > 1:
            said = f"{_models(meanings, at)} have the same model id; a request must give the full name"
            at.warn(meanings[-1].entry, "model", said)


def _models(meanings: Sequence[Meaning], at: Located) -> str:
    return " and ".join(at.shown(meaning.entry, "model") for meaning in meanings)


def _well_formed(entry: ModelProvider) -> bool:
    start, rest = prefix(entry), model_id(entry)
    return bool(start) and bool(rest) and start != "*" and not any(each.isspace() for each in entry.model)


_RULES: tuple[Callable[[Config, Located], None], ...] = (
    doors.one_model_listener,
    doors.distinct_listeners,
    doors.guards_with_nothing,
    doors.origins_to_allow,
    doors.client_keys_worth_having,
    well_formed_models,
    names_to_ask_for,
    distinct_models,
    distinct_names,
    one_default,
    known_providers,
    keys_to_sign_with,
    no_headers_of_ours,
    targets_of_aliases,
    something_to_serve,
    bare_ids_of_two,
)
