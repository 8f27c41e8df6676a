"""From groups of signals to one number and one word."""

from collections.abc import Mapping

from msgspec import Struct

from planoai.signals.options import Rules
from planoai.signals.signal import Group, Quality, Signal, severity
from planoai.signals.single import f32
from planoai.signals.window import Window

_START = 50
_SATISFIED = (0, 12, 16, 19)
_BUCKETS: tuple[tuple[int, Quality], ...] = ((75, "excellent"), (60, "good"), (40, "neutral"), (25, "poor"))
_WORST = 3
_TONES = ("all_caps", "excessive_punctuation")


class Grade(Struct, frozen=True):
    """`misaligned` is the misaligned share of the user turns, `high` whether it is over its limit."""

    quality: Quality
    score: float
    concerning: bool
    misaligned: float
    high: bool


def grade(groups: Mapping[str, Group], window: Window, rules: Rules) -> Grade:
    misaligned = f32(groups["misalignment"].count / max(window.turns.user_turns, 1))
    high = misaligned > rules.limits.misalignment_ratio
    score = 0 if _severe(groups, window, rules) else _score(groups, rules, high)
    quality = _quality(score)
    return Grade(quality, float(score), _concerning(groups, quality), misaligned, high)


def _quality(score: int) -> Quality:
    for least, name in _BUCKETS:
        if score >= least:
            return name
    return "severe"


def _severe(groups: Mapping[str, Group], window: Window, rules: Rules) -> bool:
    if any(_leaves(signal, window, rules) for signal in groups["disengagement"].signals):
        return True
    return _WORST in (severity(_disengaged(groups, rules)), groups["stagnation"].severity)


def _leaves(signal: Signal, window: Window, rules: Rules) -> bool:
    """The person asks for somebody else, or gives up."""
    if signal.signal_type.endswith(".quit"):
        return not rules.quit_at_end or signal.message_index in _last_said(window)
    return signal.signal_type.endswith(".escalation")


def _last_said(window: Window) -> list[int]:
    return [said.index for said in window.asked[-2:]]


def _disengaged(groups: Mapping[str, Group], rules: Rules) -> int:
    """How many signs of disengagement count."""
    signals = groups["disengagement"].signals
    if not rules.tone_once:
        return len(signals)
    tone = sum(signal.metadata.get("indicator_type") in _TONES for signal in signals)
    return len(signals) - tone + min(tone, 1)


def _score(groups: Mapping[str, Group], rules: Rules, high: bool) -> int:
    count = {name: group.count for name, group in groups.items()}
    score = _START + _SATISFIED[min(count["satisfaction"], 3)]
    score -= 10 * severity(_disengaged(groups, rules))
    if high and count["misalignment"] >= rules.misalignments:
        score -= 15
    if count["stagnation"] > 2:
        score -= 8 * groups["stagnation"].severity
    score -= 8 * count["failure"] + 5 * count["loops"] + 3 * count["exhaustion"]
    return min(100, max(0, score))


def _concerning(groups: Mapping[str, Group], quality: Quality) -> bool:
    return (
        quality in ("poor", "severe")
        or groups["stagnation"].count > 2
        or any(groups[name].count for name in ("disengagement", "failure", "loops"))
    )
