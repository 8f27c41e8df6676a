"""Whether an Ollama runs on this machine, and what it has."""

import asyncio

import msgspec
from msgspec import Struct

from planoai.errors import PlanoError
from planoai.net.client import Client, Origin
from planoai.providers.registry import Model, kind_of

ADDRESS = "http://127.0.0.1:11434"
_SECONDS = 0.3  # it is this machine, and everybody waits who has none
_MOST_BYTES = 1024 * 1024


class _Tag(Struct):
    name: str


class _Tags(Struct):
    models: list[_Tag] | None = None


def models(address: str = ADDRESS) -> tuple[Model, ...] | None:
    """Those that it has; None where none answers at `address`. No proxy is asked."""
    try:
        return asyncio.run(_asked(address))
    except (PlanoError, OSError, TimeoutError, msgspec.MsgspecError):
        return None


async def _asked(address: str) -> tuple[Model, ...] | None:
    async with asyncio.timeout(_SECONDS), Client() as http:
        with await http.send(Origin.parse(address), "GET", "/api/tags", (), b"") as answer:
            if answer.status != 200:
                return None
            told = msgspec.json.decode(await answer.body(_MOST_BYTES), type=_Tags)
    return tuple(Model(each.name, kind_of(each.name)) for each in told.models or ())
