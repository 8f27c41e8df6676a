"""Which headers of a request are kept of it: who asked and on whose behalf, and what the operator named; never a credential. Pure."""

from functools import lru_cache

from planoai.config.schema import Config
from planoai.names import TRACESTATE
from planoai.net.headers import Headers
from planoai.providers.auth import speaks_of_credential

Kept = tuple[tuple[bytes, bytes], ...]

USUAL = frozenset((b"user-agent", b"x-forwarded-for", b"host", TRACESTATE))

_LONGEST = 256  # bytes of a value: a fact is small
_LONGEST_NAME = 128
_MOST = 16  # a name may come several times
_REMEMBERED = 1024  # names: clients can make up any number


class Keeping:
    """`names` in lower case, and every name that begins with one of `prefixes`."""

    def __init__(self, names: frozenset[bytes] = USUAL, prefixes: tuple[bytes, ...] = ()) -> None:
        self._names = frozenset(name for name in names if not _is_credential(name))
        self._prefixes = prefixes
        self._keeps = lru_cache(_REMEMBERED)(self._is_wanted)

    def kept(self, headers: Headers) -> Kept:
        """What was named comes before what only begins like something, of which there may be any number."""
        names = self._names
        found = [(name, value[:_LONGEST]) for name, value in headers.pairs if name in names]
        if self._prefixes:
            keeps = self._keeps
            for name, value in headers.pairs:
                if name not in names and keeps(short := name[:_LONGEST_NAME]):
                    found.append((short, value[:_LONGEST]))
        return tuple(found[:_MOST])

    def _is_wanted(self, name: bytes) -> bool:
        return name.startswith(self._prefixes) and not _is_credential(name)


def _is_credential(name: bytes) -> bool:
    return speaks_of_credential(name.decode("latin-1"))


def keeping_of(config: Config) -> Keeping:
    """What is on for attributes, sessions and the people that exporters tell of."""
    tracing = config.tracing
    named = [*config.routing.session_headers, *(each.distinct_id_header or "" for each in tracing.exporters)]
    prefixes = tuple(prefix.lower().encode() for prefix in tracing.span_attributes.header_prefixes)
    return Keeping(USUAL | {name.lower().encode() for name in named if name}, prefixes)
