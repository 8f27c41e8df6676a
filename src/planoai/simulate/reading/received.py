"""What every reader starts from."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class Received(Struct, frozen=True):
    """`model` is the one in the path, where the API has it there. `kept` holds earlier conversations by the id of their response."""

    body: bytes
    model: str = ""
    headers: Mapping[str, str] = {}
    lenient: bool = False
    kept: Mapping[str, tuple[dict[str, Any], ...]] = {}
