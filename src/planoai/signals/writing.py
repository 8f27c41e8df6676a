"""A report as JSON, in the shape that the reference writes."""

import msgspec

from planoai.signals.signal import Group, Json, Report, Signal


def to_json(report: Report, native: bool = False) -> bytes:
    """Compact. `native` adds what the reference leaves out: the score, the turns, whether it is worth a flag."""
    return msgspec.json.encode(to_plain(report, native))


def to_plain(report: Report, native: bool = False) -> dict[str, Json]:
    """What `to_json` encodes, its keys in their order."""
    plain: dict[str, Json] = {}
    layers: dict[str, dict[str, Json]] = {}
    for category, group in report.groups.items():
        layers.setdefault(group.layer, {})[category] = _group(group)
    for layer, groups in layers.items():
        plain[f"{layer}_signals"] = groups
    plain["overall_quality"] = report.quality
    plain["summary"] = report.summary
    if native:
        plain["quality_score"] = report.score
        plain["turn_metrics"] = {name: getattr(report.turns, name) for name in report.turns.__struct_fields__}
        plain["concerning"] = report.concerning
    return plain


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
