"""What is wrong with a question to Prometheus, going by the families that there are."""

import re
from collections.abc import Iterator

from planoai.names.metrics import FAMILIES, Family, Label

_BY_NAME = {family.name: family for family in FAMILIES}
_OF_PROMETHEUS = {"job", "instance", "service"}  # labels that it adds itself


def family(name: str) -> Family:
    """The one that has samples called `name`. Raises KeyError."""
    plain = re.sub(r"_(bucket|sum|count)$", "", name)
    return _BY_NAME[plain] if plain in _BY_NAME and _BY_NAME[plain].type == "histogram" else _BY_NAME[name]


def selected(expr: str) -> Iterator[tuple[Family, dict[str, tuple[str, ...]]]]:
    """Each family that `expr` reads, and the values that it wants of labels."""
    for name, braces in re.findall(r"\b((?:brightstaff|plano|process)_\w+)(?:\{([^}]*)\})?", expr):
        wanted = re.findall(r'(\w+)(?:=~|!~|!=|=)"([^"]*)"', braces)
        yield family(name), {label: tuple(values.split("|")) for label, values in wanted}


def problems(expr: str) -> Iterator[str]:
    labels: set[str] = {"le"}
    for found, wanted in selected(expr):
        known: dict[str, Label] = {label.name: label for label in found.labels}
        labels |= known.keys()
        for name, values in wanted.items():
            if name not in known.keys() | _OF_PROMETHEUS:
                yield f"{found.name} has no label {name}"
            elif name in known and known[name].values:
                yield from (f"{name} is never {value}" for value in values if value not in known[name].values)
    grouped = {each.strip() for names in re.findall(r"\bby \(([^)]*)\)", expr) for each in names.split(",")}
    yield from (f"nothing here has the label {name}" for name in grouped - labels)
