"""A probe: a request that uses one feature of its API, and the same request without it. What the two differ in upstream is what became of it."""

from typing import Any

from msgspec import Struct

Json = dict[str, Any]


class Probe(Struct, frozen=True):
    """`with_it` and `without_it` are laid over the plainest request of the client's API. `field` names what differs, as documentation does.

    What begins with `my` is the client's own, be it text or base64 (`bXk`): it must arrive, or be told to be lost. `thinks`: asks a model that
    thinks. `headers`: of the client, with the feature. `called`: under which path it is told to be lost, where that is another. `aside`: of an
    answer, says something of the service or of odds, and may go without a word.
    """

    field: str
    with_it: Json
    without_it: Json = {}
    thinks: bool = False
    headers: dict[str, str] = {}
    aside: bool = False
    called: str = ""
