"""What a model costs, looked for in several tables: what the operator says, what was fetched, what came with the package."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from planoai.pricing.naming import LONGEST, VENDORS, aliases, candidates, ours
from planoai.pricing.price import FREE, Price
from planoai.pricing.table import Table

CONFIG = "the config"
NO_CHARGE = "no charge by the token"

_MOST_FOUND = 1024  # kept; upstreams may report any number of names, and of any length
_LONGEST_KEPT = 4 * LONGEST  # characters of names that are looked for together


class Found(Struct, frozen=True):
    """`price`, as `source` had it on the day `date`; what the operator says has no day."""

    price: Price
    source: str
    date: str = ""


class Own(Struct, frozen=True):
    """What the operator says. `prices` by full names and labels, wildcards by theirs; None of a model that a wildcard's price is not meant for.

    `free`: prefixes of what charges nothing by the token. `prefixes`: what prefixes are called otherwise, each with its own name.
    """

    prices: Mapping[str, Price | None] = {}
    free: frozenset[str] = frozenset()
    prefixes: Mapping[str, str] = {}


class Prices:
    """Immutable but for what it remembers. `source` and `date` are those of the list that is asked first."""

    def __init__(self, own: Own, tables: Sequence[Table], named: Mapping[str, str] = {}) -> None:
        """`tables` in the order they are asked. `named`: models of the first, each with its name here, which goes before all likenesses."""
        self._own = own
        named = {key: self._canonical(name) for key, name in named.items()}
        self._lists = [_List(table, named if table is tables[0] else {}) for table in tables]
        self._found: dict[tuple[str, ...], Found | None] = {}
        self.source = tables[0].source if tables else CONFIG
        self.date = tables[0].as_of if tables else ""

    def find(self, *names: str) -> Price | None:
        """Of the model with these `names`, the best first: the full one, what the upstream reported, what was asked for. None where it is not known."""
        found = self.found(*names)
        return None if found is None else found.price

    def found(self, *names: str) -> Found | None:
        """What `find` tells, and where it is from."""
        try:
            return self._found[names]
        except KeyError:
            pass
        found = self._look(names)
        if sum(map(len, names)) <= _LONGEST_KEPT:
            if len(self._found) >= _MOST_FOUND:
                self._found.clear()
            self._found[names] = found
        return found

    def known(self) -> list[str]:
        """The models of all lists, by what they are called there but with our names of providers, each once."""
        return list(dict.fromkeys(ours(key) for each in self._lists for key in each.table.prices))

    def _look(self, names: tuple[str, ...]) -> Found | None:
        given = [name for name in names if name and len(name) <= LONGEST]
        if not given:
            return None
        names = tuple(map(self._canonical, given))
        if found := self._said(given[0], names[0]):
            return found
        for each in self._lists:
            for name in names:
                if price := each.price(name):
                    return Found(price, each.table.source, each.table.as_of)
        return None

    def _said(self, label: str, name: str) -> Found | None:
        prefix = name.partition("/")[0]
        said = self._own.prices
        price = next((said[each] for each in (name, label, f"{prefix}/*") if each in said), None)
        if price is not None:
            return Found(price, CONFIG)
        return Found(FREE, NO_CHARGE) if prefix in self._own.free and "/" in name else None

    def _canonical(self, name: str) -> str:
        name = name.strip()
        prefix, slash, model = name.partition("/")
        if not slash:
            return name
        folded = prefix.lower()
        return f"{self._own.prefixes.get(folded, folded)}/{model}"


class _List:
    """A table and every name of what is in it. Names of their own go before likenesses, and of those the first."""

    def __init__(self, table: Table, named: Mapping[str, str]) -> None:
        self.table = table
        self._by_name: dict[str, Price] = {}
        rows = [(ours(key), price) for key, price in table.prices.items()]
        for key, name in named.items():
            price = table.prices.get(key) or table.prices.get(key.partition("/")[2])
            if price is not None:
                self._by_name[name] = price
        for key, price in (*table.prices.items(), *rows):
            self._by_name.setdefault(key, price)
        for key, price in rows:
            for name in (key.lower(), key.lower().replace(".", "-")):
                self._by_name.setdefault(name, price)
        for model, price in _bare(rows, loose=table.loose):
            for name in aliases(model):
                self._by_name.setdefault(name, price)

    def price(self, name: str) -> Price | None:
        known = self._by_name
        for each in candidates(name):
            if each in known:
                return known[each]
        return None


def _bare(rows: Sequence[tuple[str, Price]], *, loose: bool) -> list[tuple[str, Price]]:
    """Ids without their provider, vendors' first: what others charge for the same model is another price."""
    order = {vendor: place for place, vendor in enumerate(VENDORS)}
    found = []
    for key, price in rows:
        provider, slash, model = key.partition("/")
        if not slash:
            found.append((-1, key, price))
        elif loose or provider in order:
            found.append((order.get(provider, len(order)), model, price))
    found.sort(key=lambda each: each[0])
    return [(model, price) for _, model, price in found]
