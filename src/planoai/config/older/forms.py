"""How each older form of the file is changed in its text: line by line where it is written as most are, else by writing a whole value anew."""

import re
from collections.abc import Callable, Container, Iterator
from contextlib import suppress

import yaml
from msgspec import Struct

from planoai.config.older.emit import emitted, is_short
from planoai.config.older.migrate import NEWEST, OLD_DOORS
from planoai.config.older.splices import Page, Pair, Splice, Tangled, is_block
from planoai.config.places import Place
from planoai.config.tree import Fields, Items, Node, Scalar

PREFERENCES = "routing_preferences"
_INDENT = 2
_DASH = re.compile(r"^( *)-(?=\s)", re.MULTILINE)

# A way to change one part of a file: its key and value on the page, and the file before and after.
_Way = Callable[[Page, Pair, Fields, Fields], list[Splice]]


def spliced(text: str, old: Fields, new: Fields, *, whole: Container[str] = ()) -> str:
    """Raises Tangled where `text` is not written in a way that is known here. Whether what comes out means `new` is left to check.

    `whole`: what is written anew even where it could be changed line by line: `listeners`, `routing_preferences`.
    """
    page = Page(text)
    splices: list[Splice] = []

    def change(form: str, pair: Pair, by_line: _Way, anew: _Way) -> list[Splice]:
        if form not in whole:
            with suppress(Tangled):
                return by_line(page, pair, old, new)
        return anew(page, pair, old, new)

    version = page.pair(page.root, "version")
    if version is not None and is_changed(old, new, "version"):
        splices.append(page.renamed(version[1], NEWEST))
    if isinstance(old.get("listeners"), Fields):
        splices += change("listeners", _required(page, "listeners"), _listener_lines, _whole_listeners)
    key = "model_providers" if old.get("llm_providers") is None else "llm_providers"
    if key == "llm_providers":
        splices.append(page.renamed(_required(page, key)[0], "model_providers"))
    if any(True for _ in emptied(old, new)):
        splices += change(PREFERENCES, _required(page, key), _preference_lines, _whole_preferences)
    return page.applied(splices)


def _required(page: Page, key: str) -> Pair:
    pair = page.pair(page.root, key)
    if pair is None:
        raise Tangled
    return pair


def _said(root: Fields, key: str) -> Node:
    node = root.get(key)
    if node is None:
        raise Tangled
    return node


def _whole_listeners(page: Page, pair: Pair, _: Fields, new: Fields) -> list[Splice]:
    return [page.whole(pair, _said(new, "listeners"))]


def _listener_lines(page: Page, pair: Pair, _: Fields, new: Fields) -> list[Splice]:
    """Each key of the map becomes the first lines of an item; what is in it stays where it is."""
    if not page.is_plain(pair) or not is_block(pair[1]) or is_short(_said(new, "listeners")):
        raise Tangled
    splices = []
    for door in pair[1].value:
        key, value = door
        if (
            not page.is_plain(door)
            or key.value not in OLD_DOORS
            or page.text[page.line(key.start_mark.index) : key.start_mark.index].strip()
        ):
            raise Tangled
        if value.value and is_block(value) and isinstance(value, yaml.MappingNode):
            splices += _block_door(page, key, value)
        else:
            splices += _short_door(page, key, value)
    return splices


def _block_door(page: Page, key: yaml.Node, value: yaml.Node) -> list[Splice]:
    column, colon = value.start_mark.column, page.colon(key)
    step = column - key.start_mark.column
    if step < len("- "):
        raise Tangled
    named = page.after(colon)
    splices = [
        Splice(key.start_mark.index, colon, f"-{' ' * (step - 1)}type: {OLD_DOORS[key.value]}"),
        Splice(named, named, f"{' ' * column}name: {key.value}\n"),
    ]
    for name, said in value.value:
        if name.value == "message_format":
            splices.append(page.line_without(name.start_mark.index, page.end(said)))
    return splices


def _short_door(page: Page, key: yaml.Node, value: yaml.Node) -> list[Splice]:
    """`{...}`, on the line of its key, or nothing at all."""
    start, colon = key.start_mark.index, page.colon(key)
    if page.text[colon : value.start_mark.index].strip(" "):
        raise Tangled
    named = f"type: {OLD_DOORS[key.value]}, name: {key.value}"
    if not value.value or not isinstance(value, yaml.MappingNode):
        if key.value == "ingress_traffic":
            return [page.line_without(start, max(colon, value.end_mark.index))]
        return [Splice(start, max(colon, value.end_mark.index), f"- {{{named}}}")]
    kept = [pair for pair in value.value if pair[0].value != "message_format"]
    rest = kept[0][0].start_mark.index if kept else page.end(value) - 1
    splices = [Splice(start, rest, f"- {{{named}{', ' if kept else ''}")]
    for place, pair in enumerate(value.value):
        if pair[0].value == "message_format" and place > 0:
            splices.append(page.without(value, pair))
    return splices


def _whole_preferences(page: Page, pair: Pair, _: Fields, new: Fields) -> list[Splice]:
    """Both lists are written anew."""
    splices = [page.whole(pair, Items(providers(new), Place(1, 1)))]
    listed = new.get(PREFERENCES)
    there = page.pair(page.root, PREFERENCES)
    if there is not None and listed is not None:
        splices.append(page.whole(there, listed))
    elif isinstance(listed, Items):
        splices.append(_appended(page, pair, [line for each in listed.items for line in _item(each, _INDENT)]))
    return splices


def _preference_lines(page: Page, pair: Pair, old: Fields, new: Fields) -> list[Splice]:
    """Each is cut out of its entry, and goes with its comments to the end of the list at the top."""
    if not page.is_plain(pair):
        raise Tangled
    splices, inline = [], []
    for before, after, entry in zip(providers(old), providers(new), pair[1].value, strict=True):
        if plain(before) != plain(after):
            cut = page.pair(entry, PREFERENCES)
            if cut is None:
                raise Tangled  # it is merged
            splices.append(page.without(entry, cut))
            inline.append(cut)
    top, listed = old.get(PREFERENCES), new.get(PREFERENCES)
    items = listed.items if isinstance(listed, Items) else ()
    moved = items[len(top.items) if isinstance(top, Items) else 0 :]
    there = page.pair(page.root, PREFERENCES)
    is_list = there is not None and isinstance(there[1], yaml.SequenceNode) and bool(there[1].value)
    indent = there[1].start_mark.column if there is not None and is_list else _INDENT
    known = {place: lines for cut in inline for place, lines in _written(page, cut, indent)}
    lines = [line for each in moved for line in _moved(each, known.get(each.place), indent)]
    if not lines:
        return splices
    if there is None:
        return [*splices, _appended(page, pair, lines)]
    if is_list and not is_block(there[1]):
        return [*splices, page.whole(there, _said(new, PREFERENCES))]
    return [*splices, *_added(page, there, lines)]


def _added(page: Page, there: Pair, lines: list[str]) -> list[Splice]:
    """To a list in block style, or to one with nothing in it, of which only the key stays."""
    if not page.is_plain(there):
        raise Tangled
    written = "".join(f"{line}\n" for line in lines)
    if is_block(there[1]):
        place = page.below(page.end(there[1]))
        return [Splice(place, place, written)]
    colon = page.colon(there[0])
    end = max(colon, there[1].end_mark.index)
    return [Splice(colon, end), Splice(page.after(end), page.after(end), written)]


def _appended(page: Page, providers: Pair, lines: list[str]) -> Splice:
    """A list of its own, behind that of the providers."""
    place = page.below(page.end(providers[1]))
    before = "" if page.text[:place].endswith("\n\n") else "\n"
    after = "" if page.text[place : place + 1] in {"", "\n"} else "\n"
    return Splice(place, place, f"{before}{PREFERENCES}:\n" + "".join(f"{line}\n" for line in lines) + after)


def _moved(preference: Node, written: "_Lines | None", indent: int) -> list[str]:
    """As it was written, and its models; else anew."""
    names = preference.entries if isinstance(preference, Fields) else ()
    if written is None or written.keys != {entry.key for entry in names if entry.key != "models"}:
        return _item(preference, indent)
    models = tuple(entry for entry in names if entry.key == "models")
    return [*written.lines, *emitted(Fields(models, Place(1, 1)), written.column)]


def _item(node: Node, indent: int) -> list[str]:
    return emitted(Items((node,), Place(1, 1)), indent)


class _Lines(Struct, frozen=True):
    """An item of a list as it is written, moved sideways. `column`: of its keys."""

    lines: list[str]
    keys: set[str]
    column: int


def _written(page: Page, inline: Pair, indent: int) -> Iterator[tuple[Place, _Lines]]:
    """The items of a list in block style, each with the comments before it."""
    key, value = inline
    if not page.is_plain(inline) or not isinstance(value, yaml.SequenceNode) or not is_block(value):
        return
    done = page.colon(key)
    for item in value.value:
        before, end = page.text[done : item.start_mark.index], page.after(page.end(item))
        dash = _DASH.search(before)
        first, done = done + (dash.start() if dash is not None else 0), end
        if dash is None or not is_block(item) or not isinstance(item, yaml.MappingNode):
            continue
        lines = [_shifted(line, indent - len(dash[1])) for line in page.text[first:end].rstrip("\n").split("\n")]
        comments = [" " * indent + line.strip() for line in before[: dash.start()].split("\n") if line.strip()]
        mark = item.start_mark
        keys = {name.value for name, _ in item.value}
        column = mark.column + indent - len(dash[1])
        yield Place(mark.line + 1, mark.column + 1), _Lines([*comments, *lines], keys, column)


def _shifted(line: str, columns: int) -> str:
    if not line.strip():
        return ""
    return " " * columns + line if columns >= 0 else line[min(-columns, len(line) - len(line.lstrip(" "))) :]


def plain(node: Node) -> object:
    match node:
        case Scalar():
            return (node.kind, "" if node.kind == "null" else node.text)
        case Items():
            return [plain(each) for each in node.items]
        case Fields():
            return {entry.key: plain(entry.value) for entry in node.entries}


def is_changed(old: Fields, new: Fields, key: str) -> bool:
    before, after = old.get(key), new.get(key)
    return before is not None and after is not None and plain(before) != plain(after)


def emptied(old: Fields, new: Fields) -> Iterator[tuple[Place, str]]:
    """Where preferences stood that are at the top now, and of which model."""
    for before, after in zip(providers(old), providers(new), strict=True):
        if isinstance(before, Fields) and isinstance(after, Fields) and after.get(PREFERENCES) is None:
            model = after.get("model")
            for entry in before.entries:
                if entry.key == PREFERENCES and isinstance(model, Scalar):
                    yield entry.place, model.text


def providers(root: Fields) -> tuple[Node, ...]:
    listed = root.get("model_providers") or root.get("llm_providers")
    return listed.items if isinstance(listed, Items) else ()
