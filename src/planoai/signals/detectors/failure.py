"""The agent called a tool wrongly: the tool's answer says so."""

from collections.abc import Iterator

from planoai.signals.calls import tool_name
from planoai.signals.options import Rules
from planoai.signals.scanning import Hit
from planoai.signals.signal import Json, Signal
from planoai.signals.window import Window


def failure(window: Window, rules: Rules) -> Iterator[Signal]:
    """The reference counts from the first row of the window, not of the conversation."""
    shift = window.offset if rules.absolute_indices else 0
    for place, scanned in window.observations:
        if scanned.failure:
            yield _signal(scanned.failure, place, shift, window)


def _signal(hit: Hit, place: int, shift: int, window: Window) -> Signal:
    at, tool = max(place - 1, 0), "unknown"
    for earlier, value in reversed(window.calls):
        if earlier < place:
            at, tool = earlier, tool_name(value)
            break
    metadata: dict[str, Json] = {
        "tool_name": tool,
        "call_index": at + shift,
        "error_type": hit.kind,
        "matched": hit.matched,
    }
    kind = f"execution.failure.{hit.kind}"
    return Signal(kind, place + shift, hit.snippet, hit.confidence, metadata, "regex")
