"""The report in one line."""

from collections.abc import Mapping
from functools import lru_cache

from planoai.signals.grading import Grade
from planoai.signals.signal import Group, Turns, severity
from planoai.signals.single import f32


def summarise(groups: Mapping[str, Group], grade: Grade, turns: Turns) -> str:
    efficiency = f32(turns.efficiency_score * 100)
    parts = [
        f"Overall Quality: {grade.quality}",
        f"Turns: {turns.total_turns} (efficiency: {efficiency:.1f}%)",
        _layers(tuple([(group.layer, group.category, len(group.signals)) for group in groups.values()])),
    ]
    if grade.high:
        parts.append(f"High misalignment rate: {f32(grade.misaligned * 100):.1f}% of user turns")
    if groups["stagnation"].count > 2:
        parts.append(f"Looping detected: {groups['stagnation'].count} repetitions")
    disengaged = groups["disengagement"].signals
    asked = sum(signal.signal_type.endswith(".escalation") for signal in disengaged) if disengaged else 0
    if asked:
        parts.append(f"Escalation requested: {asked}")
    return " | ".join(parts)


@lru_cache(maxsize=1024)
def _layers(counts: tuple[tuple[str, str, int], ...]) -> str:
    """Most conversations have the counts of one before."""
    layers: dict[str, list[str]] = {}
    for layer, category, count in counts:
        counted = f"{category}: {count} (sev {severity(count)})" if count else f"{category}: 0"
        layers.setdefault(layer, []).append(counted)
    return " | ".join(f"{layer.capitalize()} — {', '.join(counted)}" for layer, counted in layers.items())
