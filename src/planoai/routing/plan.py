"""A Plan: the candidates for one request, in the order they are to be tried, each with the reason why it is there."""

from msgspec import Struct

from planoai.routing.target import Target


class Candidate(Struct, frozen=True, eq=False):
    target: Target
    reason: str


class Plan(Struct, frozen=True, eq=False):
    """`asked` is the model as the client wrote it; `candidates` is never empty."""

    asked: str
    candidates: tuple[Candidate, ...]
