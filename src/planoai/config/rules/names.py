"""What the whole file shows of its names: two that are the same, and those that refer to nothing. One function a rule."""

from planoai.config.entry import model_id, prefix
from planoai.config.located import Located
from planoai.config.lookup import Names, canonical, fault
from planoai.config.places import shown
from planoai.config.rules.references import is_ambiguous, models, names_of
from planoai.config.schema import Config, ModelProvider

_MOST_LISTED = 12
_OURS = frozenset({"arch-function", "plano-orchestrator", "plano/orchestrator"})


def names_to_ask_for(config: Config, at: Located) -> None:
    """What a request would be refused for naming is refused here."""
    for entry in config.model_providers:
        if wrong := fault(entry.model):
            at.problem(entry, "model", f"Invalid model name {at.shown(entry, 'model')}; {wrong}")
        elif wrong := fault(entry.name):
            at.problem(entry, "name", f"Invalid model_provider name {at.shown(entry, 'name')}; {wrong}")
    for alias in config.model_aliases:
        if wrong := fault(alias) if alias else "it is empty":
            at.problem(config, "model_aliases", f"Invalid alias {shown(alias)}; {wrong}")


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


def names_of_ours(config: Config, at: Located) -> None:
    """The models that choose and call are known by these, unless somebody serves one of them."""
    for entry in config.model_providers:
        is_one = prefix(entry).lower() == "plano" and entry.base_url is not None
        if entry.name != entry.model and entry.name.lower() in _OURS and not is_one:
            at.problem(entry, "name", f"{at.shown(entry, 'name')} is a name of Plano's own; write another")


def targets_of_aliases(config: Config, at: Located) -> None:
    names = names_of(config, at)
    if names is None:
        return
    available = _listed(config, at)
    for alias, row in config.model_aliases.items():
        meanings = names.meanings(row.target)
        if not meanings:
            hint = "an alias can not stand for another alias; " if row.target in config.model_aliases else ""
            said = f"{at.shown(row, 'target')}, the target of the alias {shown(alias)}, is not defined as a model"
            at.problem(row, "target", f"{said}; {hint}available models: {available}")
        elif is_ambiguous(meanings):
            said = f"{at.shown(row, 'target')} is ambiguous: {models(meanings, at)} both have it; write one of them"
            at.problem(row, "target", said)


def _listed(config: Config, at: Located) -> str:
    entries = list(dict.fromkeys(at.shown(entry, "model") for entry in config.model_providers))
    return ", ".join([*entries[:_MOST_LISTED], *(["..."] if entries[_MOST_LISTED:] else [])]) or "none"


def bare_ids_of_two(config: Config, at: Located) -> None:
    names = Names(config.model_providers)
    for bare in dict.fromkeys(map(model_id, config.model_providers)):
        meanings = names.meanings(bare)
        if len(meanings) > 1:
            said = f"{models(meanings, at)} have the same model id; a request must give the full name"
            at.warn(meanings[-1].entry, "model", said)
