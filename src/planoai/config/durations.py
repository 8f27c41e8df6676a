"""Durations as the config writes them, `250ms`, `5s`, `2m`, `1h`, `30d`, and as the rest of the code has them: seconds."""

import re

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)(ms|s|m|h|d)")
_LONGEST = 366 * _UNITS["d"]


def seconds(text: str) -> float:
    """Raises ValueError, with what would have been right, for anything that is not a duration above zero and up to a year."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError("must be a duration with its unit, such as `250ms`, `5s`, `2m` or `1h`")
    value = float(match[1]) * _UNITS[match[2]]
    if value <= 0:
        raise ValueError("must be longer than nothing")
    if value > _LONGEST:
        raise ValueError("must be at most `366d`")
    return value


def written(value: float) -> str:
    """The shortest way to write `value` seconds in a config."""
    for unit in ("d", "h", "m", "s"):
        if value >= _UNITS[unit] and value % _UNITS[unit] == 0:
            return f"{value / _UNITS[unit]:.0f}{unit}"
    return f"{value * 1000:.3f}".rstrip("0").rstrip(".") + "ms"
