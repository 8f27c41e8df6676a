"""The person has had enough: shouts, complains, swears, asks for somebody else, gives up."""

from collections.abc import Iterator

from planoai.signals.options import Rules
from planoai.signals.signal import Json, Signal
from planoai.signals.utterance import Found
from planoai.signals.window import Said, Window

_CATEGORY = "interaction.disengagement"


def disengagement(window: Window, rules: Rules) -> Iterator[Signal]:
    del rules  # they are in what was found, and in the tone
    for said in window.asked:
        for tone in said.utterance.tone:
            yield Signal(f"{_CATEGORY}.negative_stance", said.index, tone.snippet, 1.0, tone.metadata)
        if said.utterance.found:
            yield from _in_words(said)


def _in_words(said: Said) -> Iterator[Signal]:
    """Who asks for somebody else, or swears, complains anyway."""
    found = said.utterance.found
    for leaf in ("escalation", "quit"):
        if leaf in found:
            yield _signal(leaf, said, found[leaf], {"pattern_type": leaf})
    if "profanity" in found:
        yield _stance("profanity", said, found["profanity"])
    elif "negative_stance" in found and "escalation" not in found:
        yield _stance("complaint", said, found["negative_stance"])


def _stance(indicator: str, said: Said, found: Found) -> Signal:
    return _signal("negative_stance", said, found, {"indicator_type": indicator, "pattern": found.phrase})


def _signal(leaf: str, said: Said, found: Found, metadata: dict[str, Json]) -> Signal:
    return Signal(f"{_CATEGORY}.{leaf}", said.index, found.phrase, 1.0, metadata, found.decided)
