"""The paths in a config, which are relative to the folder of its file."""

import posixpath
import types
from collections.abc import Mapping
from functools import cache
from typing import TypeVar, Union, get_args, get_origin

from msgspec import Struct, structs

from planoai.config.kinds import FilePath

Shape = TypeVar("Shape", bound=Struct)


def placed(made: Shape, folder: str) -> Shape:
    """`made` with every path in it, however deep, joined to `folder`; an absolute one stays as it is."""
    found = {name: _joined(kind, getattr(made, name), folder) for name, kind in _with_paths(type(made)).items()}
    return structs.replace(made, **found) if found else made


def _joined(kind: object, value: object, folder: str) -> object:
    if kind == FilePath and isinstance(value, str):
        return posixpath.join(folder, value)
    if isinstance(value, Struct):
        return placed(value, folder)
    inner = [each for each in get_args(kind) if _has_paths(each)]
    match value:
        case None:
            return None  # an option that is not there
        case tuple():
            return tuple(_joined(inner[0], each, folder) for each in value)
        case Mapping():
            return {key: _joined(inner[0], each, folder) for key, each in value.items()}
        case _:
            return _joined(inner[0], value, folder)


@cache
def _with_paths(shape: type[Struct]) -> Mapping[str, object]:
    """The fields of `shape` that are paths or lead to some."""
    return {field.name: field.type for field in structs.fields(shape) if _has_paths(field.type)}


def _has_paths(kind: object) -> bool:
    if kind == FilePath:
        return True
    if get_origin(kind) in {Union, types.UnionType, tuple, Mapping}:
        return any(map(_has_paths, get_args(kind)))
    return isinstance(kind, type) and issubclass(kind, Struct) and bool(_with_paths(kind))
