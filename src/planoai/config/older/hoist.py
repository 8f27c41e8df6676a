"""Preferences that older files keep inside an entry of `model_providers` -> the top-level list that newer ones have."""

import re

from msgspec import Struct, structs

from planoai.config.places import Place, Report, shown
from planoai.config.tree import Entry, Fields, Items, Node, Scalar

_KEY = "routing_preferences"
_SINCE = (0, 4, 0)  # from here on the list is at the top


def hoisted(root: Fields, report: Report) -> Fields:
    """Of files older than v0.4.0. A name that several entries have is one preference with all their models; one at the top already wins.

    What is not of the shape that the old list had stays where it is, for the check against the structs to tell.
    """
    providers = root.get("model_providers")
    top = root.get(_KEY)
    if not isinstance(providers, Items) or not _is_old(root.get("version")) or not _is_list(top):
        return root
    found = _Found(top.items if isinstance(top, Items) else (), report)
    kept = tuple(found.take(each, f"model_providers[{index}]") for index, each in enumerate(providers.items))
    if found.first is None:
        return root
    said = f"preferences inside an entry are deprecated, and read as ones of the top level; write them under `{_KEY}` there"
    report.warn(found.first.place, found.first_path, said)
    entries = []
    for entry in root.entries:
        if entry.key == "model_providers":
            entries.append(structs.replace(entry, value=structs.replace(providers, items=kept)))
        elif entry.key != _KEY:
            entries.append(entry)
    above = next((entry for entry in root.entries if entry.key == _KEY), found.first)
    if listed := found.listed():
        entries.append(structs.replace(above, value=Items(listed, above.value.place)))
    elif top is not None:
        entries.append(above)
    return structs.replace(root, entries=tuple(entries))


def version_of(text: str) -> tuple[int, int, int]:
    """`v0.4.0`, `0.1-beta` -> three numbers to compare; what is no number counts as 0."""
    parts = text.strip().removeprefix("v").partition("-")[0].split(".")
    numbers = [int(part) if re.fullmatch(r"[0-9]{1,9}", part) else 0 for part in parts]
    major, minor, patch = (*numbers, 0, 0, 0)[:3]
    return major, minor, patch


class _Gathered(Struct):
    """One preference: the first description there is, every model."""

    name: Entry
    description: Entry | None
    models: dict[str, Scalar]
    place: Place


class _Found:
    """What has been taken out of the entries so far."""

    def __init__(self, top: tuple[Node, ...], report: Report) -> None:
        self._top = top
        self._names = {_text(each.get("name")) for each in top if isinstance(each, Fields)}
        self._by_name: dict[str, _Gathered] = {}
        self._report = report
        self.first: Entry | None = None
        self.first_path = ""

    def listed(self) -> tuple[Node, ...]:
        return (*self._top, *map(_preference, self._by_name.values()))

    def take(self, provider: Node, path: str) -> Node:
        """The provider without its preferences."""
        inside = (
            next((each for each in provider.entries if each.key == _KEY), None)
            if isinstance(provider, Fields)
            else None
        )
        if inside is None or not isinstance(provider, Fields) or not _is_list(inside.value):
            return provider
        listed = inside.value.items if isinstance(inside.value, Items) else ()
        model = provider.get("model")
        if not isinstance(model, Scalar) or not all(map(_is_inline, listed)):
            return provider
        path = f"{path}.{_KEY}"
        self.first, self.first_path = self.first or inside, self.first_path or path
        if listed and model.text.partition("/")[2] == "*":
            said = f"{shown(model.text)} is a wildcard, which can have no preferences; write an entry for the model that is meant"
            self._report.problem(inside.place, path, said)
        else:
            for index, each in enumerate(listed):
                if isinstance(each, Fields):
                    self._add(each, model, f"{path}[{index}]")
        return structs.replace(provider, entries=tuple(each for each in provider.entries if each is not inside))

    def _add(self, inline: Fields, model: Scalar, path: str) -> None:
        name = next((each for each in inline.entries if each.key == "name"), None)
        text = _text(inline.get("name"))
        if name is None or not text:
            self._report.warn(inline.place, path, "a preference without a name is left out")
            return
        if text in self._names:
            said = f"{shown(text)} is in the top-level `{_KEY}` too, which wins; list {shown(model.text)} there if it is meant"
            self._report.warn(inline.place, path, said)
            return
        description = next((each for each in inline.entries if each.key == "description"), None)
        known = self._by_name.setdefault(text, _Gathered(name, description, {}, inline.place))
        known.models.setdefault(model.text, model)
        if known.description is None:
            known.description = description
        elif description is not None and _text(description.value) != _text(known.description.value):
            said = f"{shown(text)} is described in line {known.description.place.line} in other words, which are kept"
            self._report.warn(description.place, f"{path}.description", said)


def _preference(gathered: _Gathered) -> Fields:
    models = Entry("models", Items(tuple(gathered.models.values()), gathered.place), gathered.place)
    description = () if gathered.description is None else (gathered.description,)
    return Fields((gathered.name, *description, models), gathered.place)


def _is_old(version: Node | None) -> bool:
    """Whether the file says so: a variable may stand for any version."""
    return version is None or (
        isinstance(version, Scalar) and "$" not in version.text and version_of(version.text) < _SINCE
    )


def _is_list(node: Node | None) -> bool:
    return node is None or isinstance(node, Items) or (isinstance(node, Scalar) and node.kind == "null")


def _is_inline(node: Node) -> bool:
    return isinstance(node, Fields) and all(
        entry.key in {"name", "description"} and isinstance(entry.value, Scalar) for entry in node.entries
    )


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) and node.kind != "null" else ""
