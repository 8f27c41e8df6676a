"""The world around the agent fails it: limits, outages, time-outs, answers that can not be read."""

from collections.abc import Iterator

from planoai.signals.options import Rules
from planoai.signals.signal import Json, Signal
from planoai.signals.window import Window


def exhaustion(window: Window, rules: Rules) -> Iterator[Signal]:
    shift = window.offset if rules.absolute_indices else 0
    for place, scanned in window.observations:
        hit = scanned.exhaustion
        if hit:
            kind = f"environment.exhaustion.{hit.kind}"
            metadata: dict[str, Json] = {"exhaustion_type": hit.kind, "matched": hit.matched}
            yield Signal(kind, place + shift, hit.snippet, hit.confidence, metadata, "regex")
