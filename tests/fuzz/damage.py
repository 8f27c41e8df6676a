"""What can happen to bytes on their way. Pure: the same source of chance gives the same damage."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

_ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**30,
    "",
    " ",
    "\x00",
    "\ud7ff\U0001f600",
    "data: [DONE]\n\n",
    "x" * 300,
    [],
    [None],
    [[]],
    {},
    {"": {}},
    {"type": "text"},
    {"type": 7, "text": []},
    [{"index": -1}, {"index": 2**40}],
)
_ODD_BYTES = (
    b"\n",
    b"\n\n",
    b"\r",
    b"\r\n\r\n",
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"data:",
    b"data: [DONE]\n\n",
    b"event: error\n",
    b": comment\n\n",
    b"{",
    b"}",
    b"]]",
    b'"',
    b"\\u",
    b"\\ud800",
    b"NaN",
    b"-0",
    b"1e999",
    b"[" * 300,
    b'{"a":' * 300,
)
_LONGEST = 64 * 1024  # bytes that a case may grow to


def damaged(data: bytes, other: bytes, chance: Random) -> bytes:
    """`data` after one to four mishaps; `other` is what may get mixed into it."""
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        data = chance.choice(_MISHAPS)(data, other, chance)
        if len(data) > _LONGEST:
            data = data[:_LONGEST]
    return data


def chunks(data: bytes, chance: Random) -> list[bytes]:
    """The same bytes, cut anywhere, at times into single ones."""
    if chance.random() < 0.3 or not data:
        return [data]
    if chance.random() < 0.05:
        return [data[at : at + 1] for at in range(len(data))]
    cuts = sorted(chance.randrange(len(data) + 1) for _ in range(chance.randrange(1, 8)))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def _span(data: bytes, chance: Random) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + chance.choice((1, 2, 8, 40, 200)))


def _cut(data: bytes, _other: bytes, chance: Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _drop(data: bytes, _other: bytes, chance: Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def _repeat(data: bytes, _other: bytes, chance: Random) -> bytes:
    start, end = _span(data, chance)
    return data[:end] + data[start:end] * chance.choice((1, 2, 9)) + data[end:]


def _flip(data: bytes, _other: bytes, chance: Random) -> bytes:
    if not data:
        return data
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 10))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _insert(data: bytes, _other: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(_ODD_BYTES) + data[at:]


def _splice(data: bytes, other: bytes, chance: Random) -> bytes:
    """The beginning of one, and the end of another."""
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


def _shuffle(data: bytes, _other: bytes, chance: Random) -> bytes:
    """Events in another order, one of them twice or not at all."""
    events = data.split(b"\n\n")
    first, second = chance.randrange(len(events)), chance.randrange(len(events))
    match chance.randrange(3):
        case 0:
            events[first], events[second] = events[second], events[first]
        case 1:
            events.insert(second, events[first])
        case _:
            del events[first]
    return b"\n\n".join(events)


def _revalue(data: bytes, _other: bytes, chance: Random) -> bytes:
    """One value in one JSON line is another one, or gone, or has another name."""
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    head, brace, rest = lines[at].partition(b"{")
    try:
        value = json.loads(brace + rest)
    except (ValueError, RecursionError):
        return data
    _change(value, chance)
    lines[at] = head + json.dumps(value, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
    return b"\n".join(lines)


def _change(value: Any, chance: Random) -> None:
    """Goes down to any place and changes what is there."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = chance.choice(keys)
        below = value[key]
        if isinstance(below, dict | list) and below and chance.random() < 0.8:
            value = below
            continue
        match chance.randrange(4):
            case 0:
                del value[key]
            case 1 if isinstance(value, dict):
                value[chance.choice(("type", "index", "id", "text", "content", f"{key}s"))] = value.pop(key)
            case 2 if isinstance(value, list):
                value.append(below)
            case _:
                value[key] = chance.choice(_ODD_VALUES)
        return


_MISHAPS: tuple[Callable[[bytes, bytes, Random], bytes], ...] = (
    _cut,
    _drop,
    _repeat,
    _flip,
    _insert,
    _splice,
    _shuffle,
    _revalue,
    _revalue,
    _revalue,
)
