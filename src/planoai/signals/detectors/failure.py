"""The agent called a tool wrongly: the tool's answer says so."""

from bisect import bisect_left
from collections.abc import Iterator
from operator import itemgetter

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
    at, tool = _called(place, window)
    metadata: dict[str, Json] = {
        "tool_name": tool,
        "call_index": at + shift,
        "error_type": hit.kind,
        "matched": hit.matched,
    }
    kind = f"execution.failure.{hit.kind}"
    return Signal(kind, place + shift, hit.snippet, hit.confidence, metadata, "regex")


def _called(place: int, window: Window) -> tuple[int, str]:
    """The last call before that place and its tool, which only a call in JSON tells for certain. Without a call, the row before."""
    earlier = bisect_left(window.calls, place, key=itemgetter(0))
    if earlier == 0:
        return max(place - 1, 0), "unknown"
    at, value = window.calls[earlier - 1]
    call = window.memory.call(value)
    return at, call.name if call.structured else "unknown"
