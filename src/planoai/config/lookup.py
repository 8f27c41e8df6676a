"""What the name of a model means: which entry serves it, and as what. The one place that decides, for requests, aliases and lists alike. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct

from planoai.config.entry import is_wildcard, model_id
from planoai.config.schema import ModelProvider
from planoai.providers.catalog import find

LONGEST = 256  # characters of a name; what is longer names no model, and looking for one like it would take seconds
_LONGEST_TOLD = 80


class Meaning(Struct, frozen=True, eq=False):
    """`entry` serves it; `model` is what the upstream calls it, in a wildcard's place too."""

    entry: ModelProvider
    model: str


class Names:
    """Looks names up in the order label, full name, wildcard of the prefix, bare model id.

    Full names come before bare ids: `anthropic/x` is Anthropic's where its wildcard is configured, even if another provider has a model of that id.
    """

    def __init__(self, entries: Iterable[ModelProvider]) -> None:
        self._labels: dict[str, Meaning] = {}
        self._full: dict[str, Meaning] = {}
        self._wildcards: dict[str, ModelProvider] = {}
        bare: dict[str, list[Meaning]] = defaultdict(list)
        for entry in entries:
            meaning = Meaning(entry, model_id(entry))
            if is_wildcard(entry):
                self._wildcards.setdefault(_known_as(entry.model.partition("/")[0]), entry)
            else:
                self._labels.setdefault(entry.name, meaning)
                self._full.setdefault(canonical(entry.model), meaning)
                bare[meaning.model].append(meaning)
        self._bare = dict(bare)

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
        return self._bare.get(name, ())

    def known(self) -> list[str]:
        """Every name that means something, but for those that only a wildcard serves."""
        full = (meaning.entry.model for meaning in self._full.values())
        return list(dict.fromkeys((*self._labels, *full, *self._bare)))


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
