"""What the name of a model means: which entry serves it, and as what. The one place that decides, for requests, aliases and lists alike. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct

from planoai.config.entry import is_wildcard, model_id, prefix, provider_of
from planoai.config.schema import ModelProvider
from planoai.providers.catalog import find
from planoai.providers.registry import Registry

LONGEST = 256  # characters of a name; what is longer names no model, and looking for one like it would take seconds
_LONGEST_TOLD = 80


class Meaning(Struct, frozen=True, eq=False):
    """`entry` serves it; `model` is what the upstream calls it, in a wildcard's place too."""

    entry: ModelProvider
    model: str


class Hidden(Struct, frozen=True, eq=False):
    """By their bare ids, `models` of `entry` can not be asked for: they mean those of `other`."""

    entry: ModelProvider
    other: ModelProvider
    models: tuple[str, ...]


class Names:
    """Looks names up in the order label, full name, wildcard of the prefix, wildcard called so, bare model id.

    Full names come before bare ids: `anthropic/x` is Anthropic's where its wildcard is configured, even if another provider has a model of that id.
    A bare id that only wildcards have, as far as `registry` knows what they stand for, means the one of the first.

    `listed`: every model, with the name it is listed under, in the order of the entries and then of the registry. `hidden`: see there.
    """

    def __init__(self, entries: Iterable[ModelProvider], registry: Registry | None = None) -> None:
        entries = tuple(entries)
        self._labels: dict[str, Meaning] = {}
        self._full: dict[str, Meaning] = {}
        self._wildcards: dict[str, ModelProvider] = {}
        self._called: dict[str, ModelProvider] = {}  # wildcards by the prefix of their names
        bare: dict[str, list[Meaning]] = defaultdict(list)
        for entry in entries:
            meaning = Meaning(entry, model_id(entry))
            if is_wildcard(entry):
                self._wildcards.setdefault(_known_as(prefix(entry)), entry)
                self._called.setdefault(called(entry), entry)
            else:
                self._labels.setdefault(entry.name, meaning)
                self._full.setdefault(canonical(entry.model), meaning)
                bare[meaning.model].append(meaning)
        self._bare = dict(bare)
        self._expanded: dict[str, Meaning] = {}  # by the bare ids that no entry has by itself
        self.listed: list[tuple[str, Meaning]] = []
        self.hidden: list[Hidden] = []
        for entry in entries:
            if not is_wildcard(entry):
                self.listed.append((entry.name, Meaning(entry, model_id(entry))))
            elif registry is not None:
                self._expand(entry, registry)

    def _expand(self, entry: ModelProvider, registry: Registry) -> None:
        """A model that is configured by itself is listed as that, and not once more."""
        taken: dict[int, list[Meaning]] = defaultdict(list)  # by the entry that has the bare id
        for each in registry.of(prefix(entry), provider_of(entry)):
            meaning, name = Meaning(entry, each.id), f"{called(entry)}/{each.id}"
            if canonical(f"{prefix(entry)}/{each.id}") in self._full or self._means_other(name, entry):
                continue
            self.listed.append((name, meaning))
            owner = self._bare[each.id][0] if each.id in self._bare else self._expanded.setdefault(each.id, meaning)
            if owner.entry is not entry:
                taken[id(owner.entry)].append(owner)
        for owners in taken.values():
            self.hidden.append(Hidden(entry, owners[0].entry, tuple(each.model for each in owners)))

    def _means_other(self, name: str, entry: ModelProvider) -> bool:
        meanings = self.meanings(name)
        return len(meanings) != 1 or meanings[0].entry is not entry

    def has_label(self, name: str) -> bool:
        """Whether an entry is listed under just this name."""
        return name in self._labels

    def meanings(self, name: str) -> Sequence[Meaning]:
        """One where `name` is served, none where it is not, several where it is a model id that several entries have."""
        full = canonical(name)
        if one := self._labels.get(name) or self._full.get(full):
            return (one,)
        prefix, _, model = full.partition("/")
        wildcard = self._wildcards.get(prefix)
        if wildcard is not None and model not in {"", "*"}:
            return (Meaning(wildcard, model),)
        for start, entry in self._called.items():
            if name.startswith(f"{start}/") and (model := name[len(start) + 1 :]) not in {"", "*"}:
                return (Meaning(entry, model),)
        if one := self._expanded.get(name):
            return (one,)
        return self._bare.get(name, ())

    def known(self) -> list[str]:
        """Every name that means something, but for those that only a wildcard serves and no registry knows."""
        full = (meaning.entry.model for meaning in self._full.values())
        return list(dict.fromkeys((*self._labels, *full, *self._bare, *self._expanded)))


def called(wildcard: ModelProvider) -> str:
    """What the names of a wildcard's models begin with: its own name, without the star."""
    return wildcard.name.removesuffix("*").removesuffix("/") or prefix(wildcard)


def fault(name: str) -> str | None:
    """Why nothing can be called `name`, as the end of a sentence; to be asked before anything is done with a name."""
    if len(name) > LONGEST:
        return f"it is longer than {LONGEST} characters"
    return None if name.isprintable() else "it must be one line of printable text"


def cut(name: str) -> str:
    """`name` as a message tells it: quoted, and not too long to read."""
    return repr(name if len(name) <= _LONGEST_TOLD else f"{name[:_LONGEST_TOLD]}...")


def canonical(full_name: str) -> str:
    """`full_name` with its provider by its own name: the same for `Claude/x` and `anthropic/x`. The model id is taken as it is."""
    prefix, slash, model = full_name.partition("/")
    return f"{_known_as(prefix)}/{model}" if slash else full_name


def _known_as(prefix: str) -> str:
    row = find(prefix)
    return prefix.lower() if row is None else row.name
