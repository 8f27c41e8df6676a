"""From groups of signals to one number and one word."""

from collections.abc import Iterable, Mapping, Sequence

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
    count = {name: len(group.signals) for name, group in groups.items()}
    misaligned = f32(count["misalignment"] / max(window.turns.user_turns, 1))
    high = misaligned > rules.limits.misalignment_ratio
    disengaged = groups["disengagement"].signals
    disengagement = severity(_counting(disengaged, rules))
    if _WORST in (disengagement, severity(count["stagnation"])) or _given_up(disengaged, window, rules):
        score = 0
    else:
        score = _score(count, disengagement, costs=high and count["misalignment"] >= rules.misalignments)
    quality = _quality(score)
    return Grade(quality, float(score), _concerning(count, quality), misaligned, high)


def _quality(score: int) -> Quality:
    for least, name in _BUCKETS:
        if score >= least:
            return name
    return "severe"


def _given_up(disengaged: Iterable[Signal], window: Window, rules: Rules) -> bool:
    """The person asks for somebody else, or gives up."""
    for signal in disengaged:
        if signal.signal_type.endswith(".escalation"):
            return True
        if signal.signal_type.endswith(".quit") and (
            not rules.quit_at_end or signal.message_index in _last_said(window)
        ):
            return True
    return False


def _last_said(window: Window) -> list[int]:
    return [said.index for said in window.asked[-2:]]


def _counting(disengaged: Sequence[Signal], rules: Rules) -> int:
    """How many signs of disengagement count."""
    if not rules.tone_once:
        return len(disengaged)
    tone = sum(signal.metadata.get("indicator_type") in _TONES for signal in disengaged)
    return len(disengaged) - tone + min(tone, 1)


def _score(count: Mapping[str, int], disengaged: int, *, costs: bool) -> int:
    """`disengaged`: how severely. `costs`: whether misalignment does."""
    score = _START + _SATISFIED[min(count["satisfaction"], 3)] - 10 * disengaged
    if costs:
        score -= 15
    if count["stagnation"] > 2:
        score -= 8 * severity(count["stagnation"])
    score -= 8 * count["failure"] + 5 * count["loops"] + 3 * count["exhaustion"]
    return min(100, max(0, score))


def _concerning(count: Mapping[str, int], quality: Quality) -> bool:
    return (
        quality in ("poor", "severe")
        or count["stagnation"] > 2
        or count["disengagement"] + count["failure"] + count["loops"] > 0
    )
