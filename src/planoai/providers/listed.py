"""A provider's own list of its models: where it is, and what it says. Pure."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from planoai.providers.paths import path
from planoai.providers.provider import Provider
from planoai.providers.registry import KINDS, Kind, Model, kind_of

_LONGEST = 256  # characters of an id
_CALLS = ("chat/completions", "messages", "responses")
_LIMITED = frozenset({"anthropic_messages"})  # their lists come in pages, of as many as are asked for
_MOST = 1000  # that can be
_BEFORE = "models/"  # Google's ids say what they are
_TOLD: Mapping[str, Kind] = {
    **{kind: kind for kind in KINDS},
    "language": "chat",
    "code": "chat",
    "text": "chat",
    "transcribe": "audio",
    "tts": "audio",
}


class _Entry(Struct):
    """One model; `slug` and `name` are what some call its id."""

    id: str | None = None
    slug: str | None = None
    name: str | None = None
    type: str | None = None


class _Page(Struct):
    data: list[_Entry] | None = None
    models: list[_Entry] | None = None
    has_more: bool = False
    last_id: str | None = None


class Listed(Struct, frozen=True):
    """`next`: after which id the next page begins; empty where this was the last."""

    models: tuple[Model, ...]
    next: str = ""


_ANSWER = msgspec.json.Decoder(_Page | list[_Entry])


def listed_at(provider: Provider, dialect: str, *, prefix: str = "", after: str = "") -> str | None:
    """The path of the list beside the calls in `dialect`; None where they name the model in their path, which have no list beside them."""
    calls = path(provider, dialect, model="", prefix=prefix)
    suffix = next((each for each in _CALLS if calls.endswith(f"/{each}")), None)
    if suffix is None or "//" in calls:
        return None
    place = f"{calls.removesuffix(suffix)}models"
    if dialect not in _LIMITED:
        return place
    return f"{place}?limit={_MOST}" + (f"&after_id={after}" if after else "")


def read_list(body: bytes, known: Mapping[str, Kind]) -> Listed:
    """`known`: the kinds of models that are known already. Raises ValueError for what is no list."""
    try:
        answer = _ANSWER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"its list can not be read: {error}") from None
    page = answer if isinstance(answer, _Page) else _Page(data=answer)
    entries = page.models if page.data is None else page.data
    if entries is None:
        raise ValueError("its answer holds no list of models")
    models: dict[str, Model] = {}
    for each in entries:
        name = (each.id or each.slug or each.name or "").removeprefix(_BEFORE)
        if name and len(name) <= _LONGEST and name.isprintable() and name != "*":
            kind = known.get(name) or _TOLD.get(each.type or "") or kind_of(name)
            models.setdefault(name, Model(name, kind))
    return Listed(tuple(models.values()), page.last_id or "" if page.has_more else "")
