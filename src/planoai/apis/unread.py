"""What of a client's JSON the structs that read it do not know: it can not cross to another API, and the client is told so by its path."""

from collections.abc import Iterator
from functools import lru_cache
from inspect import isclass
from typing import get_args

import msgspec
from msgspec import Raw, Struct, structs

_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_LIST = msgspec.json.Decoder(list[Raw])


def unread(raw: Raw, kind: type[Struct], path: str) -> Iterator[tuple[str, Raw]]:
    """The members of the object `raw`, which `kind` has read, that `kind` and the structs in it have no fields for; nulls say nothing."""
    known = _fields(kind)
    for name, value in _OBJECT.decode(raw).items():
        text = bytes(value)
        where = f"{path}.{name}" if path else name
        if name not in known:
            if text != b"null":
                yield where, Raw(text)
        elif (inner := known[name]) is not None and text.startswith(b"{"):
            yield from unread(value, inner, where)
        elif inner is not None and text.startswith(b"["):
            for place, item in enumerate(_LIST.decode(value)):
                if bytes(item).startswith(b"{"):
                    yield from unread(item, inner, f"{where}[{place}]")


@lru_cache(256)
def _fields(kind: type[Struct]) -> dict[str, type[Struct] | None]:
    """The fields of `kind`, each with the struct that is in it, alone or in a list."""
    return {field.encode_name: _struct_in(field.type) for field in structs.fields(kind)}


def _struct_in(annotation: object) -> type[Struct] | None:
    if isclass(annotation) and issubclass(annotation, Struct):
        return annotation
    return next((found for each in get_args(annotation) if (found := _struct_in(each)) is not None), None)
