"""A config as it is understood, older forms brought up to date and defaults filled in, without a credential in it."""

import re
from collections.abc import Mapping
from typing import get_args

import yaml
from msgspec import Struct, structs

from planoai.config.kinds import Kind
from planoai.config.later import served
from planoai.config.load import Loaded
from planoai.config.places import is_secret, join
from planoai.config.readers import postgres_url, redis_url
from planoai.config.schema import ModelProvider
from planoai.config.shapes import BY_ANOTHER, default, marker, present, written
from planoai.config.variants import VARIANTS

HIDDEN = "***"

_REFERENCES = r"(?:\$\{[A-Za-z_][A-Za-z0-9_]*\}|\$[A-Za-z_][A-Za-z0-9_]*)+"
_ONLY_REFERENCES = re.compile(rf"(?i:(?:bearer|basic|token) )?{_REFERENCES}")
_USER = re.compile(r"(?P<before>://)(?P<user>[^/]*)@")
_NAME_AND_REFERENCE = re.compile(rf"[^:$]*:{_REFERENCES}")
_QUERY = re.compile(r"\?.*")
_WORD = re.compile(r"(?i:bearer\s+)?\S+")
_SHORTEST_KEY = 12


def rendered(loaded: Loaded) -> str:
    """The whole of it, in YAML. A value that came from a variable is there as it is written, with its `$NAME`."""
    return yaml.dump(plain(loaded), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def plain(loaded: Loaded) -> dict[str, object]:
    """The same as plain values."""
    return _Showing(loaded).struct(loaded.config, "")


class _Showing:
    def __init__(self, loaded: Loaded) -> None:
        self._written = {path: text for path, (_, text) in loaded.expanded.items()}

    def struct(self, made: Struct, path: str) -> dict[str, object]:
        others = _fields_of_others(made)
        shown: dict[str, object] = {}
        for field in structs.fields(made):
            value = getattr(made, field.name)
            is_default = value == default(field)
            if is_default and (field.name in others or self._is_nothing(type(made), field.name)):
                continue
            found = self._shown(field.type, value, self._origin(made, field.name, path))
            if not (is_default and found in (None, "", [], {})):
                shown[field.name] = found
        return shown

    def _origin(self, made: Struct, name: str, path: str) -> str:
        """The path of what is written for the field: an entry without a name is called as its model is."""
        own = join(path, name)
        if name == "name" and isinstance(made, ModelProvider) and made.name == made.model and own not in self._written:
            return join(path, "model")
        return own

    def _is_nothing(self, shape: type[Struct], name: str) -> bool:
        """Of a field that has its default: it does nothing, or its default is no value."""
        return not served(shape, name) or (shape, name) in BY_ANOTHER

    def _shown(self, kind: object, value: object, path: str) -> object:
        kind = present(kind)
        if value is None:
            return None
        if isinstance(value, Struct):
            return self.struct(value, path)
        if isinstance(value, tuple):
            inside = get_args(kind)[0]
            return [self._shown(inside, each, f"{path}[{number}]") for number, each in enumerate(value)]
        if isinstance(value, Mapping):
            inside = get_args(kind)[1]
            return {_shown_text(key): self._shown(inside, each, join(path, key)) for key, each in value.items()}
        return self._leaf(marker(kind), self._written.get(path), written(kind, value))

    def _leaf(self, found: Kind | None, text: str | None, value: object) -> object:
        told = value if text is None else text
        if not isinstance(told, str):
            return told
        if found is not None and found.read in {redis_url, postgres_url}:
            return _shown_url(told)
        if found is not None and found.masked:
            return told if _ONLY_REFERENCES.fullmatch(told) else HIDDEN
        if found is not None and found.free:
            return _WORD.sub(_shown_word, told)
        return _shown_text(told)


def _fields_of_others(made: Struct) -> frozenset[str]:
    """Fields that are only there for another value of the one that chooses: `connection_string` of a store that is no `postgres`."""
    takes = VARIANTS.get(type(made), {})
    chosen = {name for (chooser, value), each in takes.items() if getattr(made, chooser) == value for name in each.only}
    return frozenset(name for each in takes.values() for name in each.only) - chosen


def _shown_url(text: str) -> str:
    """The address of a store, which tells more than that there is one."""
    return _QUERY.sub(_shown_query, _USER.sub(_shown_user, text))


def _shown_user(match: re.Match[str]) -> str:
    user = match["user"]
    return match[0] if _NAME_AND_REFERENCE.fullmatch(user) or _ONLY_REFERENCES.fullmatch(user) else f"://{HIDDEN}@"


def _shown_query(match: re.Match[str]) -> str:
    return f"?{HIDDEN}" if "=" in match[0] else match[0]


def _shown_word(match: re.Match[str]) -> str:
    """Of prose, where words such as `password` are only words."""
    word = match[0]
    is_key = len(word) >= _SHORTEST_KEY and any(each.isdigit() for each in word) and is_secret(word)
    return HIDDEN if is_key else word


def _shown_text(text: str) -> str:
    is_word = text.isalpha() and text.islower()  # such as `bearer`
    return HIDDEN if is_secret(text) and not is_word and not _ONLY_REFERENCES.fullmatch(text) else text


class _Dumper(yaml.SafeDumper):
    """As people write it: lists of lists or mappings indented, others in a line; text of several lines as it is."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - the base class calls it so
        super().increase_indent(flow, False)


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _list(dumper: _Dumper, items: list[object]) -> yaml.SequenceNode:
    in_a_line = not any(isinstance(each, list | dict) for each in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=in_a_line)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)
