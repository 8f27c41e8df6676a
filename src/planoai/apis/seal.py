"""A proof of thinking inside a client's field that has no room for who issued it.

Clients send such fields back as they got them, with whatever model they ask next, and no provider takes another's proof. So a proof that is
not at home in the client's API travels with its issuer before it: `plano1.<issuer>.<kind>.<id>.<value>`.
"""

from typing import Literal, get_args
from urllib.parse import unquote

from msgspec import Struct

Kind = Literal["signature", "encrypted", "redacted"]

TRACE = b"plano1."  # in every body that holds a sealed proof: worth a search before it is read

_MARK = TRACE.decode()
_KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}


class Proof(Struct, frozen=True):
    """`issuer` is the name of a provider, `id` that of the item it calls the thought."""

    issuer: str
    kind: Kind
    value: str
    id: str = ""


def sealed(proof: Proof) -> str:
    """The value stands last and as it is: a stream may write the seal of an empty one, then the value in pieces."""
    return f"{_MARK}{_dotless(proof.issuer)}.{proof.kind}.{_dotless(proof.id)}.{proof.value}"


def opened(text: str) -> Proof | None:
    """None for what is not ours."""
    if not text.startswith(_MARK):
        return None
    issuer, *more = text.removeprefix(_MARK).split(".", 3)
    if not issuer or len(more) < 3 or more[0] not in _KINDS:
        return None
    kind, identifier, value = more
    return Proof(unquote(issuer), _KINDS[kind], value, unquote(identifier))


def _dotless(text: str) -> str:
    return text.replace("%", "%25").replace(".", "%2E")
