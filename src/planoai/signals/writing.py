"""A report as JSON, in the shape that the reference writes."""

from collections.abc import Callable
from functools import cache
from typing import Any

from msgspec import Raw, json

from planoai.signals.signal import Group, Json, Report, Signal


def to_json(report: Report, native: bool = False) -> bytes:
    """Compact. `native` adds what the reference leaves out: the score, the turns, whether it is worth a flag."""
    return json.encode(to_encode(report, native))


def to_encode(report: Report, native: bool = False) -> dict[str, Any]:
    """What is encoded as the same JSON: groups without a signal, which most are, are JSON already."""
    return _written(report, native, _encodable)


def to_plain(report: Report, native: bool = False) -> dict[str, Json]:
    """What `to_json` encodes, its keys in their order."""
    return _written(report, native, _group)


def _written(report: Report, native: bool, of_group: Callable[[Group], Any]) -> dict[str, Json]:
    layers: dict[str, dict[str, Json]] = {}
    for category, group in report.groups.items():
        layers.setdefault(group.layer, {})[category] = of_group(group)
    plain: dict[str, Json] = {f"{layer}_signals": groups for layer, groups in layers.items()}
    plain["overall_quality"] = report.quality
    plain["summary"] = report.summary
    if native:
        plain["quality_score"] = report.score
        plain["turn_metrics"] = {name: getattr(report.turns, name) for name in report.turns.__struct_fields__}
        plain["concerning"] = report.concerning
    return plain


def _encodable(group: Group) -> Raw | dict[str, Json]:
    return _group(group) if group.signals else _without_signals(group.category)


@cache
def _without_signals(category: str) -> Raw:
    return Raw(json.encode(_group(Group(category, ""))))


def _group(group: Group) -> dict[str, Json]:
    return {
        "category": group.category,
        "count": group.count,
        "severity": group.severity,
        "signals": [_signal(signal) for signal in group.signals],
    }


def _signal(signal: Signal) -> dict[str, Json]:
    return {
        "signal_type": signal.signal_type,
        "message_index": signal.message_index,
        "snippet": signal.snippet,
        "confidence": signal.confidence,
        "metadata": dict(signal.metadata),
    }
