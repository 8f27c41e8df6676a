"""The tables of docs/observability.md, made from the names that the program uses: `python -m tests.docs.telemetry` writes them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from planoai.names.attributes import ATTRIBUTES
from planoai.names.instruments import INSTRUMENTS
from planoai.names.metrics import FAMILIES, Label
from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "observability.md"


def made(page: str) -> str:
    """`page` with each table below the comment that names it."""

    def below(match: re.Match[str]) -> str:
        return f"<!-- {match[1]} -->\n\n" + "\n".join(TABLES[match[1]]()) + "\n"

    return re.sub(
        rf"^<!-- ({'|'.join(TABLES)}) -->\n(?:\n\|.*?\n(?=\n|\Z))?", below, page, flags=re.DOTALL | re.MULTILINE
    )


def _attributes() -> Iterator[str]:
    spans = ((each.name, each.kind, each.on, each.meaning) for each in ATTRIBUTES if "signal event" not in each.on)
    return _table(
        ("attribute", "type", "on", "meaning"),
        ((f"`{name}`", kind, ", ".join(on), text) for name, kind, on, text in spans),
    )


def _of_signals() -> Iterator[str]:
    events = (each for each in ATTRIBUTES if "signal event" in each.on)
    return _table(("attribute", "type", "meaning"), ((f"`{each.name}`", each.kind, each.meaning) for each in events))


def _families() -> Iterator[str]:
    rows = (
        (f"`{each.name}`", each.type, _several(label.name for label in each.labels), each.help) for each in FAMILIES
    )
    return _table(("family", "type", "labels", "what it tells"), rows)


def _labels() -> Iterator[str]:
    """A label that is called the same in several families stands once for each set of values."""
    labels = dict.fromkeys(label for family in FAMILIES for label in family.labels)
    rows = ((f"`{each.name}`", _where(each), _several(each.values) or each.says) for each in labels)
    return _table(("label", "of", "values"), rows)


def _where(label: Label) -> str:
    families = [family.name for family in FAMILIES if label in family.labels]
    named = [each for each in FAMILIES if label.name in {its.name for its in each.labels}]
    return "every family that has it" if len(families) == len(named) else _several(families)


def _buckets() -> Iterator[str]:
    by_bounds: dict[tuple[float, ...], list[str]] = {}
    for family in FAMILIES:
        if family.buckets:
            by_bounds.setdefault(family.buckets, []).append(family.name)
    rows = (
        (_several(names), " ".join(str(int(bound)) if bound.is_integer() else str(bound) for bound in bounds))
        for bounds, names in by_bounds.items()
    )
    return _table(("histogram", "upper limits"), rows)


def _instruments() -> Iterator[str]:
    return _table(
        ("instrument", "unit", "what it tells"),
        ((f"`{each.name}`", f"`{each.unit}`", each.says) for each in INSTRUMENTS),
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _several(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


TABLES: Mapping[str, Callable[[], Iterator[str]]] = {
    "attributes": _attributes,
    "signal events": _of_signals,
    "families": _families,
    "labels": _labels,
    "buckets": _buckets,
    "instruments": _instruments,
}


if __name__ == "__main__":
    PAGE.write_text(made(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
