"""The configured models by every name a client may call them, and what is said when none fits."""

from collections.abc import Iterable, Mapping

from msgspec import structs

from planoai.errors import BadRequest, UnknownModel
from planoai.routing.plan import Candidate, Plan
from planoai.routing.target import Target
from planoai.table import suggestion

ANY = frozenset({"", "none", "auto", "default"})  # names by which a client leaves the choice to us

_MOST_PLANS = 1024  # kept; through wildcards clients may name any number of models


class Models:
    """Looks names up in the order alias, full name, label, bare model id, wildcard. A prefix never leads to another provider's model."""

    def __init__(
        self, targets: Iterable[Target], aliases: Mapping[str, str] = {}, default: Target | None = None
    ) -> None:
        self.targets = tuple(targets)
        self.aliases = dict(aliases)
        self.default = default
        self._wildcards = {_prefix(each.full_name): each for each in self.targets if each.model == "*"}
        self._named = {each.name: each for each in self.explicit} | {each.full_name: each for each in self.explicit}
        self._bare: dict[str, list[Target]] = {}
        for each in self.explicit:
            self._bare.setdefault(each.model, []).append(each)
        self._plans: dict[str, Plan] = {}  # by the name asked for: the same name, the same plan and targets

    @property
    def explicit(self) -> tuple[Target, ...]:
        """The targets that stand for one model each, in the order of the config."""
        return tuple(each for each in self.targets if each.model != "*")

    def plan(self, asked: str) -> Plan:
        """Raises UnknownModel, which names the closest names there are, and BadRequest where a model must be named and is not."""
        plan = self._plans.get(asked)
        if plan is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            plan = self._plans[asked] = Plan(asked, (self._choose(asked),))
        return plan

    def _choose(self, asked: str) -> Candidate:
        if alias := self.aliases.get(asked):
            return Candidate(self._find(alias), f"alias of {alias}")
        if asked in ANY and asked not in self._named:
            if self.default is None:
                raise BadRequest("no model is named and no default model is configured", param="model")
            return Candidate(self.default, "the default model")
        return Candidate(self._find(asked), "named by the client")

    def _find(self, name: str) -> Target:
        if target := self._named.get(name):
            return target
        if serving := self._bare.get(name):
            if len(serving) == 1:
                return serving[0]
            names = " and ".join(repr(each.name) for each in serving)
            raise UnknownModel(f"model {name!r} is served by {names}: name one of them", param="model")
        prefix, slash, model = name.partition("/")
        if slash and model and (wildcard := self._wildcards.get(prefix)):
            return structs.replace(wildcard, name=name, full_name=name, model=model)
        raise UnknownModel(f"model {name!r} is not configured{suggestion(name, self._known())}", param="model")

    def _known(self) -> list[str]:
        return [*self.aliases, *self._named, *self._bare]


def _prefix(full_name: str) -> str:
    return full_name.partition("/")[0]
