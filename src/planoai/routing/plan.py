"""A Plan: the candidates for one request, in the order they are to be tried."""

from msgspec import Struct

from planoai.routing.target import Target


class Candidate(Struct, frozen=True, eq=False):
    target: Target


class Plan(Struct, frozen=True, eq=False):
    """`candidates` is never empty."""

    candidates: tuple[Candidate, ...]
