"""Which requests go through a forward proxy: what the environment says, by the customs of curl and Go. No I/O."""

import ipaddress
from base64 import b64encode
from collections.abc import Mapping
from typing import Self
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from planoai.net.origin import Origin


class Proxy(Struct, frozen=True):
    """One proxy. `variable` is the one that names it, which is how messages call it: the address is the operator's business alone.

    `credentials` is the line of Proxy-Authorization (RFC 9110, 11.7.2) with its CRLF, or b"".
    """

    origin: Origin
    variable: str
    credentials: bytes = b""

    def __repr__(self) -> str:
        return f"Proxy({self.variable})"  # the rest may be a credential, and a repr ends up in logs


class Proxies(Struct, frozen=True):
    """Addresses as the environment has them, "" where it has none. They may hold passwords."""

    http: str = ""
    https: str = ""
    all: str = ""
    no: str = ""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self:
        """HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY; a name in lower case goes before the same in upper case.

        Raises ValueError, one sentence without the password, for an address that cannot be used. What nothing would go through is not looked at.
        """
        http, https, for_all, no = (
            environ.get(f"{name}_proxy") or environ.get(f"{name.upper()}_PROXY") or ""
            for name in ("http", "https", "all", "no")
        )
        found = cls(http, https, for_all, no)
        for scheme in ("http", "https"):
            _proxy(found, scheme)
        return found

    def for_origin(self, origin: Origin) -> Proxy | None:
        """The proxy to take to `origin`; None to go there directly. Loopback is always gone to directly, as in Go. Raises ValueError."""
        proxy = _proxy(self, origin.scheme)
        return None if proxy is None or _is_loopback(origin.host) or _exempt(self.no, origin) else proxy

    def __repr__(self) -> str:
        return f"Proxies(http={bool(self.http)}, https={bool(self.https)}, all={bool(self.all)}, no={self.no!r})"


def _proxy(proxies: Proxies, scheme: str) -> Proxy | None:
    own = proxies.https if scheme == "https" else proxies.http
    if own:
        return _parsed(f"{scheme.upper()}_PROXY", own.strip())
    return _parsed("ALL_PROXY", proxies.all.strip()) if proxies.all else None


def _parsed(variable: str, address: str) -> Proxy:
    """An address without a scheme is one of http, as everywhere."""
    url = address if "://" in address else f"http://{address}"
    scheme = url.partition("://")[0].lower()
    if scheme not in ("http", "https"):
        raise ValueError(
            f"{variable} names a proxy that speaks {scheme[:20]!a}; it has to be an http:// or https:// one"
        )
    try:
        parts = urlsplit(url)
        user, at, place = parts.netloc.rpartition("@")
        origin = Origin.parse(f"{scheme}://{place}")
    except ValueError:  # its words may quote the address
        raise ValueError(
            f"{variable} is not the address of a proxy; it has to look like http://user:password@host:port"
        ) from None
    return Proxy(origin, variable, _basic(user) if at else b"")


def _basic(user: str) -> bytes:
    """RFC 7617."""
    name, _, password = user.partition(":")
    pair = b64encode(f"{unquote(name)}:{unquote(password)}".encode())
    return b"proxy-authorization: Basic %b\r\n" % pair


def _exempt(no: str, origin: Origin) -> bool:
    host = origin.host.rstrip(".")
    address = _address(host)
    for entry in no.replace(",", " ").lower().split():
        if entry == "*":
            return True
        name, port = _split(entry)
        if port is not None and port != origin.port:
            continue
        if _covers(name, address) if address is not None else f".{host}".endswith(f".{name}"):
            return True
    return False


def _split(entry: str) -> tuple[str, int | None]:
    """An entry of NO_PROXY -> the name, address or network, and the port where it has one."""
    if entry.startswith("["):
        name, _, port = entry[1:].partition("]")
        port = port.removeprefix(":")
    elif entry.count(":") == 1:
        name, _, port = entry.partition(":")
    else:
        name, port = entry, ""
    return name.removeprefix("*").strip("."), int(port) if port.isascii() and port.isdigit() else None


def _covers(name: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    try:
        network = ipaddress.ip_network(name, strict=False)
    except ValueError:
        return False
    return address in network


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host.rstrip(".") == "localhost" if address is None else address.is_loopback


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
