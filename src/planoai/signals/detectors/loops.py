"""The agent goes in circles: the same call again, the same tool with other arguments, tools in turns."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from planoai.signals.calls import Call
from planoai.signals.options import Limits, Rules
from planoai.signals.signal import Json, Signal
from planoai.signals.single import f32
from planoai.signals.strict_json import same
from planoai.signals.window import Window

_SHORTEST, _LONGEST = 2, 5  # patterns of tools


class _Run(Struct, frozen=True):
    """Calls one after another, as far as calls go. `start` and `end` are the indices of their rows."""

    start: int
    end: int
    calls: Sequence[Call]

    def meets(self, other: "_Run") -> bool:
        return self.start <= other.end and other.start <= self.end


class _Placed(Struct, frozen=True):
    index: int
    call: Call


def loops(window: Window, rules: Rules) -> Iterator[Signal]:
    shift = window.offset if rules.absolute_indices else 0
    calls = [_Placed(place + shift, window.memory.call(value)) for place, value in window.calls]
    if len(calls) < min(rules.limits.retry_calls, rules.limits.drift_calls):
        return
    retries = list(_retries(calls, rules.limits))
    for run in retries:
        yield _retry(run)
    for run in _drifts(calls, rules.limits):
        if not any(run.meets(retry) for retry in retries):
            yield _drift(run)
    for start, end, pattern, count in _apart(_oscillations(calls, rules.limits)):
        yield _oscillation(start, end, pattern, count)


def _run(calls: Sequence[_Placed]) -> _Run:
    return _Run(calls[0].index, calls[-1].index, [each.call for each in calls])


def _retries(calls: Sequence[_Placed], limits: Limits) -> Iterator[_Run]:
    at = 0
    while at < len(calls):
        end = at + 1
        while end < len(calls) and _equal(calls[at].call, calls[end].call):
            end += 1
        if end - at >= limits.retry_calls:
            yield _run(calls[at:end])
            at = end
        else:
            at += 1


def _equal(a: Call, b: Call) -> bool:
    if a.name != b.name:
        return False
    if a.arguments is not None and b.arguments is not None:
        return same(a.arguments, b.arguments)
    return a.text == b.text


def _drifts(calls: Sequence[_Placed], limits: Limits) -> Iterator[_Run]:
    at = 0
    while at < len(calls):
        end = at
        while end < len(calls) and calls[end].call.name == calls[at].call.name:
            end += 1
        if end - at >= limits.drift_calls and len({each.call.text for each in calls[at:end]}) > 1:
            yield _run(calls[at:end])
        at = end


def _oscillations(calls: Sequence[_Placed], limits: Limits) -> Iterator[tuple[int, int, list[str], int]]:
    """First and last index, the pattern, how often it came. The last round of a pattern may be the first of the next."""
    names = [each.call.name for each in calls]
    at = 0
    while len(names) - at >= _SHORTEST * limits.oscillation_cycles:
        for length in range(_SHORTEST, min(_LONGEST, len(names) - at) + 1):
            count = _rounds(names, at, length)
            if count >= limits.oscillation_cycles:
                end = at + count * length
                yield calls[at].index, calls[end - 1].index, names[at : at + length], count
                at = end - length
                break
        else:
            at += 1


def _rounds(names: list[str], at: int, length: int) -> int:
    """How often the pattern that begins there comes in a row; 0 if it is of one tool alone."""
    pattern = names[at : at + length]
    if len(set(pattern)) < 2:
        return 0
    count = 1
    while names[at + count * length : at + (count + 1) * length] == pattern:
        count += 1
    return count


def _apart(found: Iterator[tuple[int, int, list[str], int]]) -> Iterator[tuple[int, int, list[str], int]]:
    """Of those that overlap, the one that begins first, the longer first."""
    last = -1
    for each in sorted(found, key=lambda each: (each[0], each[0] - each[1])):
        if each[0] > last:
            yield each
            last = each[1]


def _retry(run: _Run) -> Signal:
    name, count = run.calls[0].name, len(run.calls)
    metadata: dict[str, Json] = {
        "tool_name": name,
        "start_index": run.start,
        "end_index": run.end,
        "call_count": count,
        "loop_type": "retry",
    }
    snippet = f"Tool '{name}' called {count} times with identical arguments"
    return Signal("execution.loops.retry", run.start, snippet, f32(0.95), metadata)


def _drift(run: _Run) -> Signal:
    name, count = run.calls[0].name, len(run.calls)
    variations = len({call.text for call in run.calls})
    metadata: dict[str, Json] = {
        "tool_name": name,
        "start_index": run.start,
        "end_index": run.end,
        "call_count": count,
        "variation_count": variations,
        "loop_type": "parameter_drift",
    }
    snippet = f"Tool '{name}' called {count} times with {variations} different argument variations"
    return Signal("execution.loops.parameter_drift", run.start, snippet, f32(0.85), metadata)


def _oscillation(start: int, end: int, pattern: list[str], count: int) -> Signal:
    metadata: dict[str, Json] = {
        "pattern": [*pattern],
        "start_index": start,
        "end_index": end,
        "cycle_count": count,
        "loop_type": "oscillation",
    }
    snippet = f"Oscillation pattern [{' → '.join(pattern)}] repeated {count} times"
    return Signal("execution.loops.oscillation", start, snippet, f32(0.9), metadata)
