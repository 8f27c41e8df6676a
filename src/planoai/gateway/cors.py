"""Which pages of other origins a browser lets read our answers (the Fetch standard, "CORS protocol")."""

from collections.abc import Iterable

from planoai.gateway.headers import JSON, Pairs
from planoai.net.headers import Headers

_ANY = b"*"
_METHODS = (b"access-control-allow-methods", b"GET, POST, OPTIONS")
_A_DAY = (b"access-control-max-age", b"86400")
_VARY = (b"vary", b"Origin")
_EXPOSED = (b"access-control-expose-headers", b"*")

# Without any origin being configured, every page may ask which models there are.
ANYONE: Pairs = [
    (b"allow", b"GET, OPTIONS"),
    (b"access-control-allow-origin", _ANY),
    (b"access-control-allow-headers", b"Authorization, Content-Type"),
    _METHODS,
    JSON,
]


class Cors:
    """`origins` as the config lists them: `https://app.example`, or `*` for every one."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._origins = frozenset(origin.encode("ascii") for origin in origins)

    def fields(self, headers: Headers) -> Pairs:
        """What an answer to a page of this origin carries; nothing for one that is not allowed, or for no page at all."""
        origin = headers.get(b"origin")
        if origin is None:
            return []
        if _ANY in self._origins:
            return [(b"access-control-allow-origin", _ANY), _EXPOSED]
        if origin.lower() not in self._origins:
            return [_VARY]
        return [(b"access-control-allow-origin", origin), _EXPOSED, _VARY]

    def preflight(self, headers: Headers) -> Pairs | None:
        """What the answer to an OPTIONS request carries besides `fields`; None where it is none of a browser that asks before it sends."""
        if headers.get(b"access-control-request-method") is None or not self._allows(headers):
            return None
        wanted = headers.get(b"access-control-request-headers") or b"authorization, content-type, x-api-key"
        return [_METHODS, (b"access-control-allow-headers", wanted), _A_DAY]

    def _allows(self, headers: Headers) -> bool:
        origin = headers.get(b"origin")
        return origin is not None and (_ANY in self._origins or origin.lower() in self._origins)
