"""Which conversation is worth a person's time first: the more, the surer and the graver its signals are, and the more layers they come from."""

from collections.abc import Mapping

from planoai.signals.signal import Decided, Group, Report

# What a reader gains from a category: failures and frustration can be mended, an environment that was down less so.
_WEIGHTS: Mapping[str, float] = {
    "misalignment": 1.0,
    "stagnation": 0.6,
    "disengagement": 1.3,
    "satisfaction": 0.8,
    "failure": 1.2,
    "loops": 1.1,
    "exhaustion": 0.3,
}
_OTHERWISE = 1.0
_SEVERAL_LAYERS = 0.3
_LEAST = 0.02  # of a conversation without a signal
_EVIDENCE: Mapping[Decided, float] = {"exact": 1.0, "structure": 1.0, "regex": 1.0, "trigrams": 0.7, "words": 0.4}
_GRAVE = 1.2
_GIVEN_UP = frozenset({"interaction.disengagement.escalation", "interaction.disengagement.quit"})
_ONLY_LONG = 0.3
_DRAGGING = {"interaction.stagnation.dragging"}
_MOST_SEVERE = 3


def worth(report: Report) -> float:
    """From 0.02 on; with every category at its worst about 6.9."""
    fired = [group for group in report.groups.values() if group.signals]
    several = len({group.layer for group in fired}) > 1
    found = sum(_WEIGHTS.get(group.category, _OTHERWISE) * _strength(group) for group in fired)
    return found + _SEVERAL_LAYERS * several + _LEAST


def _strength(group: Group) -> float:
    """How severe it is, times how sure its surest signal is."""
    surest = max(
        each.confidence * _EVIDENCE[each.decided] * (_GRAVE if each.signal_type in _GIVEN_UP else 1.0)
        for each in group.signals
    )
    long = {each.signal_type for each in group.signals} == _DRAGGING
    return group.severity / _MOST_SEVERE * surest * (_ONLY_LONG if long else 1.0)
