"""Judges the head of a request: what llhttp leaves to its users of RFC 9112, sections 3.2, 6.1 and 6.3, and of RFC 9110, 10.1.1."""

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from planoai.net.refusal import Refusal

# The fields that decide about the connection and the body.
_FRAMING = frozenset((b"host", b"content-length", b"transfer-encoding", b"expect"))

# uri-host [":" port] of RFC 3986, loosely; it may be empty.
_HOST = re.compile(rb"(?:\[[0-9A-Fa-fv:.%]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(?::[0-9]*)?")
_LONG = 256  # bytes of a Host that is not kept in mind: no name is so long (RFC 1035, 2.3.4), and clients could fill megabytes
_ABSOLUTE = re.compile(r"https?://[^/?#@]+(/[^?]*)?(\?.*)?", re.IGNORECASE | re.DOTALL)


class Framing(Struct, frozen=True):
    length: int | None  # of the body in bytes; None: chunked
    expects_continue: bool


def framing(fields: Sequence[tuple[bytes, bytes]], version: str) -> Framing:
    """`fields` are those of a head, names in lower case. Raises Refusal."""
    if version not in ("1.1", "1.0"):
        raise Refusal(505, "http_version_not_supported", "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
    hosts = 0
    length: int | None = 0
    expects_continue = False
    for name, value in fields:
        if name not in _FRAMING:
            continue
        if name == b"host":
            hosts += 1
            if not (_is_host(value) if len(value) > _LONG else _is_known_host(value)):
                raise _bad("The Host field is not a host with an optional port.")
        elif name == b"content-length":
            length = int(value)  # llhttp has refused everything but one row of digits
        elif name == b"transfer-encoding":
            if version == "1.0":
                raise _bad("HTTP/1.0 has no Transfer-Encoding.")
            if value.lower() != b"chunked":
                raise Refusal(501, "not_implemented", "The only Transfer-Encoding spoken here is chunked.")
            length = None
        elif version == "1.1":
            if value.lower() != b"100-continue":
                raise Refusal(417, "expectation_failed", "The only expectation known here is 100-continue.")
            expects_continue = True
    if hosts > 1 or (hosts == 0 and version == "1.1"):
        raise _bad("A request has exactly one Host field.")
    return Framing(length, expects_continue)


def _is_host(value: bytes) -> bool:
    return _HOST.fullmatch(value) is not None


_is_known_host = lru_cache(maxsize=128)(_is_host)  # clients say the same few names all day


def reduced(method: str, target: bytes) -> str:
    """The path with its query. An absolute-form target (RFC 9112, 3.2.2) loses its scheme and authority. Raises Refusal."""
    text = target.decode("latin-1")
    if text[:1] == "/" and "#" not in text:
        return text
    if method == "CONNECT":
        raise Refusal(501, "not_implemented", "This is no proxy for tunnels: CONNECT is not served.")
    if text == "*" and method == "OPTIONS":
        return text
    absolute = _ABSOLUTE.fullmatch(text)
    if absolute is None or "#" in text:
        raise _bad("The target of the request is neither a path nor an http URL.")
    return (absolute[1] or "/") + (absolute[2] or "")


def _bad(message: str) -> Refusal:
    return Refusal(400, "invalid_request", message)
