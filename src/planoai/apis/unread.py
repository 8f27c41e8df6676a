"""What of a client's JSON the structs that read it do not know: it can not cross to another API, and the client is told so by its path."""

from collections.abc import Iterator
from functools import lru_cache, reduce
from inspect import isclass
from operator import or_
from typing import TypeGuard, get_args, get_origin

import msgspec
from msgspec import Raw, Struct, structs

_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_LIST = msgspec.json.Decoder(list[Raw])


def unread(raw: Raw, kind: type[Struct], path: str) -> list[tuple[str, Raw]]:
    """The members of the object `raw`, which `kind` has read, that `kind` and the structs in it have no fields for; nulls say nothing."""
    try:
        _strict(kind).decode(raw)  # mostly all is known, and this is the cheapest way to learn it
    except msgspec.ValidationError:
        return list(_walk(raw, kind, path))
    return []


def _walk(raw: Raw, kind: type[Struct], path: str) -> Iterator[tuple[str, Raw]]:
    known = _fields(kind)
    for name, value in _OBJECT.decode(raw).items():
        text = bytes(value)
        where = f"{path}.{name}" if path else name
        if name not in known:
            if text != b"null":
                yield where, Raw(text)
        elif (inner := known[name]) is not None and text.startswith(b"{"):
            yield from _walk(value, inner, where)
        elif inner is not None and text.startswith(b"["):
            for place, item in enumerate(_LIST.decode(value)):
                if bytes(item).startswith(b"{"):
                    yield from _walk(item, inner, f"{where}[{place}]")


@lru_cache(256)
def _fields(kind: type[Struct]) -> dict[str, type[Struct] | None]:
    """The fields of `kind`, each with the struct that is in it, alone or in a list."""
    return {field.encode_name: _struct_in(field.type) for field in structs.fields(kind)}


def _struct_in(annotation: object) -> type[Struct] | None:
    if _is_struct(annotation):
        return annotation
    return next((found for each in get_args(annotation) if (found := _struct_in(each)) is not None), None)


@lru_cache(256)
def _strict(kind: type[Struct]) -> "msgspec.json.Decoder[Struct]":
    return msgspec.json.Decoder(_twin(kind))


@lru_cache(256)
def _twin(kind: type[Struct]) -> type[Struct]:
    """A struct that takes what `kind` takes, but refuses what it has no field for, at any depth."""
    fields = [
        (field.name, _with_twins(field.type), msgspec.field(default=None, name=field.encode_name))
        for field in structs.fields(kind)
    ]
    return msgspec.defstruct(kind.__name__, fields, forbid_unknown_fields=True)


def _with_twins(annotation: object) -> object:
    if _is_struct(annotation):
        return _twin(annotation)
    inside = get_args(annotation)
    if not inside or _struct_in(annotation) is None:
        return annotation
    twins = [_with_twins(each) for each in inside]
    return list[twins[0]] if get_origin(annotation) is list else reduce(or_, twins)  # type: ignore[valid-type]


def _is_struct(annotation: object) -> TypeGuard[type[Struct]]:
    return isclass(annotation) and issubclass(annotation, Struct)
