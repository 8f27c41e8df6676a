"""An observation -> one line of the access log. Pure.

    [start] "METHOD path protocol" status flags bytes-in bytes-out duration-ms upstream-ms "x-forwarded-for" "user-agent" "x-request-id" "authority"
    "upstream-host" "upstream-target" attempts=n key=value ...

Envoy's default format up to the target, so that what reads such lines reads these. `-` stands for what is not known. A line is ASCII without control
characters whatever clients and upstreams sent, and what they sent ends no quotation: other bytes are told as \\xHH, as nginx does.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from planoai.observability.observation import Observation
from planoai.observability.record import Attempt

LONGEST = 256  # bytes of one value, before they are escaped

_DAY = 86_400  # seconds
_UNSAFE = re.compile(rb"[^ !#-\[\]-~]")
_UNSAFE_IN_TOKEN = re.compile(rb"[^!#-<>-\[\]-~]")  # neither a blank nor another `=`
_FLAGS = {"connect": "UF", "timeout": "UT", "closed": "UC", "unreadable": "UPE"}


def line(observation: Observation) -> str:
    """Without a line end."""
    opened, closed, chosen = observation.opened, observation.closed, observation.chosen
    headers = _joined(opened.headers)
    return " ".join(
        (
            f"[{instant(opened.at)}]",
            f'"{_token(opened.method)} {_token(opened.path)} HTTP/{_token(opened.version)}"',
            str(closed.status or "-"),
            flags(observation),
            str(closed.bytes_in),
            str(closed.bytes_out),
            str(_milliseconds(closed.ended)),
            _upstream_time(chosen),
            _repeated(headers.get(b"x-forwarded-for", b"")),
            _repeated(headers.get(b"user-agent", b"")),
            _quoted(opened.request_id),
            _repeated(headers.get(b"host", b"")),
            _repeated(chosen.origin.encode() if chosen else b""),
            _repeated(chosen.target.encode() if chosen else b""),
            f"attempts={len(closed.attempts)}",
            *(f"{name}={value}" for name, value in _extras(observation)),
        )
    )


def flags(observation: Observation) -> str:
    """Envoy's response flags, as far as they fit: who is to blame when it did not end well."""
    closed, chosen = observation.closed, observation.chosen
    if closed.outcome in ("cancelled", "stopped"):
        return "DC" if closed.outcome == "cancelled" else "LR"
    if chosen is None or closed.outcome == "lost":
        return "-"
    told = []
    if len(closed.attempts) > 1 and (closed.outcome == "failed" or chosen.status >= 400):
        told.append("URX")
    if closed.outcome == "cut":
        told.append(_FLAGS.get(chosen.trouble, "UC"))
    elif closed.outcome == "failed" and chosen.trouble in _FLAGS:
        told.append(_FLAGS[chosen.trouble])
    return ",".join(told) or "-"


def instant(at: float) -> str:
    """Seconds since the epoch -> ISO 8601 in UTC, with milliseconds."""
    seconds, milliseconds = divmod(round(at * 1000), 1000)
    return f"{_second(seconds)}.{milliseconds:03}Z"


@lru_cache(64)
def _second(at: int) -> str:
    days, seconds = divmod(at, _DAY)
    return f"{_date(days)}T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _date(days: int) -> str:
    """Days since the epoch -> a Gregorian date, by eras of 400 years that begin in March, as Howard Hinnant's `civil_from_days` has it."""
    era, day = divmod(days + 719_468, 146_097)
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    day -= (153 * month + 2) // 5
    after_december = month >= 10
    return f"{era * 400 + year + after_december:04}-{month - 9 if after_december else month + 3:02}-{day + 1:02}"


def _extras(observation: Observation) -> Iterator[tuple[str, str]]:
    opened, closed, chosen, usage = observation.opened, observation.closed, observation.chosen, observation.usage
    if opened.dialect:
        asked = chosen.model if chosen and chosen.status and not chosen.trouble else ""
        yield "model", _token(opened.model)
        yield "served", _token((observation.model or asked)[:LONGEST])
        yield "api", f"{_token(opened.dialect)}>{_token(chosen.dialect if chosen else '')}"
        yield "stream", "true" if opened.stream else "false"
    yield "outcome", closed.outcome
    if closed.first and opened.dialect and closed.outcome != "failed":
        yield "ttft_ms", str(_milliseconds(closed.first))
    if usage is not None:
        yield "input_tokens", str(usage.input)
        yield "output_tokens", str(usage.output)
    if observation.cost is not None:
        yield "cost_usd", f"{observation.cost.total:.6g}"


def _joined(headers: tuple[tuple[bytes, bytes], ...]) -> dict[bytes, bytes]:
    """A name that came several times has all its values, in their order (RFC 9110, section 5.3): each proxy may have added a line."""
    joined: dict[bytes, bytes] = {}
    for name, value in headers:
        joined[name] = joined[name] + b", " + value if name in joined else value
    return joined


def _upstream_time(chosen: Attempt | None) -> str:
    """From the request to the head of the answer, in milliseconds."""
    if chosen is None or not chosen.status:
        return "-"
    return str(_milliseconds(chosen.answered - chosen.sent))


def _milliseconds(seconds: float) -> int:
    return max(0, round(seconds * 1000))


def _quoted(value: bytes) -> str:
    """In quotation marks, which nothing in it can end."""
    return f'"{_UNSAFE.sub(_escape, value[:LONGEST]).decode()}"' if value else '"-"'


@lru_cache(256)
def _repeated(value: bytes) -> str:
    """For what many requests have in common."""
    return _quoted(value)


@lru_cache(256)
def _token(value: str) -> str:
    """One word."""
    return _UNSAFE_IN_TOKEN.sub(_escape, value.encode("utf-8", "surrogatepass")[:LONGEST]).decode() if value else "-"


def _escape(found: re.Match[bytes]) -> bytes:
    return b"\\x%02X" % found[0][0]
