"""It went well: the person thanks, agrees, says that it works."""

from collections.abc import Iterator

from planoai.signals.options import Rules
from planoai.signals.signal import Signal
from planoai.signals.window import Said, Window

_FAMILIES = ("gratitude", "confirmation", "success")


def satisfaction(window: Window, rules: Rules) -> Iterator[Signal]:
    del rules  # they are in what was found
    for said in window.asked:
        if said.utterance.found:
            signal = _first(said)
            if signal:
                yield signal


def _first(said: Said) -> Signal | None:
    for family in _FAMILIES:
        found = said.utterance.found.get(family)
        if found:
            kind = f"interaction.satisfaction.{family}"
            return Signal(kind, said.index, found.phrase, 1.0, {"pattern_type": family}, found.decided)
    return None
