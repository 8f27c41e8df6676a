"""Whether a request that failed is tried again at the same provider, and after how long. Nothing of the answer has reached the client by then."""

import re
from calendar import timegm
from collections.abc import Callable
from email.utils import parsedate_tz

from planoai.errors import Trouble

_FIRST_PAUSE = 0.5  # seconds; doubles with each try
_LONGEST_PAUSE = 5.0
_LONGEST_ASKED = 60.0  # what the official clients wait at most when a server names a time

_TRANSIENT = frozenset({408, 429})  # 409 is not: what it collided with is still there a second later
_FOR_GOOD = frozenset({501, 505})  # of the 5xx; what is not implemented now is not a second later either

# Not `timeout`: it has used the time there was, and the provider may still be at work on the first request.
_TROUBLES: frozenset[Trouble] = frozenset({"connect", "closed"})

_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{0,15})?")
_LONGEST_DATE = 64


def pause(tries: int, failure: int | Trouble, retry_after: float | None, chance: float, left: float) -> float | None:
    """Seconds to wait before the next try; None where none makes sense, and the failure is to be told at once.

    `tries` were made by now, one at least; how many may be is the caller's to say. `failure` is the status of the answer, or the trouble that
    there was instead of one. `chance`, in [0, 1), spreads the tries of many clients. `left` are the seconds that wait and next try share.
    A `retry_after` (seconds) that is longer than our own pause replaces it; one of over 60 s is not sat out.
    """
    if not may_pass(failure):
        return None
    own = min(_FIRST_PAUSE * 2.0 ** (tries - 1), _LONGEST_PAUSE) * (0.5 + chance / 2)
    wait = max(own, retry_after or 0.0)
    return wait if wait < left and (retry_after is None or retry_after <= _LONGEST_ASKED) else None


def may_pass(failure: int | Trouble) -> bool:
    """Whether the same request may succeed a moment later at the same provider."""
    if isinstance(failure, int):
        return failure in _TRANSIENT or (500 <= failure < 600 and failure not in _FOR_GOOD)
    return failure in _TROUBLES


def retry_after(field: Callable[[bytes], bytes | None], now: float) -> float | None:
    """Seconds after which an answer asks to be tried again; None where it does not say, or not in a way that can be read.

    `field` looks a header up by its name in lower case; `now` is the time since the epoch. `retry-after-ms`, which the official clients of
    OpenAI and Anthropic prefer for being finer, comes before `Retry-After`: seconds, or a date (RFC 9110, 10.2.3).
    """
    finer = _number(_text(field(b"retry-after-ms")))
    if finer is not None:
        return finer / 1000
    text = _text(field(b"retry-after"))
    seconds = _number(text)
    return _until(text, now) if seconds is None else seconds


def _text(value: bytes | None) -> str:
    return "" if value is None or not value.isascii() else value.decode("ascii").strip()


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def _until(text: str, now: float) -> float | None:
    """All three forms of an HTTP date (RFC 9110, 5.6.7). The oldest names no zone; it is GMT as well."""
    parsed = parsedate_tz(text) if 0 < len(text) <= _LONGEST_DATE else None
    if parsed is None:
        return None
    try:
        return max(timegm(parsed[:9]) - (parsed[9] or 0) - now, 0.0)
    except (ValueError, OverflowError):  # a thirteenth month, the year 0
        return None
