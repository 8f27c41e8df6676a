"""Writes heads: start lines, header fields, the date. What leaves here cannot hold a line break that nobody meant."""

import time
from collections.abc import Iterable
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

from planoai.names import FRAMING_FIELDS

STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}

_BREAKS = b"\r\n\0"
_LONG = 256  # characters of a target that is not kept in mind: clients choose targets, and 512 long ones are megabytes


def status_line(status: int) -> bytes:
    """Raises ValueError for what is no final status."""
    line = STATUS_LINES.get(status)
    if line is None:
        if not 200 <= status <= 999:
            raise ValueError(f"{status} is not the status of an answer")
        line = f"HTTP/1.1 {status} \r\n".encode()
    elif status < 200:
        raise ValueError(f"{status} is not the status of an answer")
    return line


def header_lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """One line for each pair, each with its CRLF. Names are in lower case.

    Raises ValueError, which names the field and never its value, for CR, LF or NUL (RFC 9110, 5.5) and for fields that are ours to set.
    """
    lines = []
    for name, value in headers:
        if name in FRAMING_FIELDS:
            raise ValueError(f"the header field {name.decode('latin-1')} is not the caller's to set")
        lines.append(name + b": " + value)
    lines.append(b"")
    written = b"\r\n".join(lines)
    # One look at what was joined is far cheaper than one at each part: no break may be there but those that end a line.
    if len(written.translate(None, _BREAKS)) != len(written) - 2 * (len(lines) - 1):
        culprits = [line.partition(b":")[0] for line in lines if line.translate(None, _BREAKS) != line]
        raise ValueError(f"the header fields {culprits} hold a line break or a NUL")
    return written


def request_line(method: str, target: str) -> bytes:
    """Raises ValueError for a method or a target with white space, control characters or anything but ASCII in it."""
    return _written(method, target) if len(target) > _LONG else _known(method, target)


def _written(method: str, target: str) -> bytes:
    if not (method.isalpha() and method.isascii()):
        raise ValueError(f"{method!a} is not a method")
    if not (target.isascii() and target.isprintable()) or " " in target or not target:
        raise ValueError("the target of a request has to be printable ASCII without spaces")
    return f"{method} {target} HTTP/1.1\r\n".encode("ascii")


_known = lru_cache(maxsize=512)(_written)  # an application sends most of its requests to few targets


class _DateLine:
    """The `date` field (RFC 9110, 6.6.1), formatted once a second."""

    __slots__ = ("_line", "_second")

    def __init__(self) -> None:
        self._second = 0
        self._line = b""

    def __call__(self) -> bytes:
        second = int(time.time())
        if second != self._second:
            self._second = second
            self._line = f"date: {formatdate(second, usegmt=True)}\r\n".encode("ascii")
        return self._line


date_line = _DateLine()
