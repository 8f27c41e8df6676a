"""Writes heads: start lines, header fields, the date. What leaves here cannot hold a line break that nobody meant."""

import time
from collections.abc import Iterable
from email.utils import formatdate
from http import HTTPStatus

STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}

# The fields that frame a message or speak about the connection (RFC 9110, 7.6.1) are written here and nowhere else.
_OURS = frozenset(
    (
        b"connection",
        b"content-length",
        b"date",
        b"keep-alive",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    )
)


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
    """One line for each pair, each with its CRLF.

    Raises ValueError, which names the field and never its value, for CR, LF or NUL (RFC 9110, 5.5) and for fields that are ours to set.
    """
    lines = []
    for name, value in headers:
        if name.lower() in _OURS:
            raise ValueError(f"the header field {name.decode('latin-1')} is not the caller's to set")
        lines.append(b"%b: %b\r\n" % (name, value))
    written = b"".join(lines)
    # Counting in what was joined is far cheaper than a look at each part.
    if written.count(b"\n") != len(lines) or written.count(b"\r") != len(lines) or b"\0" in written:
        raise ValueError(f"the header field {_culprit(lines)} holds a line break or a NUL")
    return written


def _culprit(lines: list[bytes]) -> str:
    for line in lines:
        inside = line[:-2]
        if b"\r" in inside or b"\n" in inside or b"\0" in inside:
            return ascii(inside.partition(b":")[0].decode("latin-1"))
    raise AssertionError("called without a bad line")


def request_line(method: str, target: str) -> bytes:
    """Raises ValueError for a method or a target with white space, control characters or anything but ASCII in it."""
    if not (method.isalpha() and method.isascii()):
        raise ValueError(f"{method!a} is not a method")
    if not (target.isascii() and target.isprintable()) or " " in target or not target:
        raise ValueError("the target of a request has to be printable ASCII without spaces")
    return f"{method} {target} HTTP/1.1\r\n".encode("ascii")


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
