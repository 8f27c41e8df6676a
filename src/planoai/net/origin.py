"""Where an upstream is: scheme, host and port."""

import ipaddress
from typing import Self
from urllib.parse import urlsplit

from msgspec import Struct

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Origin(Struct, frozen=True, cache_hash=True):
    """`host` is a lower-case name, or an address; an IPv6 address stands without brackets."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, url: str) -> Self:
        """The origin of an absolute http or https URL; path and query do not matter. Raises ValueError."""
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        if scheme not in _DEFAULT_PORTS:
            raise ValueError("the URL has to begin with http:// or https://")
        if "@" in parts.netloc:
            raise ValueError("the URL must not hold a user name or a password")
        host = parts.hostname
        if not host:
            raise ValueError("the URL names no host")
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
        if parts.netloc.startswith("["):
            ipaddress.IPv6Address(host)
        return cls(scheme, host, parts.port if parts.port is not None else _DEFAULT_PORTS[scheme])

    @property
    def authority(self) -> str:
        """What the Host field says (RFC 9110, 7.2): brackets around IPv6, no default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"
