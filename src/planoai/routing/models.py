"""The configured models by every name a client may call them, and what is said when none fits."""

from collections.abc import Iterable, Mapping

from msgspec import structs

from planoai.errors import BadRequest, UnknownModel
from planoai.routing.plan import Candidate, Plan
from planoai.routing.target import Target
from planoai.table import suggestion

ANY = frozenset({"", "none", "auto", "default"})  # names by which a client leaves the choice to us

_MOST_MET = 1024  # models kept that were met through wildcards: clients may name any number


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
        self._met: dict[str, Target] = {}  # through a wildcard: kept, so that all that is known of a target stays known

    @property
    def explicit(self) -> tuple[Target, ...]:
        """The targets that stand for one model each, in the order of the config."""
        return tuple(each for each in self.targets if each.model != "*")

    def plan(self, asked: str) -> Plan:
        """Raises UnknownModel, which names the closest names there are, and BadRequest where a model must be named and is not."""
        if asked in self.aliases:
            return Plan(asked, (Candidate(self._find(self.aliases[asked]), f"alias of {self.aliases[asked]}"),))
        if asked in ANY and asked not in self._named:
            if self.default is None:
                raise BadRequest("no model is named and no default model is configured", param="model")
            return Plan(asked, (Candidate(self.default, "the default model"),))
        return Plan(asked, (Candidate(self._find(asked), "named by the client"),))

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
            return self._meet(name, model, wildcard)
        raise UnknownModel(f"model {name!r} is not configured{suggestion(name, self._known())}", param="model")

    def _meet(self, name: str, model: str, wildcard: Target) -> Target:
        met = self._met.get(name)
        if met is None:
            if len(self._met) >= _MOST_MET:
                self._met.clear()
            met = self._met[name] = structs.replace(wildcard, name=name, full_name=name, model=model)
        return met

    def _known(self) -> list[str]:
        return [*self.aliases, *self._named, *self._bare]


def _prefix(full_name: str) -> str:
    return full_name.partition("/")[0]
