"""A JSON object one level deep: the bytes of every value survive, and only what must be known is read.

A request that goes to an upstream of its own dialect is never read any deeper, so a field nobody here has heard of arrives as it was sent.
"""

import re
from collections.abc import Mapping
from typing import TypeVar

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from planoai.apis.dialect import Fields
from planoai.errors import BadRequest, UpstreamUnreadable

Value = TypeVar("Value")


class _Peek(Struct):
    error: Raw | UnsetType = UNSET


class _Large(Struct):
    """The fields that make a request large, of every API."""

    messages: Raw = Raw()
    input: Raw = Raw()
    system: Raw = Raw()
    tools: Raw = Raw()


_LARGE = msgspec.json.Decoder(_Large)
_UNSUSPICIOUS = 4 * 1024 * 1024  # bytes of all other fields
_MOST_OTHERS = 100_000  # of them; each takes some 200 bytes of memory, however short it is

_FIELDS = msgspec.json.Decoder(dict[str, Raw])
_PEEK = msgspec.json.Decoder(_Peek)
_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `\$?(?P<path>[^`]*)`)?$", re.DOTALL)
_MISSING = re.compile(r"^Object missing required field `(?P<field>[^`]+)`$")
_OURS = frozenset({"routing_preferences"})  # fields that speak to the gateway and never go on
_OUR_METADATA = ("archgw_preference_config", "plano_preference_config")


def read_fields(body: bytes) -> dict[str, Raw]:
    """A client's body -> its fields. Raises BadRequest unless it is one JSON object in UTF-8."""
    try:
        if not body.isascii():
            body.decode()  # values that are only passed on are never decoded: bad UTF-8 in them would reach the upstream
        if len(body) > _UNSUSPICIOUS:
            _refuse_very_many(body)
        return _FIELDS.decode(body)
    except UnicodeDecodeError as error:
        raise BadRequest(f"the body is not UTF-8: byte {error.start} can not be read") from None
    except RecursionError:
        raise BadRequest("the body is nested too deeply") from None
    except msgspec.ValidationError:
        raise BadRequest("the body must be a JSON object") from None
    except msgspec.DecodeError as error:
        raise BadRequest(
            f"the body is not JSON: {error}" if body.strip() else "the body is empty; a JSON object is expected"
        ) from None


def _refuse_very_many(body: bytes) -> None:
    """Raises BadRequest for fields so many that memory would be filled with them.

    They are told by the commas outside of what is large in every request, so that nothing has to be kept to count them.
    """
    known = _LARGE.decode(body)
    large = [bytes(value) for value in (known.messages, known.input, known.system, known.tools)]
    if len(body) - sum(map(len, large)) > _UNSUSPICIOUS:
        commas = body.count(b",") - sum(value.count(b",") for value in large)
        if commas > _MOST_OTHERS:
            raise BadRequest(f"the body has {commas} commas outside of its messages, more than {_MOST_OTHERS}")


def read(raw: Raw | bytes, kind: type[Value], path: str) -> Value:
    """A client's value. Raises BadRequest with the JSON path, which begins with `path`, of what is wrong in it."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except RecursionError:
        raise BadRequest(f"{path}: nested too deeply", param=path) from None
    except msgspec.ValidationError as error:
        what, where = _explain(str(error), path)
        raise BadRequest(f"{where}: {what}", param=where) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest(f"{path}: {error}", param=path) from None


def tells_error(body: bytes) -> bool:
    """Whether an upstream's JSON body has an `error` in it, whatever its status says. Raises UpstreamUnreadable for what is no JSON object."""
    try:
        error = _PEEK.decode(body).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise UpstreamUnreadable(f"the upstream's answer can not be read: {problem}") from None
    return isinstance(error, Raw) and bytes(error) != b"null"  # a Raw is never equal to bytes


def without_ours(fields: Mapping[str, Raw]) -> Fields:
    """The fields without those that speak to the gateway."""
    metadata = fields.get("metadata")
    mentions_us = metadata is not None and any(name.encode() in bytes(metadata) for name in _OUR_METADATA)
    if not mentions_us and _OURS.isdisjoint(fields):
        return fields
    kept = {name: value for name, value in fields.items() if name not in _OURS}
    if mentions_us:
        try:
            rest = {
                name: value for name, value in _FIELDS.decode(kept.pop("metadata")).items() if name not in _OUR_METADATA
            }
        except msgspec.DecodeError:  # not an object: leave the upstream to say so
            return fields
        if rest:
            kept["metadata"] = Raw(msgspec.json.encode(rest))
    return kept


def _explain(message: str, path: str) -> tuple[str, str]:
    """msgspec's `Expected `str`, got `int` - at `$[0].role`` -> what is wrong, and the path of it."""
    match = _PLACE.match(message)
    what, where = (match["what"], (path + (match["path"] or "")).removeprefix(".")) if match else (message, path)
    if missing := _MISSING.match(what):
        return "this field is required", f"{where}.{missing['field']}" if where else missing["field"]
    return what.replace("`", "").replace("Expected", "expected", 1), where
