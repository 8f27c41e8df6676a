"""The part of a conversation that is looked at: its last rows, sorted by what they are, in one pass."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from planoai.signals.memory import Memory, Utterance
from planoai.signals.options import Limits, Rules
from planoai.signals.scanning import Scanned
from planoai.signals.signal import Row, Turns
from planoai.signals.single import f32


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
    calls: list[tuple[int, str]] = []
    observations: list[tuple[int, Scanned]] = []
    spoken = {"human": 0, "gpt": 0}
    for place, row in enumerate(last):
        match row.role:
            case "human" | "gpt" as role:
                spoken[role] += 1
                if row.value:
                    said.append(Said(offset + place, role, memory.utterance(row.value, human=role == "human")))
            case "function_call":
                calls.append((place, row.value))
            case "observation":
                observations.append((place, memory.scanned(row)))
            case _:
                pass
    turns = turns_of(spoken["human"], spoken["gpt"], rules.limits)
    asked = tuple(each for each in said if each.role == "human")
    return Window(last, offset, tuple(said), asked, tuple(calls), tuple(observations), turns, memory)


def turns_of(user: int, assistant: int, limits: Limits) -> Turns:
    """Rows are counted, empty ones too."""
    over = user - limits.baseline_turns
    efficiency = f32(1 / (1 + 0.25 * over)) if over > 0 else 1.0
    return Turns(user, user, assistant, efficiency < limits.dragging, efficiency)
