"""The part of a conversation that is looked at: its last rows, sorted by what they are, in one pass."""

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from planoai.signals.memory import Memory
from planoai.signals.options import Limits, Rules
from planoai.signals.scanning import Scanned
from planoai.signals.signal import Row, Signal, Turns
from planoai.signals.single import f32
from planoai.signals.utterance import Utterance


class Said(Struct, frozen=True):
    """What a person or the model said that is not empty. `index` counts from the first row of the conversation."""

    index: int
    role: Literal["human", "gpt"]
    utterance: Utterance


class Window(Struct, frozen=True):
    """The last rows of a conversation; `offset` rows came before them.

    said, asked: by both sides; by the person alone.
    calls, observations: with their places in the window, from 0.
    """

    rows: Sequence[Row]
    offset: int
    said: tuple[Said, ...]
    asked: tuple[Said, ...]
    calls: tuple[tuple[int, str], ...]
    observations: tuple[tuple[int, Scanned], ...]
    turns: Turns
    memory: Memory  # reads calls, compares messages, and keeps what it has found


def window_of(rows: Sequence[Row], rules: Rules, memory: Memory) -> Window:
    last = rows[-rules.window :]
    offset = len(rows) - len(last)
    said: list[Said] = []
    asked: list[Said] = []
    calls: list[tuple[int, str]] = []
    observations: list[tuple[int, Scanned]] = []
    user = assistant = 0
    for place, row in enumerate(last):
        role, value = row.role, row.value
        if role == "human":
            user += 1
            if value:
                asked.append(Said(offset + place, "human", memory.asked(value)))
                said.append(asked[-1])
        elif role == "gpt":
            assistant += 1
            if value:
                said.append(Said(offset + place, "gpt", memory.said(value)))
        elif role == "function_call":
            calls.append((place, value))
        elif role == "observation":
            observations.append((place, (memory.failed if row.failed else memory.observed)(value)))
    turns = turns_of(user, assistant, rules.limits)
    return Window(last, offset, tuple(said), tuple(asked), tuple(calls), tuple(observations), turns, memory)


def first_of(said: Said, category: str, families: Iterable[str]) -> Signal | None:
    """The signal of the first family of which the message has a phrase; the leaf is called like the family."""
    if said.utterance.found:  # mostly it has none of any
        for family in families:
            found = said.utterance.found.get(family)
            if found:
                kind = f"{category}.{family}"
                return Signal(kind, said.index, found.phrase, 1.0, {"pattern_type": family}, found.decided)
    return None


def turns_of(user: int, assistant: int, limits: Limits) -> Turns:
    """Rows are counted, empty ones too."""
    over = user - limits.baseline_turns
    efficiency = f32(1 / (1 + 0.25 * over)) if over > 0 else 1.0
    return Turns(user, user, assistant, efficiency < limits.dragging, efficiency)
