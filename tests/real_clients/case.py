"""What is tried with a client, and what came of it."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

PLAIN, TOOL, SESSION, CONTEXT = DOES = ("plain", "tool", "three turns", "context")


class Case(NamedTuple):
    """`client` asks by `api` for a model that is served by `upstream`, an API too."""

    client: str
    api: str
    upstream: str
    does: str

    def __str__(self) -> str:
        return f"{self.client.replace(' ', '-')}-{self.api}>{self.upstream}-{self.does.replace(' ', '-')}".lower()


class Seen(NamedTuple):
    """`outcome` is empty where all was well. `largest` is in bytes, of what the upstream was sent."""

    case: Case
    outcome: str
    requests: tuple[tuple[str, int], ...]
    largest: int
    lost: tuple[str, ...]
    refused: tuple[str, ...]


def parametrized(cases: list[Case]) -> Callable[[Callable[..., object]], Callable[..., object]]:
    return pytest.mark.parametrize("case", cases, ids=str)
