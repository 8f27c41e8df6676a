"""The agent goes in circles: the same call again, the same tool with other arguments, tools in turns."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from planoai.signals.calls import Call
from planoai.signals.options import Limits, Rules
from planoai.signals.signal import Json, Signal
from planoai.signals.single import f32
from planoai.signals.window import Window

_SHORTEST, _LONGEST = 2, 5  # patterns of tools


class _Placed(Struct, frozen=True):
    """A call and the index of its row. Other rows may stand between calls that follow one another."""

    index: int
    call: Call


_Run = Sequence[_Placed]


def loops(window: Window, rules: Rules) -> Iterator[Signal]:
    if len(window.calls) < _SHORTEST:
        return
    shift = window.offset if rules.absolute_indices else 0
    calls = [_Placed(place + shift, window.memory.call(value)) for place, value in window.calls]
    runs = list(_runs(calls))
    retries = [retry for run in runs for retry in _retries(run, rules.limits.retry_calls)]
    yield from map(_retry, retries)
    retried = {retry[0].index for retry in retries}
    for run in runs:
        if len(run) >= rules.limits.drift_calls and not any(each.index in retried for each in run):
            yield from _drift(run)
    for start, end, pattern, count in _apart(_oscillations(calls, rules.limits)):
        yield _oscillation(start, end, pattern, count)


def _runs(calls: _Run) -> Iterator[_Run]:
    """Calls of one tool that follow one another, as many as do."""
    start = 0
    for end in range(1, len(calls) + 1):
        if end == len(calls) or calls[end].call.name != calls[start].call.name:
            yield calls[start:end]
            start = end


def _retries(run: _Run, least: int) -> Iterator[_Run]:
    """The parts of it, one behind the other, in which every call repeats the first."""
    at = 0
    while len(run) - at >= least:
        end = at + 1
        while end < len(run) and run[end].call.repeats(run[at].call):
            end += 1
        if end - at >= least:
            yield run[at:end]
            at = end
        else:
            at += 1


def _oscillations(calls: _Run, limits: Limits) -> Iterator[tuple[int, int, list[str], int]]:
    """First and last index, the pattern, how often it came. The last round of a pattern may be the first of the next."""
    names = [each.call.name for each in calls]
    at = 0
    while len(names) - at >= _SHORTEST * limits.oscillation_cycles:
        for length in range(_SHORTEST, min(_LONGEST, (len(names) - at) // limits.oscillation_cycles) + 1):
            count = _rounds(names, at, length) if names[at + length] == names[at] else 0
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
    """Of those that overlap, the one that begins first; no two begin at the same call."""
    last = -1
    for each in found:
        if each[0] > last:
            yield each
            last = each[1]


def _retry(run: _Run) -> Signal:
    start, name = run[0].index, run[0].call.name
    metadata: dict[str, Json] = {
        "tool_name": name,
        "start_index": start,
        "end_index": run[-1].index,
        "call_count": len(run),
        "loop_type": "retry",
    }
    snippet = f"Tool '{name}' called {len(run)} times with identical arguments"
    return Signal("execution.loops.retry", start, snippet, f32(0.95), metadata)


def _drift(run: _Run) -> Iterator[Signal]:
    """Nothing, if the text of their arguments is always the same."""
    start, name = run[0].index, run[0].call.name
    variations = len({each.call.text for each in run})
    if variations == 1:
        return
    metadata: dict[str, Json] = {
        "tool_name": name,
        "start_index": start,
        "end_index": run[-1].index,
        "call_count": len(run),
        "variation_count": variations,
        "loop_type": "parameter_drift",
    }
    snippet = f"Tool '{name}' called {len(run)} times with {variations} different argument variations"
    yield Signal("execution.loops.parameter_drift", start, snippet, f32(0.85), metadata)


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
