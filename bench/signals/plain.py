"""The analyzer as one would write it down first: every phrase against every message, one rule after another. Slow and obvious.

It is what `planoai.signals` is compared with and measured against, so nothing is imported from there. `plain_words` holds what it makes of what people
say, `plain_tools` what it makes of tools; `lists.json` the phrases and patterns, `unicode_ref.json` the characters that the reference takes for
letters, for capitals and for parts of words.

    python -m bench.signals.plain < conversations > reports
"""

import json
import sys
from typing import Any

import msgspec
from bench.signals.plain_words import Message, Rows, Signal, f32

from bench.signals import plain_tools as tools
from bench.signals import plain_words as words

LAYERS = {
    "interaction": ("misalignment", "stagnation", "disengagement", "satisfaction"),
    "execution": ("failure", "loops"),
    "environment": ("exhaustion",),
}
BUCKETS = ((75, "excellent"), (60, "good"), (40, "neutral"), (25, "poor"), (0, "severe"))
Groups = dict[str, dict[str, Any]]


def analyze(rows: Rows) -> tuple[dict[str, Any], float, dict[str, Any]]:
    """Of `(from, value)` pairs the report, the score and the turn metrics."""
    window = rows[-100:]
    offset = len(rows) - len(window)
    said = [
        (offset + at, role, Message(value))
        for at, (role, value) in enumerate(window)
        if role in ("human", "gpt") and value
    ]
    found = {
        "misalignment": words.misalignment(said),
        "stagnation": words.stagnation(said, window, offset),
        "disengagement": words.disengagement(said),
        "satisfaction": words.satisfaction(said),
        "failure": tools.failure(window),
        "loops": tools.loops(window),
        "exhaustion": tools.exhaustion(window),
    }
    groups = {category: group(category, signals) for category, signals in found.items()}
    user, assistant, efficiency = words.turns(window)
    ratio = f32(groups["misalignment"]["count"] / max(user, 1))
    quality, score = grade(groups, ratio)
    report: dict[str, Any] = {
        f"{layer}_signals": {each: groups[each] for each in names} for layer, names in LAYERS.items()
    }
    report["overall_quality"] = quality
    report["summary"] = summary(groups, quality, user, efficiency, ratio)
    metrics = {
        "total_turns": user,
        "user_turns": user,
        "assistant_turns": assistant,
        "is_dragging": efficiency < 0.5,
        "efficiency_score": efficiency,
    }
    return report, float(score), metrics


def group(category: str, signals: list[Signal]) -> dict[str, Any]:
    n = len(signals)
    severity = 0 if n == 0 else 1 if n <= 2 else 2 if n <= 4 else 3
    return {"category": category, "count": n, "severity": severity, "signals": signals}


def leaves(groups: Groups, *names: str) -> int:
    return sum(each["signal_type"].rpartition(".")[2] in names for each in groups["disengagement"]["signals"])


def grade(groups: Groups, ratio: float) -> tuple[str, int]:
    count = {category: each["count"] for category, each in groups.items()}
    severity = {category: each["severity"] for category, each in groups.items()}
    if leaves(groups, "escalation", "quit") or severity["disengagement"] == 3 or severity["stagnation"] == 3:
        return "severe", 0
    score = 50 + (0, 12, 16, 19)[min(count["satisfaction"], 3)] - 10 * severity["disengagement"]
    if count["misalignment"] and ratio > f32(0.3):
        score -= 15
    if count["stagnation"] > 2:
        score -= 8 * severity["stagnation"]
    score -= 8 * count["failure"] + 5 * count["loops"] + 3 * count["exhaustion"]
    score = min(100, max(0, score))
    return next(name for least, name in BUCKETS if score >= least), score


def summary(groups: Groups, quality: str, user: int, efficiency: float, ratio: float) -> str:
    def counted(category: str) -> str:
        each = groups[category]
        return f"{category}: {each['count']}" + (f" (sev {each['severity']})" if each["count"] else "")

    parts = [f"Overall Quality: {quality}", f"Turns: {user} (efficiency: {f32(efficiency * 100):.1f}%)"]
    for layer, names in LAYERS.items():
        parts.append(f"{layer.capitalize()} — {', '.join(map(counted, names))}")
    if ratio > f32(0.3):
        parts.append(f"High misalignment rate: {f32(ratio * 100):.1f}% of user turns")
    if groups["stagnation"]["count"] > 2:
        parts.append(f"Looping detected: {groups['stagnation']['count']} repetitions")
    if leaves(groups, "escalation"):
        parts.append(f"Escalation requested: {leaves(groups, 'escalation')}")
    return " | ".join(parts)


def main() -> None:
    for line in sys.stdin.buffer:
        if line.strip():
            read = json.loads(line)
            rows = [(row.get("from", ""), row.get("value", "")) for row in read["messages"]]
            written = msgspec.json.encode({"id": read["id"], "report": analyze(rows)[0]})
            sys.stdout.buffer.write(written + b"\n")


if __name__ == "__main__":
    main()
