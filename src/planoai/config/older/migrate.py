"""Older forms of the file -> the newest, so that the rest of the code knows one. Each says, as a warning, what to write instead."""

from collections.abc import Callable

from msgspec import structs

from planoai.config.older.hoist import hoisted
from planoai.config.places import Report
from planoai.config.tree import Entry, Fields, Items, Node, Scalar
from planoai.table import suggestion

NEWEST = "v0.4.0"
_OLDER = frozenset({"v0.1", "v0.1.0", "0.1-beta", "0.2.0", "v0.3.0"})
OLD_DOORS = {"egress_traffic": "model", "ingress_traffic": "prompt"}


def updated(root: Fields, report: Report) -> Fields:
    """The file as it would be written today: every older form is the newest, and all that it says is still there.

    Forms that contradict each other are problems; what is merely wrong is left for the check against the structs to find.
    """
    for step in _FORMS:
        root = step(root, report)
    return root


def _provider_list(root: Fields, report: Report) -> Fields:
    old = next((entry for entry in root.entries if entry.key == "llm_providers"), None)
    if old is None:
        return root
    if root.get("model_providers") is not None:
        said = "Please provide either llm_providers or model_providers, not both; llm_providers is the old name"
        report.problem(old.place, "llm_providers", said)
        return structs.replace(root, entries=tuple(entry for entry in root.entries if entry is not old))
    report.warn(old.place, "llm_providers", "this is the old name; write `model_providers`")
    return _with(root, old, structs.replace(old, key="model_providers"))


def _listener_map(root: Fields, report: Report) -> Fields:
    """`{egress_traffic: {...}, ingress_traffic: {...}}`: the one served the models, the other, where it says anything, prompt targets."""
    entry = next((entry for entry in root.entries if entry.key == "listeners"), None)
    if entry is None or not isinstance(entry.value, Fields):
        return root
    example = "- {type: model, name: egress_traffic, port: 12000}"
    report.warn(entry.place, "listeners", f"the map of listeners is an old form; write a list: `{example}`")
    if _is_empty(root.get("model_providers")):
        report.problem(entry.place, "listeners", "model_providers cannot be empty when using legacy format")
    doors = []
    for door in entry.value.entries:
        if door.key not in OLD_DOORS:
            said = f"unknown key{suggestion(door.key, OLD_DOORS)}"
            report.problem(door.place, "listeners", said)
        elif not (_is_empty(door.value) and door.key == "ingress_traffic"):
            doors.append(_door(door, report))
    return _with(root, entry, structs.replace(entry, value=Items(tuple(doors), entry.value.place)))


def _door(door: Entry, report: Report) -> Node:
    named = tuple(
        Entry(key, Scalar(text, "text", door.place), door.place)
        for key, text in (("type", OLD_DOORS[door.key]), ("name", door.key))
    )
    if _is_empty(door.value):
        return Fields(named, door.place)
    if not isinstance(door.value, Fields):
        return door.value
    kept = []
    for entry in door.value.entries:
        if entry.key != "message_format":
            kept.append(entry)
        elif not (isinstance(entry.value, Scalar) and entry.value.text == "openai"):
            said = "must be `openai`; leave it out: every API is served at its own path"
            report.problem(entry.value.place, f"listeners.{door.key}.message_format", said)
    return Fields((*named, *kept), door.value.place)


def _version(root: Fields, report: Report) -> Fields:
    """Older versions differ only in forms that the other steps bring up to date."""
    entry = next((entry for entry in root.entries if entry.key == "version"), None)
    if (
        entry is None
        or not isinstance(entry.value, Scalar)
        or entry.value.kind != "text"
        or entry.value.text not in _OLDER
    ):
        return root
    said = f"{entry.value.text} is an older version of the format, read as {NEWEST}; write `version: {NEWEST}`"
    report.warn(entry.value.place, "version", said)
    return _with(root, entry, structs.replace(entry, value=structs.replace(entry.value, text=NEWEST)))


def _with(root: Fields, old: Entry, new: Entry) -> Fields:
    return structs.replace(root, entries=tuple(new if entry is old else entry for entry in root.entries))


def _is_empty(node: Node | None) -> bool:
    match node:
        case None:
            return True
        case Scalar():
            return node.kind == "null"
        case Items():
            return not node.items
        case Fields():
            return not node.entries


# `hoisted` must see which version it was.
_FORMS: tuple[Callable[[Fields, Report], Fields], ...] = (_provider_list, _listener_map, hoisted, _version)
