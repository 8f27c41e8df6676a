"""What the types of `schema` say of a field, for all that is made from them: the reference page, the JSON Schema, a config that is shown whole."""

import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Union, get_args, get_origin

from msgspec import NODEFAULT, Struct, structs

from planoai.config import durations
from planoai.config.kinds import Kind
from planoai.config.readers import size
from planoai.config.schema import Listener

_SECONDS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_BYTES = {"TB": 10**12, "GB": 10**9, "MB": 10**6, "KB": 10**3, "B": 1}

# Defaults that another field decides; what stands for "not given" is no value of theirs.
BY_ANOTHER: Mapping[tuple[type[Struct], str], str] = {(Listener, "port"): "type"}


def present(kind: object) -> object:
    """`kind` of a field that is there: without `| None`."""
    return get_args(kind)[0] if get_origin(kind) in {Union, types.UnionType} else kind


def marker(kind: object) -> Kind | None:
    """How the value is read, where that is not how all text is."""
    kind = present(kind)
    found = get_args(kind)[1] if get_origin(kind) is Annotated else None
    return found if isinstance(found, Kind) else None


def is_struct(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def inner(kind: object) -> Iterator[tuple[type[Struct], str]]:
    """The structs within a type, each with the step of a path that leads to it."""
    kind = present(kind)
    if isinstance(kind, type) and issubclass(kind, Struct):
        yield kind, ""
    elif get_origin(kind) is tuple:
        yield from ((shape, f"[]{step}") for shape, step in inner(get_args(kind)[0]))
    elif get_origin(kind) is Mapping:
        yield from ((shape, f".<name>{step}") for shape, step in inner(get_args(kind)[1]))


def default(field: structs.FieldInfo) -> object:
    """NODEFAULT where the file must have it."""
    return field.default if field.default_factory is NODEFAULT else field.default_factory()


def written(kind: object, value: object) -> object:
    """One value, not a list or a mapping of them, as a config says it: seconds as `5m`, bytes as `1GB`."""
    found = marker(kind)
    if isinstance(value, float) and found is not None and found.read is durations.seconds:
        return _duration(value)
    if isinstance(value, int) and found is not None and found.read is size:
        return _size(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _duration(value: float) -> str:
    shortest = durations.written(value)
    candidates = (shortest, *(f"{_decimal(value / seconds, 6)}{unit}" for unit, seconds in _SECONDS.items()))
    return next((each for each in candidates if _reads(each) == value), shortest)


def _reads(text: str) -> float | None:
    try:
        return durations.seconds(text)
    except ValueError:
        return None


def _size(value: int) -> str:
    numbers = (
        (_decimal(value / bytes_in, 3), unit, bytes_in) for unit, bytes_in in _BYTES.items() if value >= bytes_in
    )
    return next(f"{number}{unit}" for number, unit, bytes_in in numbers if round(float(number) * bytes_in) == value)


def _decimal(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".")
