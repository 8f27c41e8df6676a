"""It went well: the person thanks, agrees, says that it works."""

from collections.abc import Iterator

from planoai.signals.options import Rules
from planoai.signals.signal import Signal
from planoai.signals.window import Said, Window

_FAMILIES = ("gratitude", "confirmation", "success")


def satisfaction(window: Window, rules: Rules) -> Iterator[Signal]:
    del rules  # they are in the flags of the messages
    for said in window.said:
        if said.role == "human" and said.message.flags:
            signal = _first(said, window)
            if signal:
                yield signal


def _first(said: Said, window: Window) -> Signal | None:
    for family in _FAMILIES:
        phrase = window.matcher.first(said.message.flags, family)
        if phrase:
            decided = window.matcher.decided(said.message, phrase) or "exact"
            kind = f"interaction.satisfaction.{family}"
            return Signal(kind, said.index, phrase.text, 1.0, {"pattern_type": family}, decided)
    return None
