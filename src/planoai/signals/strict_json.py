"""JSON as the reference reads it: nothing that the standard does not have, no number that overflows, at most 127 levels.

msgspec is as strict, and many times as fast, but reads three things otherwise: `-0`, whole numbers beyond 64 bits, and deep nesting. Text that may
hold one of them goes to Python's own reader.
"""

import json
import math
import re

import msgspec

from planoai.signals.signal import Json

_DEEPEST = 127
_STRINGS_AND_BRACKETS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)
_LONG_NUMBER = re.compile("[0-9]{19}")


class NotStrict(ValueError):
    """The text is no JSON, or more than the reference takes."""


def read_json(text: str) -> Json:
    """Raises NotStrict. The last of equal keys wins; whole numbers beyond 64 bits become floats, and so does `-0`."""
    try:
        if "-0" in text or _LONG_NUMBER.search(text) or _too_deep(text):
            return _slowly(text)
        value: Json = _FAST.decode(text)
    except (ValueError, msgspec.DecodeError):
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


def _slowly(text: str) -> Json:
    if _too_deep(text):
        raise NotStrict
    value: Json = _DECODER.decode(text)
    msgspec.json.encode(value)  # half of a surrogate pair, written as an escape
    return value


def _too_deep(text: str) -> bool:
    """Brackets inside strings open nothing; they are told apart only where there are enough to matter."""
    if text.count("{") + text.count("[") <= _DEEPEST:
        return False
    deep = 0
    for found in _STRINGS_AND_BRACKETS.finditer(text):
        if found[0] in "[{":
            deep += 1
            if deep > _DEEPEST:
                return True
        elif found[0] in "]}":
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


_FAST = msgspec.json.Decoder()
_DECODER = json.JSONDecoder(parse_int=_whole, parse_float=_float, parse_constant=_constant)
