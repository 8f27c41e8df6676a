"""What a name in one place of the file refers to in another, and how a message says what there is. Shared by the rules."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct

from planoai.config.entry import model_id, prefix
from planoai.config.located import Located
from planoai.config.lookup import Meaning, Names, canonical
from planoai.config.places import is_secret
from planoai.config.schema import Config, ModelProvider
from planoai.table import suggestion

Owner = TypeVar("Owner", bound=Struct)

_LONGEST_OFFERED = 80  # characters
_MOST_HINTS = 50  # problems after which no more names are compared, which takes its time


def names_of(config: Config, at: Located) -> Names | None:
    """None where an entry, or what it is called, could not be read: it may be the one that is meant."""
    entries = config.model_providers
    if not at.is_read(config, "model_providers") or any(note.path == "llm_providers" for note in at.report.problems):
        return None
    whole = all(is_well_formed(entry) and at.is_read(entry, "name") for entry in entries)
    return Names(entries) if whole else None


def is_well_formed(entry: ModelProvider) -> bool:
    start, rest = prefix(entry), model_id(entry)
    return bool(start) and bool(rest) and start != "*" and not any(each.isspace() for each in entry.model)


def not_one_model(name: str, config: Config, names: Names, at: Located) -> str | None:
    """Why `name` does not say which model is meant, as the end of a sentence that begins with it."""
    meanings = names.meanings(name)
    if is_ambiguous(meanings):
        return f"is ambiguous: {models(meanings, at)} both have it; write one of them"
    if meanings:
        return None
    hint = ""
    if name in config.model_aliases:
        hint = "; an alias can not stand here"
    elif name.endswith("/*"):
        hint = "; `*` is no model that could be asked"
    return f"is not declared in model_providers{hint}{offered(name, _of_one(names), at)}"


def _of_one(names: Names) -> Iterator[str]:
    for name in names.known():
        if not is_ambiguous(names.meanings(name)):
            yield name


def is_ambiguous(meanings: Sequence[Meaning]) -> bool:
    """One model that is in the list twice is one."""
    return len({canonical(meaning.entry.model) for meaning in meanings}) > 1


def models(meanings: Sequence[Meaning], at: Located) -> str:
    return " and ".join(at.shown(meaning.entry, "model") for meaning in meanings)


def offered(name: str, known: Iterable[str], at: Located) -> str:
    """The end of a sentence about a wrong name: a near one, or what there is, but for what may be a credential."""
    if len(at.report.problems) >= _MOST_HINTS:
        return ""
    hidden = {value for value, _ in at.expanded.values()}
    told = (each for each in known if len(each) <= _LONGEST_OFFERED and each not in hidden and not is_secret(each))
    return suggestion(name if len(name) <= _LONGEST_OFFERED else "", dict.fromkeys(told))


def repeated(items: Iterable[Owner], field: str) -> Iterator[tuple[Owner, Owner]]:
    """Each item whose `field` says what that of an earlier one says, and the first of these."""
    first: dict[object, Owner] = {}
    for each in items:
        other = first.setdefault(getattr(each, field), each)
        if other is not each:
            yield each, other


def line(owner: Struct, field: str, at: Located) -> str:
    """`line 12`: where `field` stands."""
    return f"line {at.note(owner, field, '').place.line}"
