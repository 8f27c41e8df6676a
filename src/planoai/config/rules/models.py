"""What the whole file shows of its models: where each is, and how it is spoken to. One function a rule."""

from planoai.config.entry import is_wildcard, prefix
from planoai.config.located import Located
from planoai.config.lookup import canonical
from planoai.config.rules.references import is_well_formed, names_of, not_one_model
from planoai.config.schema import Config, ModelProvider
from planoai.names import FRAMING_FIELDS
from planoai.providers.catalog import PROVIDERS, find, serving
from planoai.table import suggestion

# Where a message goes is `http_host`'s to say, where it ends the HTTP layer's.
_HEADERS_OF_OURS = {"host"} | {field.decode() for field in FRAMING_FIELDS}

_BY_PLANO = ("plano/", "plano-", "arch-")  # how the names of models begin that are made for choosing and calling


def well_formed_models(config: Config, at: Located) -> None:
    for entry in config.model_providers:
        if not is_well_formed(entry):
            wanted = "write `<provider>/<model id>`, such as `openai/gpt-4o`, or `<provider>/*`"
            at.problem(entry, "model", f"Invalid model name {at.shown(entry, 'model')}; {wanted}")


def distinct_models(config: Config, at: Located) -> None:
    seen: set[str] = set()
    for entry in config.model_providers:
        full = canonical(entry.model)
        if full in seen and is_wildcard(entry):
            _check_asked_for(entry, at)
        elif full in seen:
            at.problem(entry, "model", f"Duplicate model name {at.shown(entry, 'model')}; it is in the list already")
        seen.add(full)


def _check_asked_for(entry: ModelProvider, at: Located) -> None:
    """Of a wildcard before which one of the same provider stands, which has the names that begin with the provider's."""
    if canonical(entry.name) == canonical(entry.model):
        said = f"{at.shown(entry, 'model')} stands for nothing: one before it is asked for every model of the provider"
        at.warn(entry, "model", f"{said}; give it a `name`, and its models are asked for by `<name>/<model id>`")


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
    for entry in filter(is_well_formed, config.model_providers):
        row = find(prefix(entry))
        if row is None or not row.own_prefix or (row.name != prefix(entry).lower() and entry.provider_interface):
            unsaid = not _has_address(entry) or entry.provider_interface is None
            if unsaid and at.is_read(entry, "base_url", "provider_interface", "endpoints"):
                _unknown_prefix(entry, at)
            continue
        if entry.provider_interface is not None:
            said = f"Please provide provider interface as part of model name; {row.name} is one, and needs no other"
            at.problem(entry, "provider_interface", said)
        if row.needs_base_url and not _has_address(entry) and at.is_read(entry, "base_url", "endpoints"):
            said = f"{row.name} requires 'base_url' to be set; it has no address that is right for everyone"
            at.problem(entry, "base_url", said)


def _has_address(entry: ModelProvider) -> bool:
    """One of its own, or one for each of its replicas."""
    return entry.base_url is not None or (bool(entry.endpoints) and all(each.base_url for each in entry.endpoints))


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


def replicas_that_differ(config: Config, at: Located) -> None:
    for entry in config.model_providers:
        if not entry.endpoints or not at.is_read(entry, "endpoints"):
            continue
        for index, each in enumerate(entry.endpoints):
            alike = each.base_url is None and each.access_key is None
            if alike and at.is_read(each, "base_url", "access_key"):
                at.problem(entry, f"endpoints[{index}]", "must have a `base_url` or an `access_key` of its own")
        if entry.base_url is not None and all(each.base_url is not None for each in entry.endpoints):
            said = "nothing is sent there: each of the `endpoints` has a `base_url` of its own; leave this one out"
            at.problem(entry, "base_url", said)


def no_headers_of_ours(config: Config, at: Located) -> None:
    for entry in config.model_providers:
        for name in sorted(_HEADERS_OF_OURS & {str(each) for each in entry.headers}):
            hint = "write it as `http_host`" if name == "host" else "the gateway writes it itself"
            at.problem(entry, f"headers.{name}", f"must not stand here; {hint}")


def something_to_serve(config: Config, at: Located) -> None:
    if not config.model_providers and not at.report.problems:
        at.warn(
            config, "model_providers", "there should be at least one LLM Provider; without any, no model can be served"
        )


def something_for_everyone(config: Config, at: Located) -> None:
    """A file of wildcards alone is for clients that name their models."""
    entries = config.model_providers
    if config.routing_preferences or all(map(is_wildcard, entries)) or any(entry.default for entry in entries):
        return
    said = "no model is the default: requests that name none get a 400; write `default: true` in the entry of one"
    at.warn(config, "model_providers", said)


def models_that_choose(config: Config, at: Located) -> None:
    overrides = config.overrides
    for field in ("llm_routing_model", "agent_orchestration_model"):
        name = str(getattr(overrides, field))
        names = None if name.lower().startswith(_BY_PLANO) else names_of(config, at)
        if names is not None and (wrong := not_one_model(name, config, names, at)):
            at.problem(overrides, field, f"{at.shown(overrides, field)} is no model of Plano's own, and {wrong}")
