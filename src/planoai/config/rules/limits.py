"""What the whole file shows of its limits: of which model each is, and that there is one. One function a rule."""

from planoai.config.located import Located
from planoai.config.rules.references import names_of, not_one_model
from planoai.config.schema import Config


def models_of_limits(config: Config, at: Located) -> None:
    names = names_of(config, at)
    for limit in config.ratelimits:
        if names is not None and (wrong := not_one_model(limit.model, config, names, at)):
            at.problem(limit, "model", f"{at.shown(limit, 'model')} {wrong}")


def distinct_limits(config: Config, at: Located) -> None:
    if not at.is_read(config, "ratelimits"):
        return  # the place of an item in the list would not be its place in the file
    first: dict[tuple[str, str, str], int] = {}
    for index, limit in enumerate(config.ratelimits):
        same = first.setdefault((limit.model, limit.selector.key, limit.selector.value), index)
        if same != index:
            said = f"is for the same model and the same requests as ratelimits[{same}]; leave out one of the two"
            at.problem(config, f"ratelimits[{index}]", said)
