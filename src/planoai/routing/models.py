"""Which configured model serves the name that a client gave, and what is said when none does."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import structs

from planoai.config.entry import prefix
from planoai.config.lookup import Hidden, Meaning, Names, called, cut, fault
from planoai.config.schema import ModelProvider
from planoai.errors import BadRequest, UnknownModel
from planoai.providers.registry import Registry
from planoai.routing.plan import Candidate, Plan
from planoai.routing.target import Target, target_of
from planoai.table import suggestion

ANY = frozenset({"", "none", "auto", "default", "--"})  # names by which a client leaves the choice to us

_MOST_PLANS = 1024  # kept; through wildcards clients may name any number of models


class Models:
    """Aliases come first, then the names of the entries themselves. `aliases` tells the target of each.

    `targets` are those of the entries, in their order; `default` the one for clients that name none. `listed` are those of one model each: of the
    entries, and of what their wildcards stand for as far as `registry` knows it. `hidden`: what can not be asked for by its bare id.
    """

    def __init__(
        self, entries: Iterable[ModelProvider], aliases: Mapping[str, str] = {}, registry: Registry | None = None
    ) -> None:
        self.targets = tuple(map(target_of, entries))
        self.default = next((each for each in self.targets if each.entry.default), None)
        self.aliases = dict(aliases)
        self._names = Names((each.entry for each in self.targets), registry)
        self._of = {id(each.entry): each for each in self.targets}  # by identity: no entry is in two targets
        self._plans: dict[str, Plan] = {}  # by the name asked for: the same name, the same plan and targets
        self.listed = tuple(self._target(name, meaning) for name, meaning in self._names.listed)

    @property
    def hidden(self) -> Sequence[Hidden]:
        return self._names.hidden

    def plan(self, asked: str) -> Plan:
        """Raises UnknownModel, which names the closest names there are, and BadRequest for no name where one is needed and for what can be none."""
        plan = self._plans.get(asked)
        if plan is None:
            if wrong := fault(asked):
                raise BadRequest(f"{cut(asked)} is not the name of a model: {wrong}", param="model")
            plan = Plan((Candidate(self._choose(asked)),))
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            self._plans[asked] = plan
        return plan

    def _choose(self, asked: str) -> Target:
        if alias := self.aliases.get(asked):
            return self._find(alias)
        if asked in ANY and not self._names.has_label(asked):
            if self.default is None:
                raise BadRequest("no model is named and no default model is configured", param="model")
            return self.default
        return self._find(asked)

    def _find(self, name: str) -> Target:
        match self._names.meanings(name):
            case [meaning]:
                return self._target(name, meaning)
            case []:
                near = suggestion(name, dict.fromkeys((*self.aliases, *self._names.known())))
                raise UnknownModel(f"model {cut(name)} is not configured{near}", param="model")
            case several:
                names = " and ".join(cut(meaning.entry.name) for meaning in several)
                raise UnknownModel(f"model {cut(name)} is served by {names}: name one of them", param="model")

    def _target(self, name: str, meaning: Meaning) -> Target:
        target = self._of[id(meaning.entry)]
        if target.model == meaning.model:
            return target
        if name == meaning.model:  # a bare id
            name = f"{called(meaning.entry)}/{name}"
        return structs.replace(
            target, name=name, full_name=f"{prefix(meaning.entry)}/{meaning.model}", model=meaning.model
        )
