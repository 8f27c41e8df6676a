"""What an upstream says beside its answer, read as far as it fits.

A count that is text, a title that is a number: no reason to lose a good answer. What the answer itself consists of is never read so; the caller
names it, and where it does not fit the answer can not be read.
"""

from collections.abc import Container, Iterator
from inspect import isclass
from typing import TypeVar, get_args, get_origin

import msgspec
from msgspec import Raw, Struct, structs

Kind = TypeVar("Kind", bound=Struct)

_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_LIST = msgspec.json.Decoder(list[Raw])


def decode(decoder: msgspec.json.Decoder[Kind], raw: bytes | Raw, essential: Container[str] = ()) -> Kind:
    """A JSON object without those members that are of another type than they should be, numbers written as text aside: those are read.

    Raises msgspec.DecodeError for what is no JSON object, and where a required member, or one called as in `essential` at any depth, does not fit;
    UnicodeDecodeError for what is not UTF-8, which in members that are kept as they are would be found by whoever is told of them.
    """
    if type(raw) is bytes and not raw.isascii():  # a Raw is part of what was looked at
        raw.decode()
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError:
        return _by_member(raw, decoder.type, essential)


def _by_member(raw: bytes | Raw, kind: type[Kind], essential: Container[str]) -> Kind:
    told = _OBJECT.decode(raw)
    kept: dict[str, object] = {}
    for field in structs.fields(kind):
        if field.encode_name not in told:
            if field.required:
                raise msgspec.ValidationError(f"Object missing required field `{field.encode_name}`")
            continue
        member, needed = told[field.encode_name], field.required or field.name in essential
        choices = (field.type, *get_args(field.type))
        inner = _struct_among(choices)
        item = _struct_among(get_args(next((each for each in choices if get_origin(each) is list), None)))
        try:
            kept[field.name] = msgspec.json.decode(member, type=field.type, strict=needed)
        except (msgspec.DecodeError, UnicodeDecodeError):
            if inner is not None and bytes(member).startswith(b"{"):
                kept[field.name] = _by_member(member, inner, essential)
            elif item is not None and bytes(member).startswith(b"["):
                kept[field.name] = list(_items(member, item, essential, needed=needed))
            elif needed:
                raise
    return kind(**kept)


def _items(raw: Raw, kind: type[Struct], essential: Container[str], *, needed: bool) -> Iterator[Struct]:
    for item in _LIST.decode(raw):
        try:
            yield _by_member(item, kind, essential)
        except msgspec.ValidationError:
            if needed:
                raise


def _struct_among(annotations: tuple[object, ...]) -> type[Struct] | None:
    return next((each for each in annotations if isclass(each) and issubclass(each, Struct)), None)
