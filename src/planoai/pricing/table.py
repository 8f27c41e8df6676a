"""One list of prices: where it is from, of which day it is, and how it is written. The one that comes with the package is `prices.json`."""

from collections.abc import Mapping
from functools import cache
from pkgutil import get_data

import msgspec
from msgspec import Struct

from planoai.pricing.price import Price


class Table(Struct, frozen=True, omit_defaults=True):
    """`prices` by what the list calls its models: `provider/model`, or the id alone. `as_of` is the day.

    `loose`: an id may be found without its provider, whoever that is; else only what vendors have.
    """

    as_of: str
    source: str
    prices: Mapping[str, Price]
    loose: bool = False


class _File(Struct):
    """A table as it is written: by provider, which is empty for an id that stands alone, then by model."""

    as_of: str
    source: str
    prices: dict[str, dict[str, Price]]
    loose: bool = False


@cache
def snapshot() -> Table:
    """The one that comes with the package."""
    data = get_data("planoai.pricing", "prices.json")
    assert data is not None  # noqa: S101 - it is a part of the package
    return decoded(data)


def decoded(data: bytes) -> Table:
    """Raises ValueError for what is no table."""
    try:
        file = msgspec.json.decode(data, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(str(error)) from None
    prices = {
        f"{provider}/{model}" if provider else model: price
        for provider, models in file.prices.items()
        for model, price in models.items()
    }
    return Table(file.as_of, file.source, prices, file.loose)


def encoded(table: Table) -> bytes:
    """What `decoded` reads, a line for each model."""
    prices: dict[str, dict[str, Price]] = {}
    for key, price in table.prices.items():
        provider, slash, model = key.partition("/")
        if not slash:
            provider, model = "", key
        prices.setdefault(provider, {})[model] = price
    head = _line({"as_of": table.as_of, "source": table.source, **({"loose": True} if table.loose else {})})
    rows = [
        f" {_line(provider)}: {{\n" + ",\n".join(f"  {_line(m)}: {_line(p)}" for m, p in models.items()) + "\n }"
        for provider, models in prices.items()
    ]
    lines = ",\n".join(rows)
    return f'{head[:-1]},"prices":{{\n{lines}\n}}}}\n'.encode()


def _line(value: object) -> str:
    return msgspec.json.encode(value).decode()
