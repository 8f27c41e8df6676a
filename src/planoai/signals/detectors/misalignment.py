"""The agent was not understood, or did not understand: the person corrects, asks back, or says it again in other words."""

from collections.abc import Iterator

from planoai.signals.message import Message
from planoai.signals.options import Rules
from planoai.signals.signal import Json, Signal
from planoai.signals.single import f32
from planoai.signals.window import Said, Window

_FAMILIES = ("correction", "rephrase", "clarification")
_LEAST_TOKENS = 3


def misalignment(window: Window, rules: Rules) -> Iterator[Signal]:
    previous: Said | None = None
    for said in window.said:
        if said.role == "human":
            signal = _in_words(said, window) or (previous and _again(said, previous, rules))
            if signal:
                yield signal
            previous = said


def _in_words(said: Said, window: Window) -> Signal | None:
    for family in _FAMILIES:
        phrase = window.matcher.first(said.message.flags, family)
        if phrase:
            decided = window.matcher.decided(said.message, phrase) or "exact"
            kind = f"interaction.misalignment.{family}"
            return Signal(kind, said.index, phrase.text, 1.0, {"pattern_type": family}, decided)
    return None


def _again(said: Said, previous: Said, rules: Rules) -> Signal | None:
    if said.index - previous.index > rules.limits.rephrase_distance:
        return None
    if not _similar(said.message, previous.message, rules):
        return None
    metadata: dict[str, Json] = {"pattern_type": "semantic_rephrase", "compared_to": previous.index}
    return Signal("interaction.misalignment.rephrase", said.index, "[similar rephrase detected]", f32(0.8), metadata)


def _similar(now: Message, before: Message, rules: Rules) -> bool:
    """Most of the words that say something are those of the message before."""
    if len(now.tokens) < _LEAST_TOKENS or len(before.tokens) < _LEAST_TOKENS:
        return False
    if now.begins(rules.confirmation_prefixes, whole=rules.whole_prefixes):
        return False
    new, old = now.content(rules.stop_words), before.content(rules.stop_words)
    fewer = min(len(new), len(old))
    if fewer < rules.limits.rephrase_tokens:
        return False
    common = len(new & old)
    return (
        f32((len(new) - common) / len(new)) <= rules.limits.rephrase_new
        and f32(common / fewer) >= rules.limits.rephrase_overlap
    )
