"""It went well: the person thanks, agrees, says that it works."""

from collections.abc import Iterator

from planoai.signals.options import Rules
from planoai.signals.signal import Signal
from planoai.signals.window import Window, first_of

_FAMILIES = ("gratitude", "confirmation", "success")


def satisfaction(window: Window, rules: Rules) -> Iterator[Signal]:
    del rules  # they are in what was found
    for said in window.asked:
        signal = first_of(said, "interaction.satisfaction", _FAMILIES)
        if signal:
            yield signal
