"""Conversations to measure with, made from recorded ones by a seed: the same lines on every machine.

Recorded texts are too few for a long run, and an analyzer that remembers would read a repeated one for nothing. So each conversation has its own spelling:
a third of the longer words with two letters in each other's place, and other digits. Inside it a word is spelt one way, so what was said twice still is.
"""

import gzip
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import count, islice
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

import msgspec
from msgspec import Struct

from planoai.signals import Row, rows_of

_DATA = Path(__file__).parents[2] / "tests/data"
_SEED = 20261123
_TRACE_ROWS = 60
_LONG_ROWS, _LONG_CHARACTERS = 6, 2_000
_SHORT_ROWS, _SHORT_CHARACTERS = 8, 900
_WORD = re.compile(r"[A-Za-z]{5,}")
_DIGITS = "123456789"  # without 0, so that a number in JSON stays one


class Conversation(Struct, frozen=True):
    """A line of what `planoai signals replay` reads."""

    id: Any
    messages: tuple[Row, ...]

    @property
    def is_chat(self) -> bool:
        """Of two people about nothing in particular."""
        return isinstance(self.id, str) and self.id.startswith("chit-")


class Kind(Struct, frozen=True):
    """`lines` of them take long enough that a start of Python is little beside it. `goal`: CPU of the plain analyzer through ours, at
    least; None where there is none."""

    name: str
    what: str
    lines: int
    make: Callable[[], Iterator[Sequence[Row]]]
    goal: float | None


class Trajectory(Struct, frozen=True):
    """A recorded run of an agent: messages of Chat Completions, and whether the task was done."""

    id: str
    reward: float
    messages: list[dict[str, object]]


def lines(kind: Kind, most: int | None = None) -> Iterator[bytes]:
    """Of JSON, without their ends."""
    wanted = kind.lines if most is None else min(most, kind.lines)
    for number, rows in enumerate(islice(kind.make(), wanted)):
        yield msgspec.json.encode({"id": f"{kind.name}-{number}", "messages": rows})


@cache
def recorded() -> tuple[Conversation, ...]:
    """Those that the reference has read, in the order of its reports."""
    decode = msgspec.json.Decoder(Conversation).decode
    return tuple(map(decode, _lines("signals/conversations.jsonl.gz")))


@cache
def trajectories() -> tuple[Trajectory, ...]:
    decode = msgspec.json.Decoder(Trajectory).decode
    return tuple(map(decode, _lines("trajectories/tau_airline_gpt4o.openai.jsonl.gz")))


def _lines(name: str) -> Iterator[bytes]:
    with gzip.open(_DATA / name) as file:
        yield from (line for line in file if line.strip())


def _corpus() -> Iterator[Sequence[Row]]:
    return (each.messages for each in recorded())


def _short() -> Iterator[Sequence[Row]]:
    return _respelt([each.messages for each in recorded() if _is_short(each.messages)])


def _is_short(rows: Sequence[Row]) -> bool:
    return 2 <= len(rows) <= _SHORT_ROWS and sum(len(row.value) for row in rows) < _SHORT_CHARACTERS


def _traces() -> Iterator[Sequence[Row]]:
    rows = [row for each in trajectories() for row in rows_of(each.messages, "openai_chat")]
    return _respelt([rows[start : start + _TRACE_ROWS] for start in range(0, len(rows) - _TRACE_ROWS, _TRACE_ROWS)])


def _long() -> Iterator[Sequence[Row]]:
    """Runs of what people wrote, long as nobody writes: none is the same, so these need no other spelling."""
    words = [word for each in recorded() if each.is_chat for row in each.messages for word in row.value.split()]
    chance = Random(_SEED)
    while True:
        starts = [chance.randrange(len(words) - _LONG_CHARACTERS) for _ in range(_LONG_ROWS)]
        texts = [" ".join(words[start : start + _LONG_CHARACTERS // 2])[:_LONG_CHARACTERS] for start in starts]
        yield [Row(("human", "gpt")[at % 2], text) for at, text in enumerate(texts)]


def _respelt(conversations: Sequence[Sequence[Row]]) -> Iterator[Sequence[Row]]:
    """Again and again, each time in another order."""
    chance = Random(_SEED)
    numbers = count()
    while True:
        for rows in chance.sample(conversations, len(conversations)):
            number = next(numbers)
            others = dict(zip(map(ord, _DIGITS), chance.sample(_DIGITS, len(_DIGITS)), strict=True))
            yield [Row(row.role, _spelt(row, number, others)) for row in rows]


def _spelt(row: Row, number: int, digits: Mapping[int, str]) -> str:
    """Names and keys of a call stay: only its numbers are others."""
    text = row.value.translate(digits)
    return text if row.role == "function_call" else _WORD.sub(lambda word: _misspelt(word[0], number), text)


def _misspelt(word: str, number: int) -> str:
    """The first letter stays: after a backslash it has a meaning."""
    chance = crc32(word.encode(), number)
    if chance % 3:
        return word
    at = 1 + chance // 3 % (len(word) - 2)
    return f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"


KINDS = (
    Kind("corpus", "the recorded conversations, of all kinds", 3_813, _corpus, None),
    Kind("short", f"chats of 2 to {_SHORT_ROWS} messages", 20_000, _short, 25),
    Kind("traces", f"work of an agent with tools, {_TRACE_ROWS} rows", 1_000, _traces, 12),
    Kind("long", f"{_LONG_ROWS} messages of {_LONG_CHARACTERS:,} characters", 1_000, _long, 20),
)
