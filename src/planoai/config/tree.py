"""The text of a config -> a tree of plain nodes that know their place. What YAML allows and a config has no use for is refused here."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import yaml
from msgspec import Struct

from planoai.config.places import START, Place, Report, join, shown

if TYPE_CHECKING:
    from yaml._yaml import Mark as CMark

# The loader of libyaml where PyYAML was built with it: ten times as fast, same nodes.
_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 50
_MOST_NODES = 100_000  # after aliases are followed, so that a page of them can not become a billion nodes

# Line breaks of YAML 1.1 that no editor counts as one.
_NO_BREAKS = dict.fromkeys(map(ord, "\x85\u2028\u2029"), " ")
_BREAK = re.compile(r"\r\n|\r|\n")

_GLUED = re.compile(r"\s*(?:-\s+)?[A-Za-z_]+(?P<colon>:)(?![\s/])(?!.*:(?:\s|$))")

# What the parser says, its context first, and what we say: where it began, else where it was noticed.
_SAID = (
    ("a flow sequence", "", False, "`,` or `]` is missing before this; the `[` of line {line} is still open"),
    ("a flow mapping", "", False, "`,` or `}}` is missing before this; the `{{` of line {line} is still open"),
    ("a quoted scalar", "end of stream", True, "this quote is never closed"),
    ("a simple key", "", True, "this line has no `: `"),
    ("a block mapping", "", False, "no key can begin here; keys of one mapping stand in one column, and nothing follows a quoted value"),
    ("a block collection", "", False, "no entry begins here; the entries of a list begin with `-`, all in one column"),
    ("", "mapping values are not allowed", False, "`: ` can not stand here; put a value that holds it in quotes, or look at the indentation"),
    ("", "start any token", False, "no value begins with this character; put the value in quotes"),
    ("a block node", "node content", False, "no value begins with this character; put the value in quotes"),
    ("a plain scalar", "unexpected ':'", False, "`:` can not stand here; put a value that holds it in quotes"),
    ("an alias", "", True, "a value that begins with `*` must stand in quotes"),
    ("an anchor", "", True, "a value that begins with `&` must stand in quotes"),
    ("a tag", "", True, "a value that begins with `!` must stand in quotes"),
    ("", "undefined tag", False, "a value that begins with `!` must stand in quotes"),
    ("duplicate anchor", "", False, "this anchor is here a second time; the first is in line {line}"),
    ("", "a tab character", False, "a tab can not indent YAML; use spaces"),
    ("", "undefined alias", False, "undefined alias: no `&` with its name is before it; a value that begins with `*` must stand in quotes"),
    ("a flow node", "node content", False, "a value is missing here; one that begins with `:` or `,` must stand in quotes"),
    ("a block scalar", "line break", False, "behind `|` and `>` the line must end; the text begins in the next one"),
    ("", "block sequence entries", False, "`- ` can not stand here; begin a list in a line of its own, or put the value in quotes"),
    ("", "<document start>", False, "no key can begin here; all keys at the top stand in one column"),
    ("a quoted scalar", "hexdecimal", True, "this has a `\\x` or `\\u` that is no escape; write two backslashes, or use single quotes"),
    ("", "unknown escape", False, "this is no escape; write two backslashes, or single quotes around the value"),
)  # fmt: skip

Kind = Literal["text", "int", "float", "bool", "null", "other"]

_KINDS: dict[str, Kind] = {
    "tag:yaml.org,2002:str": "text",
    "tag:yaml.org,2002:timestamp": "text",  # `2025-01-01` is a version of an API, not a day
    "tag:yaml.org,2002:int": "int",
    "tag:yaml.org,2002:float": "float",
    "tag:yaml.org,2002:bool": "bool",
    "tag:yaml.org,2002:null": "null",
}
_MERGE = "tag:yaml.org,2002:merge"


class Scalar(Struct, frozen=True):
    """`text` as written, without quotes; `kind` what YAML takes it for; a quoted one is always text."""

    text: str
    kind: Kind
    place: Place


class Items(Struct, frozen=True):
    items: "tuple[Node, ...]"
    place: Place


class Entry(Struct, frozen=True):
    key: str
    value: "Node"
    place: Place  # of the key


class Fields(Struct, frozen=True):
    entries: tuple[Entry, ...]
    place: Place

    def get(self, key: str) -> "Node | None":
        return next((entry.value for entry in self.entries if entry.key == key), None)


Node = Scalar | Items | Fields


class _Stop(Exception):
    """The document can not be read any further."""

    def __init__(self, place: Place, sentence: str) -> None:
        self.place = place
        self.sentence = sentence


def compose(text: str, report: Report) -> Fields | None:
    """The top-level mapping; None, and a problem in `report`, when there is none to be had."""
    text = as_lines(text)
    try:
        _survey(text)
        root = yaml.compose(text, Loader=_Loader)
        node = _Reader(report).node(root, "") if root is not None else None
    except yaml.MarkedYAMLError as error:
        report.problem(*_syntax(error, text))
    except yaml.reader.ReaderError:
        report.problem(_of_unreadable(text), "", "a character here is not allowed in YAML")
    except UnicodeError:
        report.problem(START, "", "the text is not valid Unicode")
    except _Stop as stop:
        report.problem(stop.place, "", stop.sentence)
    else:
        if isinstance(node, Fields):
            return node
        if node is None or (isinstance(node, Scalar) and node.kind == "null"):
            report.problem(START, "", "the file is empty; it must be a mapping that begins with `version: v0.4.0`")
        else:
            what = "a list" if isinstance(node, Items) else "a single value"
            report.problem(node.place, "", f"the file must be a mapping of keys such as `version:`, and is {what}")
    return None


def as_lines(text: str) -> str:
    """`text` in the lines that an editor shows. Every character stays where it is."""
    return text.translate(_NO_BREAKS)


def kind_of(text: str) -> Kind:
    """What YAML takes an unquoted `text` for."""
    tag: str = yaml.resolver.Resolver().resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call] # the stubs leave it out
    return _KINDS.get(tag, "other")


def _survey(text: str) -> None:
    """Raises _Stop for what must not reach the composer, which recurses and knows one document."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise _Stop(_place(event.start_mark), f"this is nested more than {_DEEPEST} deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _Stop(_place(event.start_mark), "a second document begins here; a config is one document")


class _Reader:
    """PyYAML's nodes -> ours: aliases followed, merge keys (`<<`) merged, duplicate keys reported."""

    def __init__(self, report: Report) -> None:
        self._report = report
        # By identity: what an anchor names is read once. With its size, aliases followed.
        self._done: dict[int, tuple[Node, int]] = {}
        self._open: set[int] = set()
        self._merged = 0

    def node(self, node: yaml.Node, path: str) -> Node:
        return self._sized(node, path)[0]

    def _sized(self, node: yaml.Node, path: str) -> tuple[Node, int]:
        known = self._done.get(id(node))
        if known is not None:
            return known
        place = _place(node.start_mark)
        if id(node) in self._open:
            raise _Stop(place, "this value contains itself through an alias")
        self._open.add(id(node))
        read: tuple[Node, int]
        if isinstance(node, yaml.MappingNode):
            read = self._mapping(node, path, place)
        elif isinstance(node, yaml.SequenceNode):
            parts = [self._sized(each, f"{path}[{index}]") for index, each in enumerate(node.value)]
            read = Items(tuple(part for part, _ in parts), place), 1 + sum(size for _, size in parts)
        else:
            read = Scalar(node.value, _KINDS.get(node.tag, "other"), place), 1
        if read[1] > _MOST_NODES:
            raise _Stop(place, f"this holds more than {_MOST_NODES} values, aliases followed")
        self._open.discard(id(node))
        self._done[id(node)] = read
        return read

    def _mapping(self, node: yaml.MappingNode, path: str, place: Place) -> tuple[Fields, int]:
        entries: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        size = 1
        for key, value in node.value:
            at = _place(key.start_mark)
            inside = join(path, key.value) if isinstance(key, yaml.ScalarNode) else path
            part, count = self._sized(value, inside)
            size += 1 + count
            if key.tag == _MERGE:
                self._merged += count
                if self._merged > _MOST_NODES:
                    raise _Stop(at, f"more than {_MOST_NODES} values are merged by now")
                for entry in self._merge(part, path):
                    merged.setdefault(entry.key, entry)
            elif not isinstance(key, yaml.ScalarNode):
                self._report.problem(at, path, "a key must be text, not a list or a mapping")
            elif key.value in entries:
                first = entries[key.value].place
                said = f"the key {shown(key.value)} is here a second time; the first is in line {first.line}"
                self._report.problem(at, path, said)
            else:
                entries[key.value] = Entry(key.value, part, at)
        everything = {**merged, **entries}  # what a mapping says itself wins over what it merges
        return Fields(tuple(everything.values()), place), size + len(merged)

    def _merge(self, node: Node, path: str) -> Iterator[Entry]:
        sources = node.items if isinstance(node, Items) else (node,)
        for source in sources:
            if isinstance(source, Fields):
                yield from source.entries
            else:
                self._report.problem(source.place, path, "`<<` must merge a mapping, or a list of mappings")


def _syntax(error: yaml.MarkedYAMLError, text: str) -> tuple[Place, str, str]:
    """Where YAML itself is wrong, in words that quote nothing of the file: what stands there may be a key."""
    context, problem = error.context or "", error.problem or ""
    noticed = _place(error.problem_mark or error.context_mark)
    began = _place(error.context_mark) if error.context_mark else noticed
    lines = _BREAK.split(text.rstrip())
    if noticed.line > len(lines) and "a flow " in context:
        end = Place(len(lines), len(lines[-1]) + 1)
        if began < end:
            return began, "", "this is not valid YAML: this bracket is never closed"
        return end, "", "this is not valid YAML: a bracket is still open where the file ends"
    line, before = (lines[at] if 0 <= at < len(lines) else "" for at in (noticed.line - 1, noticed.line - 2))
    there = line[noticed.column - 1 : noticed.column]
    if there == "\t" or line[: len(line) - len(line.lstrip())].count("\t"):
        return noticed, "", "a tab can not indent YAML; use spaces"
    if "a flow " in context and "${" in line[: noticed.column]:
        return (
            noticed,
            "",
            "this is not valid YAML: between `{ }` and `[ ]`, `${NAME}` must stand in quotes; `$NAME` needs none",
        )
    if there in {"]", "}"} and ("a block " in context or "<document start>" in problem):
        return noticed, "", f"this is not valid YAML: this `{there}` closes nothing"
    if "mapping values" in problem and (glued := _GLUED.match(before)):
        place = Place(noticed.line - 1, glued.start("colon") + 1)
        return place, "", "this is not valid YAML: a space is missing behind this `:`"
    for of_context, of_problem, at_start, sentence in _SAID:
        if of_context in context and of_problem in problem:
            said = sentence.format(line=began.line)
            return began if at_start else noticed, "", f"this is not valid YAML: {said}"
    context, problem = _unquoted(context), _unquoted(problem) or "it can not be read"
    return noticed, "", f"this is not valid YAML: {problem}{f' ({context})' if context else ''}"


def _unquoted(said: str | None) -> str:
    return re.sub(r"\s*(['\"]).{2,}\1", "", said or "").strip()


def _place(mark: "yaml.error.Mark | CMark | None") -> Place:
    if mark is None:
        return START
    return Place(mark.line + 1, mark.column + 1)


def _of_unreadable(text: str) -> Place:
    """The first character that YAML does not allow; of it, libyaml tells the byte."""
    found = yaml.reader.Reader.NON_PRINTABLE.search(text)
    lines = _BREAK.split(text[: found.start() if found else 0])
    return Place(len(lines), len(lines[-1]) + 1)
