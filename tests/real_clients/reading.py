"""What a test looks for in what the upstream was asked."""

import secrets
from collections.abc import Iterator
from typing import Any

from tests.real_clients.conftest import Table


def word() -> str:
    """One that nothing else has said."""
    return f"w{secrets.token_hex(6)}"


def conversation(body: dict[str, Any]) -> str:
    return "\n".join(strings(body.get("input") or body["messages"]))


def strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value.replace('\\"', '"')
        case dict() | list():
            for each in value.values() if isinstance(value, dict) else value:
                yield from strings(each)
        case _:
            pass  # numbers and the like


def members(value: Any, *names: str) -> Iterator[str]:
    """The texts that are called by one of `names`, however deep."""
    match value:
        case dict():
            for name, each in value.items():
                if name in names and isinstance(each, str):
                    yield each
                yield from members(each, *names)
        case list():
            for each in value:
                yield from members(each, *names)
        case _:
            pass


def assert_in_order(body: dict[str, Any], *texts: str) -> None:
    said, place = conversation(body), 0
    for text in texts:
        found = said.find(text, place)
        assert found >= 0, f"{text!r} is not in its place"
        place = found + len(text)


def assert_nothing_failed(table: Table) -> None:
    """Nor was refused: not to the client, not by the upstream."""
    assert [each for each in table.house.requests() if each[1] >= 400] == []
