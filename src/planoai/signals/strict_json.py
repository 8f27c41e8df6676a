"""JSON as the reference reads it: nothing that the standard does not have, no number that overflows, at most 127 levels."""

import json
import math

import msgspec

from planoai.signals.signal import Json

_DEEPEST = 127


class NotStrict(ValueError):
    """The text is no JSON, or more than the reference takes."""


def read_json(text: str) -> Json:
    """Raises NotStrict. The last of equal keys wins; whole numbers beyond 64 bits become floats, and so does `-0`."""
    if _too_deep(text):
        raise NotStrict
    try:
        value: Json = _DECODER.decode(text)
        msgspec.json.encode(value)  # half of a surrogate pair, written as an escape
    except (ValueError, RecursionError):
        raise NotStrict from None
    return value


def compact(value: Json) -> str:
    """JSON without spaces, floats in their shortest form."""
    return msgspec.json.encode(value).decode()


def same(a: Json, b: Json) -> bool:
    """Equal with their types: neither `1` and `1.0` are, nor `1` and `true`. The order of keys does not matter."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(value, b[key]) for key, value in a.items())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and a == b


def _too_deep(text: str) -> bool:
    deep = 0
    inside = False
    characters = iter(text)
    for character in characters:
        if inside:
            if character == "\\":
                next(characters, None)
            elif character == '"':
                inside = False
        elif character == '"':
            inside = True
        elif character in "[{":
            deep += 1
            if deep > _DEEPEST:
                return True
        elif character in "]}":
            deep -= 1
    return False


def _whole(digits: str) -> int | float:
    if digits == "-0" or len(digits) > 20:
        return _float(digits)
    number = int(digits)
    return number if -(2**63) <= number < 2**64 else float(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise NotStrict
    return number


def _constant(name: str) -> Json:
    raise NotStrict(name)


_DECODER = json.JSONDecoder(parse_int=_whole, parse_float=_float, parse_constant=_constant)
