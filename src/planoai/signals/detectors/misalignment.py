"""The agent was not understood, or did not understand: the person corrects, asks back, or says it again in other words."""

from collections.abc import Iterator

from planoai.signals.options import Rules
from planoai.signals.signal import Json, Signal
from planoai.signals.single import f32
from planoai.signals.utterance import Utterance
from planoai.signals.window import Said, Window, first_of

_FAMILIES = ("correction", "rephrase", "clarification")
_LEAST_TOKENS = 3


def misalignment(window: Window, rules: Rules) -> Iterator[Signal]:
    previous: Said | None = None
    for said in window.asked:
        signal = first_of(said, "interaction.misalignment", _FAMILIES)
        if signal is None and previous is not None:
            signal = _again(said, previous, window, rules)
        if signal:
            yield signal
        previous = said


def _again(said: Said, previous: Said, window: Window, rules: Rules) -> Signal | None:
    if said.index - previous.index > rules.limits.rephrase_distance:
        return None
    if not _rephrases(said.utterance, previous.utterance, window, rules):
        return None
    metadata: dict[str, Json] = {"pattern_type": "semantic_rephrase", "compared_to": previous.index}
    return Signal("interaction.misalignment.rephrase", said.index, "[similar rephrase detected]", f32(0.8), metadata)


def _rephrases(now: Utterance, before: Utterance, window: Window, rules: Rules) -> bool:
    """Most of the words that say something are those of the message before. The newer one remembers what it was last compared with."""
    if now.size < _LEAST_TOKENS or before.size < _LEAST_TOKENS or now.confirms:
        return False
    if now.rephrases is None or now.rephrases[0] != before.number:
        new = window.memory.message(now).content(rules.stop_words)
        old = window.memory.message(before).content(rules.stop_words)
        now.rephrases = before.number, _overlap(new, old, rules)
    return now.rephrases[1]


def _overlap(new: frozenset[str], old: frozenset[str], rules: Rules) -> bool:
    fewer = min(len(new), len(old))
    if fewer < rules.limits.rephrase_tokens:
        return False
    common = len(new & old)
    return (
        f32((len(new) - common) / len(new)) <= rules.limits.rephrase_new
        and f32(common / fewer) >= rules.limits.rephrase_overlap
    )
