"""What goes in and what comes out: rows of a conversation, signals in their groups, the report of them all."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Quality = Literal["excellent", "good", "neutral", "poor", "severe"]
Decided = Literal["exact", "trigrams", "words", "structure", "regex"]


class Row(Struct, frozen=True):
    """One step of a conversation. `role` is `human`, `gpt`, `function_call` or `observation`; any other takes up its place and says nothing.

    `failed`: the tool said that it failed. Only the strict profile looks at it.
    """

    role: str = field(default="", name="from")
    value: str = ""
    failed: bool = False


class Signal(Struct, frozen=True):
    """One indicator, `layer.category.leaf`, and where it stands. `confidence` is a single-precision number.

    `decided` says what it rests on; it is never written.
    """

    signal_type: str
    message_index: int
    snippet: str
    confidence: float = 1.0
    metadata: Mapping[str, Json] = {}
    decided: Decided = "structure"


class Group(Struct, frozen=True):
    """All signals of one category, in the order they were found."""

    category: str
    layer: str
    signals: tuple[Signal, ...] = ()

    @property
    def count(self) -> int:
        return len(self.signals)

    @property
    def severity(self) -> int:
        return severity(len(self.signals))


def severity(count: int) -> int:
    """0 for none, 1 for one or two, 2 for three or four, 3 from five on."""
    return (count + 1) // 2 if count < 5 else 3


class Turns(Struct, frozen=True):
    """How long it took. `efficiency_score` falls from 1.0 with every turn past the baseline."""

    total_turns: int = 0
    user_turns: int = 0
    assistant_turns: int = 0
    is_dragging: bool = False
    efficiency_score: float = 1.0


class Report(Struct, frozen=True):
    """What was found in one conversation.

    groups: by category, in the order of DETECTORS; all of them are there, always.
    concerning: worth a flag where traces are listed.
    unread: why the messages could not be read. The rest is then what is said of no messages at all.
    """

    groups: Mapping[str, Group]
    quality: Quality
    score: float
    turns: Turns
    concerning: bool
    summary: str
    unread: str = ""
