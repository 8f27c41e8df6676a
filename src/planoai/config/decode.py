"""The tree of nodes -> the structs of `schema`, every node checked against the type of its field, every problem collected."""

import re
import types
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Literal, TypeVar, Union, get_args, get_origin

from msgspec import NODEFAULT, Struct, structs

from planoai.config.kinds import Kind, Text
from planoai.config.later import OPEN
from planoai.config.located import Located
from planoai.config.places import Place, join, shown
from planoai.config.schema import ModelProvider
from planoai.config.tree import Entry, Fields, Items, Node, Scalar, kind_of
from planoai.config.variables import Variables, is_reference, mentions
from planoai.table import suggestion

Shape = TypeVar("Shape", bound=Struct)

_NAMES = {
    "text": "text",
    "int": "a number",
    "float": "a number",
    "bool": "yes or no",
    "null": "nothing",
    "other": "a tagged value",
}


# A field that does nothing where another one is true; a variable in it need not be set then.
_OVERRULED: Mapping[type[Struct], tuple[str, str, str]] = {
    ModelProvider: (
        "access_key",
        "passthrough_auth",
        "access_key will be ignored: passthrough_auth sends the client's own credential",
    )
}


class _Bad(Exception):
    """A value that can not be had; its problem is in the report."""


class Decoder:
    """Made for one file. A field whose value is wrong takes its default, so that the rest of the file can still be checked."""

    def __init__(self, variables: Variables, located: Located) -> None:
        self.located = located
        self._variables = variables
        self._report = located.report

    def struct(self, shape: type[Shape], node: Node, path: str = "") -> Shape | None:
        """None when a required field is missing or wrong."""
        try:
            return self._struct(shape, node, path)
        except _Bad:
            return None

    def _struct(self, shape: type[Shape], node: Node, path: str) -> Shape:
        if not isinstance(node, Fields):
            raise self._bad(node, path, f"must be a mapping of {_listed(_fields(shape))}, not {_what(node)}")
        fields = _fields(shape)
        values: dict[str, object] = {}
        complete = True
        for entry in node.entries:
            field = fields.get(entry.key)
            if field is None:
                self._unknown(shape, entry, path)
                continue
            at = join(path, entry.key)
            self.located.places[at] = entry.value.place
            if self._is_overruled(shape, entry, node, at):
                continue
            if not field.required and isinstance(entry.value, Scalar) and entry.value.kind == "null":
                continue
            try:
                values[entry.key] = self._value(field.type, entry.value, at)
            except _Bad:
                self.located.unread.add(at)
                complete = complete and not field.required
        for name, field in fields.items():
            if field.required and node.get(name) is None:
                self._report.problem(node.place, path, f"`{name}` is missing")
                complete = False
        if not complete:
            raise _Bad
        made = shape(**values)
        self.located.put(made, path, node.place)
        return made

    def _is_overruled(self, shape: type[Struct], entry: Entry, node: Fields, path: str) -> bool:
        ignored, by, said = _OVERRULED.get(shape, ("", "", ""))
        if entry.key != ignored or not self._is_true(node.get(by)):
            return False
        self._report.warn(entry.place, path, said)
        return True

    def _is_true(self, node: Node | None) -> bool:
        if not isinstance(node, Scalar):
            return False
        text = self._variables.expand(node.text, lenient=True)
        return (node.kind == "bool" or text != node.text) and kind_of(text) == "bool" and _says_yes(text)

    def _unknown(self, shape: type[Struct], entry: Entry, path: str) -> None:
        tell = self._report.warn if shape in OPEN else self._report.problem
        if re.fullmatch(r"[A-Za-z_]{1,40}", entry.key):
            said = f"unknown key{suggestion(entry.key, _fields(shape))}"
            tell(entry.place, join(path, entry.key), said)
        else:  # no key of ours has digits or hyphens, a credential in the wrong column has
            tell(entry.place, path, f"a key here is not known{suggestion('', _fields(shape))}")

    def _value(self, kind: object, node: Node, path: str) -> object:
        origin = get_origin(kind)
        if origin is Annotated:
            return self._kind(_marker(kind), node, path)
        if origin in {Union, types.UnionType}:
            return self._value(next(each for each in get_args(kind) if each is not type(None)), node, path)
        if origin is tuple:
            return self._items(get_args(kind)[0], node, path)
        if origin is Mapping:
            return self._mapping(get_args(kind), node, path)
        if origin is Literal:
            return self._choice(get_args(kind), node, path)
        if kind is bool:
            return self._bool(node, path)
        if kind is str:
            return self._kind(_marker(Text), node, path)
        if isinstance(kind, type) and issubclass(kind, Struct):
            return self._struct(kind, node, path)
        raise TypeError(f"{path}: no way to read a {kind} is known")

    def _items(self, kind: object, node: Node, path: str) -> tuple[object, ...]:
        if not isinstance(node, Items):
            raise self._bad(node, path, f"must be a list, not {_what(node)}")
        values = []
        for index, item in enumerate(node.items):
            at = f"{path}[{index}]"
            self.located.places[at] = item.place
            try:
                values.append(self._value(kind, item, at))
            except _Bad:
                self.located.unread.add(path)
        return tuple(values)

    def _mapping(self, kinds: tuple[object, ...], node: Node, path: str) -> Mapping[object, object]:
        key_kind, kind = kinds
        if not isinstance(node, Fields):
            raise self._bad(node, path, f"must be a mapping, not {_what(node)}")
        values: dict[object, object] = {}
        reader = _marker(key_kind) if get_origin(key_kind) is Annotated else None
        for entry in node.entries:
            # The name of a header is not told either: a value that slipped one column to the left would stand here.
            at = path if reader is not None and reader.secret else join(path, entry.key)
            try:
                key = self._read(reader, entry.key, entry.place, at) if reader is not None else entry.key
                if key in values:
                    raise self._bad_at(entry.place, at, "this is here a second time, in other letters")
                self.located.places[f"{path}.{key}" if at == path else at] = entry.value.place
                values[key] = self._value(kind, entry.value, at)
                if at == path and at in self.located.expanded:
                    self.located.expanded[f"{path}.{key}"] = self.located.expanded.pop(at)
            except _Bad:
                self.located.unread.add(path)
        return values

    def _kind(self, kind: Kind, node: Node, path: str) -> object:
        text = self._expanded(node, path, f"must be {kind.wanted}", secret=kind.secret, lenient=kind.free)
        if kind.quoted and isinstance(node, Scalar) and node.kind in {"int", "float", "bool"}:
            told = "it" if kind.secret else shown(node.text)
            raise self._bad(node, path, f"must be text; put quotes around {told}")
        written = node.text if isinstance(node, Scalar) else ""
        return self._read(kind, text, node.place, path, written)

    def _read(self, kind: Kind, text: str, place: Place, path: str, written: str = "") -> object:
        try:
            return kind.read(text)
        except ValueError as wrong:
            tail = (
                "" if kind.secret or kind.wanted == "text" or ";" in str(wrong) else f", not {shown(written or text)}"
            )
            if kind.secret and text != written and is_reference(written):
                tail = f"; it comes from {written.strip()}"
            if written and not text.strip() and written.strip():  # then references are all there is in it
                tail = f"; {written.strip()} is set, but empty"
            raise self._bad_at(place, path, f"{wrong}{tail}") from None

    def _choice(self, choices: tuple[str, ...], node: Node, path: str) -> str:
        text = self._expanded(node, path, f"must be {_either(choices)}")
        written = node.text if isinstance(node, Scalar) else ""
        if text not in choices:
            close = suggestion(written, choices) if len(choices) > 1 else ""
            near = close if close.startswith("; did you mean") else ""
            raise self._bad(node, path, f"must be {_either(choices)}, not {shown(written)}{near}")
        return text

    def _bool(self, node: Node, path: str) -> bool:
        text = self._expanded(node, path, "must be true or false")
        kind = kind_of(text) if isinstance(node, Scalar) and mentions(node.text) else getattr(node, "kind", "other")
        if kind != "bool":
            said = "in quotes it is text" if kind_of(text) == "bool" else f"not {_what(node)}"
            raise self._bad(node, path, f"must be true or false; {said}")
        return _says_yes(text)

    def _expanded(self, node: Node, path: str, wanted: str, *, secret: bool = False, lenient: bool = False) -> str:
        if not isinstance(node, Scalar) or node.kind in {"null", "other"}:
            raise self._bad(node, path, f"{wanted}, not {_what(node)}")
        try:
            text = self._variables.expand(node.text, secret=secret, lenient=lenient)
        except ValueError as wrong:
            raise self._bad(node, path, str(wrong)) from None
        if text != node.text:
            self.located.expanded[path] = (text, node.text)
        return text

    def _bad(self, node: Node, path: str, sentence: str) -> _Bad:
        return self._bad_at(node.place, path, sentence)

    def _bad_at(self, place: Place, path: str, sentence: str) -> _Bad:
        self._report.problem(place, path, sentence)
        return _Bad()


class _Field(Struct, frozen=True):
    type: object
    required: bool


@cache
def _fields(shape: type[Struct]) -> Mapping[str, _Field]:
    return {
        field.name: _Field(field.type, field.default is NODEFAULT and field.default_factory is NODEFAULT)
        for field in structs.fields(shape)
    }


def _marker(kind: object) -> Kind:
    marker = get_args(kind)[1]
    if not isinstance(marker, Kind):
        raise TypeError(f"{kind} is not one of the kinds of `planoai.config.kinds`")
    return marker


def _says_yes(text: str) -> bool:
    return text.lower() in {"true", "yes", "on"}


def _what(node: Node) -> str:
    match node:
        case Scalar():
            return _NAMES[node.kind]
        case Items():
            return "a list"
        case Fields():
            return "a mapping"


def _either(choices: tuple[str, ...]) -> str:
    quoted = [f"`{choice}`" for choice in choices]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(f"`{name}`" for name in names)
