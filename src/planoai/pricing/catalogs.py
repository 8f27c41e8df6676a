"""Lists of prices as others publish them -> prices. Which form a list has is seen from it, whoever publishes it.

DigitalOcean's list says "per million" and holds dollars for one token, so the unit of such a field is not in its name alone: see `_unit`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import cast

import msgspec

from planoai.pricing.naming import LONGEST
from planoai.pricing.price import Price, Tier
from planoai.pricing.table import Table

Fields = Mapping[str, object]

_LISTS = ("data", "models", "pricing", "items")
_IDS = ("model_id", "id", "model", "name")
_RATES = ("input", "output", "cache_read", "cache_write", "cache_write_1h", "reasoning")

_BY_TOKEN: Mapping[str, tuple[str, ...]] = {
    "input": ("input_per_token", "input_token_price", "price_input"),
    "output": ("output_per_token", "output_token_price", "price_output"),
    "cache_read": (
        "cached_input_per_token",
        "cached_input_token_price",
        "price_cached_input",
        "prompt_cache_read_per_token",
    ),
    "cache_write": ("prompt_cache_write_per_token",),
}
_BY_MILLION: Mapping[str, tuple[str, ...]] = {
    "input": ("input_price_per_million", "input_per_million", "input_per_mtok"),
    "output": ("output_price_per_million", "output_per_million", "output_per_mtok"),
    "cache_read": (
        "cached_input_price_per_million",
        "cached_input_per_million",
        "cached_input_per_mtok",
        "cache_read_input_price_per_million",
        "input_cache_read",
    ),
    "cache_write": (
        "cache_write_5m_input_price_per_million",
        "cache_write_input_price_per_million",
        "input_cache_write",
    ),
    "cache_write_1h": ("cache_write_1h_input_price_per_million",),
}

# Below it the dearest rate of a model is dollars for a token: no model costs less than a tenth of a cent a million, none more than a thousand dollars.
_LEAST_FOR_A_MILLION = 0.001
_MILLION = 1_000_000
_MOST = 1e9  # of any number; what is above it is none, or a mistake

_USUAL = "MODEL_BILLING_MODE_INTERACTIVE"
_STANDARD = "MODEL_PRICING_TIER_STANDARD"
_EXTENDED = re.compile(r"MODEL_PRICING_TIER_EXTENDED_(\d+)([KM])")
_MILLION_OF_CONTEXT = 200_000  # the tier is called by how far it goes, and begins here


def read_table(data: bytes, source: str, today: str) -> Table:
    """Of any form: rows of models, providers with their models as models.dev has them, or our own. Raises ValueError where there are no prices in it."""
    try:
        tree = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"its list can not be read: {error}") from None
    if isinstance(tree, dict) and isinstance(tree.get("prices"), dict):
        found, loose = _of_ours(tree["prices"]), True
        day = tree.get("as_of")
        today = day if isinstance(day, str) and _is_name(day) else today
    elif (rows := _rows(tree)) is not None:
        found, loose = _of_rows(rows), True
    else:
        found, loose = _of_providers(tree), True
    found = {name: price for name, price in found.items() if _is_name(name)}
    if not found:
        raise ValueError("there are no prices in its list")
    return Table(today, source, found, loose)


def pages(data: bytes) -> int:
    """How many there are of a list that comes in pages; 1 where nothing is said of it."""
    try:
        tree = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return 1
    meta = tree.get("meta") if isinstance(tree, dict) else None
    told = meta.get("pages") if isinstance(meta, dict) else None
    return told if isinstance(told, int) and told > 0 else 1


def joined(documents: Iterable[bytes]) -> bytes:
    """The pages of one list as one document. Raises ValueError."""
    found: list[object] = []
    for each in documents:
        try:
            rows = _rows(msgspec.json.decode(each))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ValueError(f"its list can not be read: {error}") from None
        found += rows or ()
    return msgspec.json.encode(found)


def _rows(tree: object) -> list[object] | None:
    if isinstance(tree, list):
        return tree
    if isinstance(tree, dict):
        return next((tree[name] for name in _LISTS if isinstance(tree.get(name), list)), None)
    return None


def _of_rows(rows: Iterable[object]) -> dict[str, Price]:
    found: dict[str, Price] = {}
    for row in rows:
        if not isinstance(row, dict):
            continue
        name = next((row[key] for key in _IDS if isinstance(row.get(key), str) and row[key]), None)
        price = _of_row(row)
        if name is not None and price is not None:
            found.setdefault(name, price)
    return found


def _of_row(row: Fields) -> Price | None:
    pricing, variants = _fields(row.get("pricing")), _variants(row)
    standard = next((prices for tier, prices in variants if tier == _STANDARD), {})
    places = (pricing, row, standard)
    unit = _unit((*places, *(prices for _, prices in variants)))
    price = _price(_rates(places, unit))
    if price is None:
        return None
    tiers = []
    for tier, prices in variants:
        above = _above(tier)
        rates = _rates((prices,), unit)
        if above is not None and {"input", "output"} <= rates.keys():
            tiers.append(_tier(above, rates, price))
    return msgspec.structs.replace(price, tiers=tuple(tiers))


def _variants(row: Fields) -> list[tuple[str, Fields]]:
    listed = _fields(row.get("pricing_detail")).get("variants")
    variants = [_fields(each) for each in listed] if isinstance(listed, list) else []
    return [(str(each.get("tier")), _fields(each.get("prices"))) for each in variants if each.get("mode") == _USUAL]


def _above(tier: str) -> int | None:
    match = _EXTENDED.fullmatch(tier)
    if match is None:
        return None
    return _MILLION_OF_CONTEXT if match[2] == "M" else int(match[1]) * 1000


def _unit(places: Iterable[Fields]) -> float:
    """What makes dollars for a million tokens of this row's fields that say "per million"."""
    found = (_first(place, names) for place in places for names in _BY_MILLION.values())
    dearest = max((rate for rate in found if rate), default=1.0)
    return _MILLION if dearest < _LEAST_FOR_A_MILLION else 1.0


def _rates(places: tuple[Fields, ...], unit: float) -> dict[str, float]:
    found: dict[str, float] = {}
    for kind in _RATES:
        for place in places:
            for names, factor in ((_BY_TOKEN, _MILLION), (_BY_MILLION, unit)):
                rate = _first(place, names.get(kind, ()))
                if rate is not None:
                    found.setdefault(kind, float(f"{rate * factor:.12g}"))  # without the noise of the product
    return found


def _first(place: Fields, names: Iterable[str]) -> float | None:
    amounts = (_amount(place.get(name)) for name in names)
    return next((amount for amount in amounts if amount is not None), None)


def _of_providers(tree: object) -> dict[str, Price]:
    """By `provider/model`; what costs nothing is a subscription, or not told."""
    found: dict[str, Price] = {}
    for provider, told in _fields(tree).items():
        for model, each in _fields(_fields(told).get("models")).items():
            if price := _of_cost(_fields(_fields(each).get("cost"))):
                found[f"{provider}/{model}"] = price
    return found


def _of_cost(cost: Fields) -> Price | None:
    price = _price(_plain(cost))
    if price is None:
        return None
    listed = cost.get("tiers")
    tiers = []
    for each in [_fields(each) for each in listed] if isinstance(listed, list) else []:
        tier = _fields(each.get("tier"))
        size = _amount(tier.get("size"))
        rates = _plain(each)
        if tier.get("type", "context") == "context" and size and {"input", "output"} <= rates.keys():
            tiers.append(_tier(int(size), rates, price))
    rates = _plain(_fields(cost.get("context_over_200k")))
    if not tiers and {"input", "output"} <= rates.keys():
        tiers.append(_tier(200_000, rates, price))
    return msgspec.structs.replace(price, tiers=tuple(tiers))


def _plain(cost: Fields) -> dict[str, float]:
    amounts = ((kind, _amount(cost.get(kind))) for kind in _RATES)
    return {kind: amount for kind, amount in amounts if amount is not None}


def _tier(above: int, rates: dict[str, float], base: Price) -> Tier:
    """What a tier does not say of caches and reasoning changes as the input and the output do."""
    dearer_in = rates["input"] / base.input if base.input else 1.0
    dearer_out = rates["output"] / base.output if base.output else 1.0
    more = (
        ("cache_read", dearer_in),
        ("cache_write", dearer_in),
        ("cache_write_1h", dearer_in),
        ("reasoning", dearer_out),
    )
    for kind, factor in more:
        usual: float | None = getattr(base, kind)
        rate = None if usual is None else _amount(f"{usual * factor:.12g}")
        if kind not in rates and rate is not None:
            rates[kind] = rate
    return Tier(above, _of_rates(rates))


def _price(rates: dict[str, float]) -> Price | None:
    """None where the input or the output is not told, and where both are told as nothing: lists say so of what they do not know."""
    if not {"input", "output"} <= rates.keys() or not (rates["input"] or rates["output"]):
        return None
    return _of_rates(rates)


def _of_rates(rates: Mapping[str, float]) -> Price:
    return Price(
        input=rates["input"],
        output=rates["output"],
        cache_read=rates.get("cache_read"),
        cache_write=rates.get("cache_write"),
        cache_write_1h=rates.get("cache_write_1h"),
        reasoning=rates.get("reasoning"),
    )


def _of_ours(prices: Fields) -> dict[str, Price]:
    """By `provider/model`, or by provider and then by model; what costs nothing is meant so. Raises ValueError for what is no price."""
    found: dict[str, Price] = {}
    for key, told in prices.items():
        is_price = not isinstance(told, dict) or not told.keys().isdisjoint(Price.__struct_fields__)
        for model, each in [(key, told)] if is_price else _fields(told).items():
            name = model if model is key or not key else f"{key}/{model}"
            try:
                found[name] = msgspec.convert(each, Price)
            except msgspec.ValidationError as error:
                raise ValueError(f"the price of {name[:80]!r} can not be read: {error}") from None
            if not _is_sane(found[name]):
                raise ValueError(f"the price of {name[:80]!r} is less than nothing, or beyond all bounds")
    return found


def _is_name(name: str) -> bool:
    """It is shown on terminals, and no request names a model by what is longer."""
    return 0 < len(name) <= LONGEST and name.isprintable() and not name.startswith("/")


def _is_sane(price: Price) -> bool:
    rates = [getattr(price, kind) for kind in _RATES]
    return all(rate is None or _amount(rate) is not None for rate in rates) and all(
        _is_sane(tier.price) for tier in price.tiers
    )


def _fields(value: object) -> Fields:
    return cast("Fields", value) if isinstance(value, dict) else {}


def _amount(value: object) -> float | None:
    """A number, or the text of one."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number <= _MOST else None
