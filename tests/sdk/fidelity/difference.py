"""In what two JSON values differ."""

from collections.abc import Iterator
from typing import Any, NamedTuple

GONE = object()


class Difference(NamedTuple):
    """`value` is what stands at `path` in the second value, GONE where there is nothing any more."""

    path: str
    value: Any


def differences(first: Any, second: Any, path: str = "") -> Iterator[Difference]:
    """As close to the leaves as they can be told; of lists, what stands between their common beginning and end."""
    if isinstance(first, dict) and isinstance(second, dict):
        for name in [*second, *(each for each in first if each not in second)]:
            where = f"{path}.{name}" if path else name
            if name not in second:
                yield Difference(where, GONE)
            elif name not in first:
                yield Difference(where, second[name])
            else:
                yield from differences(first[name], second[name], where)
    elif isinstance(first, list) and isinstance(second, list):
        yield from _of_lists(first, second, path)
    elif type(first) is not type(second) or first != second:
        yield Difference(path, second)


def _of_lists(first: list[Any], second: list[Any], path: str) -> Iterator[Difference]:
    shorter = min(len(first), len(second))
    start = next((place for place in range(shorter) if first[place] != second[place]), shorter)
    end = next((place for place in range(shorter - start) if first[-1 - place] != second[-1 - place]), shorter - start)
    gone, new = first[start : len(first) - end], second[start : len(second) - end]
    if len(gone) == len(new):
        for place, (one, other) in enumerate(zip(gone, new, strict=True), start):
            yield from differences(one, other, f"{path}[{place}]")
        return
    if not new:
        yield Difference(f"{path}[{start}]", GONE)
    for place, value in enumerate(new, start):
        yield Difference(f"{path}[{place}]", value)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Everything in `value` that holds nothing, with its path. Nulls say nothing."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from leaves(each, f"{path}[{place}]")
    elif value is not None and value is not GONE:
        yield path, value
