"""A credential -> the headers that carry it, and a client's headers -> the credential in them; which names speak of credentials.

Pure; the row of a provider names its signer.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

Headers = tuple[tuple[bytes, bytes], ...]  # names in lower case
Incoming = Mapping[str, str] | Iterable[tuple[bytes, bytes]]
Sign = Callable[[str, str], Headers]  # the credential and the name of the upstream's dialect

# Whatever carries a credential. A client's own never go on as they came: the signer writes what the upstream wants.
_BY_RANK = (b"authorization", b"x-api-key", b"api-key", b"x-goog-api-key")
CREDENTIAL_HEADERS = frozenset(_BY_RANK)
CREDENTIAL_NAMES = frozenset(name.decode() for name in _BY_RANK)

# In the name of a header or of a parameter of a query. Some words say it anywhere, some only where they stand alone: `x-auth`, not `x-author`.
_SPEAKS_OF_CREDENTIAL = re.compile(
    r"""
      authori[sz]ation | authenticat | token | secret | credential | cookie | assertion | signature | jwt
    | pass(?:word|wd|phrase|code)
    | (?:api|access|auth|function|functions|master|private|shared|subscription)[-_]?key
    | (?<![a-z0-9]) (?:o?auth[nz]?|dpop|pass|pwd|sig|keys?) (?![a-z0-9])
    | (?-i: (?<=[a-z]) (?:Key|Auth|Sig|Pass) (?![a-z]))
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NO_CREDENTIAL = re.compile(r"(?:idempotency|cache)[-_]?key", re.IGNORECASE)  # they tell requests apart, not people

ANTHROPIC_VERSION = b"2023-06-01"
BETA = b"anthropic-beta"  # a list, to which others may have something to add
_OAUTH = b"oauth-2025-04-20"


def bearer(credential: str, _dialect: str) -> Headers:
    """RFC 6750."""
    return ((b"authorization", b"Bearer " + _latin(credential)),)


def x_api_key(credential: str, _dialect: str) -> Headers:
    """Anthropic's own key header. An OAuth token of a subscription is refused there: it goes as a bearer token, with a word that allows it."""
    if credential.startswith("sk-ant-oat"):
        return (*bearer(credential, _dialect), (BETA, _OAUTH))
    return ((b"x-api-key", _latin(credential)),)


def by_dialect(credential: str, dialect: str) -> Headers:
    """What nearly every provider wants: the key goes where the API it speaks has its place for it."""
    return x_api_key(credential, dialect) if dialect == "anthropic_messages" else bearer(credential, dialect)


def azure(credential: str, dialect: str) -> Headers:
    """Azure takes its keys as `api-key`, and tokens of Entra ID, which are JWTs, as bearer tokens."""
    if credential.startswith("eyJ") and credential.count(".") == 2:
        return bearer(credential, dialect)
    return ((b"api-key", _latin(credential)),)


def authorise(sign: Sign, dialect: str, credential: str | None) -> Headers:
    """Every header of an upstream request that says who asks, and in which version of the API. `credential` None sends none."""
    signed = sign(credential, dialect) if credential else ()
    return (*signed, (b"anthropic-version", ANTHROPIC_VERSION)) if dialect == "anthropic_messages" else signed


def speaks_of_credential(name: str) -> bool:
    """Whether what stands under `name`, of a header or of a parameter of a query, is likely a credential."""
    return _SPEAKS_OF_CREDENTIAL.search(_NO_CREDENTIAL.sub("", name)) is not None


def secrets_in(headers: Mapping[str, str]) -> Iterator[str]:
    """The credentials among configured headers: each as it is written, and without the scheme before it."""
    for name, value in headers.items():
        if speaks_of_credential(name):
            yield value
            yield value.partition(" ")[2].strip()


def client_credential(headers: Incoming) -> str | None:
    """What a client sent as its credential: `Authorization` with `Bearer` or no scheme at all, else `x-api-key`, `api-key`, `x-goog-api-key`."""
    found = dict(credentials(headers))
    return next((found[name] for name in _BY_RANK if name in found), None)


def credentials(headers: Incoming) -> list[tuple[bytes, str]]:
    """Every credential that a client sent, with the header that carries it; of a repeated header the first."""
    found: dict[bytes, str] = {}
    for name, value in _pairs(headers):
        if name in CREDENTIAL_HEADERS:
            found.setdefault(name, value.decode("latin-1").strip())
    if b"authorization" in found:
        found[b"authorization"] = _token(found[b"authorization"])
    return [(name, value) for name, value in found.items() if value]


def _token(value: str) -> str:
    """`Bearer abc`, `bearer  abc`, `Bearerabc` and `abc` are all `abc`: clients write every one of them.

    What another scheme carries, such as `Basic`, is no key of a provider's and would be none as a bearer token: it is left out.
    """
    scheme, *credentials = re.split(r"[ \t]+", value, maxsplit=1)
    if credentials:
        return credentials[0] if scheme.lower() == "bearer" else ""
    return value[6:] if value[:6].lower() == "bearer" else value


def _pairs(headers: Incoming) -> Iterable[tuple[bytes, bytes]]:
    if isinstance(headers, Mapping):
        return ((_latin(name.lower()), _latin(value)) for name, value in headers.items())
    return ((name.lower(), value) for name, value in headers)


def _latin(text: str) -> bytes:
    """The bytes of a head. A configured key has been checked to be ASCII, and what a client sent was decoded the same way."""
    return text.encode("latin-1", "replace")
