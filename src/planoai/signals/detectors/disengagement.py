"""The person has had enough: shouts, complains, swears, asks for somebody else, gives up."""

from collections.abc import Iterator

from planoai.signals.matching import Phrase
from planoai.signals.options import Rules
from planoai.signals.signal import Json, Signal
from planoai.signals.window import Said, Window

_CATEGORY = "interaction.disengagement"


def disengagement(window: Window, rules: Rules) -> Iterator[Signal]:
    del rules  # they are in the flags and the tone of the messages
    for said in window.said:
        if said.role == "human":
            for tone in said.message.tone:
                yield Signal(f"{_CATEGORY}.negative_stance", said.index, tone.snippet, 1.0, tone.metadata)
            if said.message.flags:
                yield from _in_words(said, window)


def _in_words(said: Said, window: Window) -> Iterator[Signal]:
    flags, first = said.message.flags, window.matcher.first
    escalation = first(flags, "escalation")
    if escalation:
        yield _signal("escalation", said, window, escalation, {"pattern_type": "escalation"})
    giving_up = first(flags, "quit")
    if giving_up:
        yield _signal("quit", said, window, giving_up, {"pattern_type": "quit"})
    profanity = first(flags, "profanity")
    if profanity:
        yield _stance("profanity", said, window, profanity)
    complaint = first(flags, "negative_stance")
    if complaint and not escalation and not profanity:
        yield _stance("complaint", said, window, complaint)


def _stance(indicator: str, said: Said, window: Window, phrase: Phrase) -> Signal:
    return _signal("negative_stance", said, window, phrase, {"indicator_type": indicator, "pattern": phrase.text})


def _signal(leaf: str, said: Said, window: Window, phrase: Phrase, metadata: dict[str, Json]) -> Signal:
    decided = window.matcher.decided(said.message, phrase) or "exact"
    return Signal(f"{_CATEGORY}.{leaf}", said.index, phrase.text, 1.0, metadata, decided)
