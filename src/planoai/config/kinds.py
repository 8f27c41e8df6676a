"""The kinds of value a field may hold beyond text and yes or no: how each is read, and how the reference page names it."""

import re
from collections.abc import Callable
from ipaddress import IPv6Address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Struct

from planoai.config.durations import seconds
from planoai.providers.catalog import PROVIDERS, find
from planoai.table import suggestion

_MOST_WORKERS = 256
_MOST_RETRIES = 10
_USUAL_PORTS = {"http": ":80", "https": ":443"}

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_HOST = re.compile(r"(?:[0-9A-Za-z_-]+(?:\.[0-9A-Za-z_-]+)*\.?|\[(?P<v6>[0-9A-Fa-f:.]+)\])(?::(?P<port>[0-9]{1,5}))?")


class Kind(Struct, frozen=True):
    """`read` takes the text, variables expanded, and raises ValueError with a sentence. `secret`: no message ever shows a value.

    `name` is what the reference page calls it, `wanted` the same after "must be".
    """

    name: str
    wanted: str
    read: Callable[[str], object]
    secret: bool = False


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise ValueError("must be a port, a whole number from 1 to 65535")
    return int(text)


def _workers(text: str) -> int | Literal["auto"]:
    if text == "auto":
        return "auto"
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= _MOST_WORKERS:
        raise ValueError(f"must be a whole number from 1 to {_MOST_WORKERS}, or `auto`")
    return int(text)


def _retries(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > _MOST_RETRIES:
        raise ValueError(f"must be a whole number from 0 to {_MOST_RETRIES}")
    return int(text)


def _path(text: str) -> str:
    if not text or not text.isprintable() or "-----BEGIN" in text:
        raise ValueError("must be the path of a file, not what is in it")
    if text.startswith("~"):
        raise ValueError("must not begin with `~`; write `$HOME`")
    return text


def _web_origin(text: str) -> str:
    """As a browser writes it in `Origin` (RFC 6454, 6.2): in lower case, without the usual port of its scheme."""
    if text == "*":
        return text
    scheme, mark, host = text.lower().partition("://")
    if not mark or not re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme) or not _is_host(host):
        raise ValueError(
            "must be `*` or an origin, scheme and host without a path, such as `https://app.example` or `http://localhost:3000`"
        )
    return f"{scheme}://{host.removesuffix(_USUAL_PORTS.get(scheme, ' '))}"


def _address(text: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z.:_%-]+", text):
        raise ValueError("must be an IP address or the name of a host, such as `127.0.0.1` or `::1`")
    return text


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError("must be a valid URL; its host or its port can not be read") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be a valid URL with scheme (http/https), such as `https://models.example/v1`")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("must be a valid URL; spaces and characters beyond ASCII are written as %20 and the like")
    if "@" in parts.netloc:
        raise ValueError("must not hold a user name or password; write the credential as `access_key`")
    if "?" in text or "#" in text:
        raise ValueError("must end before `?` and `#`")
    return text


def _header_value(text: str) -> str:
    if not text.isascii() or not text.isprintable():
        raise ValueError("has a line break or another character in it that a header can not carry")
    return text


def _host(text: str) -> str:
    """RFC 9110, 7.2: `uri-host [":" port]`."""
    if not _is_host(text):
        raise ValueError("must be a host, or a host and a port, such as `models.example` or `models.example:8443`")
    return text


def _is_host(text: str) -> bool:
    host = _HOST.fullmatch(text)
    return host is not None and 1 <= int(host["port"] or 80) <= 65535 and (host["v6"] is None or _is_ipv6(host["v6"]))


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


def _credential(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty; leave it out where no key is needed")
    return _header_value(text.strip())


def _client_key(text: str) -> str:
    key = _credential(text)
    if " " in key:
        raise ValueError("has a space in it, which a bearer token can not have")
    return key


def _header_name(text: str) -> str:
    if not _TOKEN.fullmatch(text):
        raise ValueError("the name of a header is letters, digits and hyphens")
    return text.lower()


def _region(text: str) -> str:
    if not re.fullmatch(r"[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}", text):
        raise ValueError("must be a region of AWS's, such as `us-east-1`")
    return text


def _interface(text: str) -> str:
    row = find(text)
    if row is None:
        raise ValueError(f"must be the name of a provider whose API is spoken there{suggestion(text, PROVIDERS)}")
    return row.name


Duration = Annotated[float, Kind("duration", "a duration", seconds)]
Port = Annotated[int, Kind("port", "a port", _port)]
Workers = Annotated[int | Literal["auto"], Kind("whole number, `auto`", "a whole number or `auto`", _workers)]
Retries = Annotated[int, Kind("whole number", "a whole number", _retries)]
FilePath = Annotated[
    str, Kind("path", "a path", _path, secret=True)
]  # where the key of a certificate may have been pasted
WebOrigin = Annotated[str, Kind("origin", "an origin", _web_origin)]
Address = Annotated[str, Kind("address", "an address", _address)]
Host = Annotated[str, Kind("host", "a host", _host, secret=True)]
Url = Annotated[str, Kind("URL", "a URL", _url, secret=True)]
Credential = Annotated[str, Kind("credential", "a credential", _credential, secret=True)]
ClientKey = Annotated[str, Kind("credential", "a credential", _client_key, secret=True)]
HeaderName = Annotated[str, Kind("header name", "the name of a header", _header_name, secret=True)]
HeaderValue = Annotated[str, Kind("text", "text", _header_value, secret=True)]
Region = Annotated[str, Kind("region", "a region", _region, secret=True)]  # where a key may have slipped to
Interface = Annotated[str, Kind("name of a provider", "the name of a provider", _interface)]
