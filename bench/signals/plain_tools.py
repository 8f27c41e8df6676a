"""The plain analyzer, what it makes of tools: of their calls, and of what they answer; see `plain`."""

import json
import math
import re
from functools import cache
from typing import Any, NamedTuple

import msgspec
from bench.signals.plain_words import LISTS, RANGES, WHITE, Rows, Signal, f32, signal

# Observations

FAILURES = (
    ("invalid_args", "INVALID_ARGS_PATTERNS", 0.9),
    ("tool_not_found", "TOOL_NOT_FOUND_PATTERNS", 0.95),
    ("auth_misuse", "AUTH_MISUSE_PATTERNS", 0.8),
    ("state_error", "STATE_ERROR_PATTERNS", 0.85),
    ("bad_query", "BAD_QUERY_PATTERNS", 0.8),
)
EXHAUSTIONS = (
    ("rate_limit", "RATE_LIMIT_PATTERNS", 0.95),
    ("api_error", "API_ERROR_PATTERNS", 0.9),
    ("timeout", "TIMEOUT_PATTERNS", 0.9),
    ("network", "NETWORK_PATTERNS", 0.9),
    ("malformed_response", "MALFORMED_PATTERNS", 0.85),
    ("context_overflow", "CONTEXT_OVERFLOW_PATTERNS", 0.9),
)


@cache
def compiled(name: str, ascii_only: bool) -> re.Pattern[str]:
    if ascii_only:
        return re.compile("|".join(f"(?:{each})" for each in LISTS[name]).replace("\\s", "[\t-\r ]"), re.ASCII)
    word = "[" + "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in RANGES["rx_word"]) + "]"
    means = {
        "\\s": f"[{WHITE}]",
        "\\w": word,
        "\\b": f"(?:(?<={word})(?!{word})|(?<!{word})(?={word}))",
        "s": "[sſ]",
    }
    sources = (re.sub(r"\\.|s", lambda found: means[found[0]], each) for each in LISTS[name])
    return re.compile("|".join(f"(?:{each})" for each in sources))


def snippet(value: str, low: str, found: re.Match[str]) -> str:
    raw = value.encode()
    start = min(max(0, len(low[: found.start()].encode()) - 50), len(raw))
    end = min(len(low[: found.end()].encode()) + 50, len(raw))
    while 0 < start < len(raw) and raw[start] & 0xC0 == 0x80:
        start -= 1
    while end < len(raw) and raw[end] & 0xC0 == 0x80:
        end += 1
    return ("..." if start > 0 else "") + raw[start : max(start, end)].decode() + ("..." if end < len(raw) else "")


def failure(window: Rows) -> list[Signal]:
    out: list[Signal] = []
    call: tuple[int, str] | None = None
    for index, (role, value) in enumerate(window):
        if role == "function_call":
            call = (index, tool_name(value))
        if role != "observation":
            continue
        low = value.lower()
        for kind, name, confidence in FAILURES:
            found = compiled(name, low.isascii()).search(low)
            if found is None:
                continue
            if kind == "bad_query" and not any(word in low for word in ("error", "invalid", "failed")):
                confidence = 0.6
            at, tool = call or (max(index - 1, 0), "unknown")
            metadata = {"tool_name": tool, "call_index": at, "error_type": kind, "matched": found[0]}
            shown = snippet(value, low, found)
            out.append(signal(f"execution.failure.{kind}", index, shown, f32(confidence), metadata))
            break
    return out


def exhaustion(window: Rows) -> list[Signal]:
    out: list[Signal] = []
    for index, (role, value) in enumerate(window):
        if role != "observation":
            continue
        low = value.lower()
        for kind, name, confidence in EXHAUSTIONS:
            found = compiled(name, low.isascii()).search(low)
            if found:
                metadata = {"exhaustion_type": kind, "matched": found[0]}
                shown = snippet(value, low, found)
                out.append(signal(f"environment.exhaustion.{kind}", index, shown, f32(confidence), metadata))
                break
    return out


# JSON


class Bad(ValueError):
    pass


def _whole(digits: str) -> int | float:
    if digits == "-0" or len(digits) > 20:
        return _float(digits)
    number = int(digits)
    return number if -(2**63) <= number < 2**64 else float(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise Bad
    return number


def _constant(_: str) -> None:
    raise Bad


_DECODER = json.JSONDecoder(parse_int=_whole, parse_float=_float, parse_constant=_constant)


def read_json(text: str) -> object:
    depth = 0
    for piece in re.findall(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', text, re.DOTALL):
        depth += (piece in ("[", "{")) - (piece in ("]", "}"))
        if depth > 127:
            raise Bad
    try:
        value: object = _DECODER.decode(text)
        msgspec.json.encode(value)  # half of a surrogate pair
    except (ValueError, RecursionError):
        raise Bad from None
    return value


def compact(value: object) -> str:
    return msgspec.json.encode(value).decode()  # floats as the reference prints them: 1e16, 0.00001


# Calls


class Call(NamedTuple):
    place: int
    name: str
    text: str
    arguments: dict[str, Any] | None


def read_object(text: str) -> dict[str, Any] | None:
    try:
        value = read_json(text)
    except Bad:
        return None
    return value if isinstance(value, dict) else None


def named(call: dict[str, Any]) -> str:
    name = call["name"] if "name" in call else call.get("function")
    return name if isinstance(name, str) else "unknown"


def tool_name(value: str) -> str:
    call = read_object(value)
    return "unknown" if call is None else named(call)


def in_order(arguments: dict[str, Any]) -> str:
    return compact(dict(sorted(arguments.items())))


def read_call(index: int, value: str) -> Call:
    call = read_object(value)
    if call is not None:
        if "arguments" not in call and "args" not in call:
            return Call(index, named(call), "", None)
        arguments = call["arguments"] if "arguments" in call else call["args"]
        if isinstance(arguments, dict):
            return Call(index, named(call), in_order(arguments), arguments)
        return Call(index, named(call), arguments if isinstance(arguments, str) else compact(arguments), None)
    at = value.find("(")
    if at <= 0:
        return Call(index, value.strip(WHITE), "", None)
    name, rest = value[:at].strip(WHITE), value[at:]
    if not rest.endswith(")"):
        return Call(index, name, rest, None)
    inner = rest[1:-1].strip(WHITE)
    arguments = read_object(inner)
    return Call(index, name, inner if arguments is None else in_order(arguments), arguments)


def same(a: object, b: object) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(value, b[key]) for key, value in a.items())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and a == b


def equal(a: Call, b: Call) -> bool:
    if a.arguments is not None and b.arguments is not None:
        return a.name == b.name and same(a.arguments, b.arguments)
    return a.name == b.name and a.text == b.text


def loops(window: Rows) -> list[Signal]:
    calls = [read_call(index, value) for index, (role, value) in enumerate(window) if role == "function_call"]
    if len(calls) < 3:
        return []
    out = retries(calls)
    taken = [(each["metadata"]["start_index"], each["metadata"]["end_index"]) for each in out]
    return out + drifts(calls, taken) + oscillations(calls)


def retries(calls: list[Call]) -> list[Signal]:
    out: list[Signal] = []
    i = 0
    while i < len(calls):
        j = i + 1
        while j < len(calls) and equal(calls[i], calls[j]):
            j += 1
        if j - i < 3:
            i += 1
            continue
        start, end, name = calls[i].place, calls[j - 1].place, calls[i].name
        metadata = {
            "tool_name": name,
            "start_index": start,
            "end_index": end,
            "call_count": j - i,
            "loop_type": "retry",
        }
        shown = f"Tool '{name}' called {j - i} times with identical arguments"
        out.append(signal("execution.loops.retry", start, shown, f32(0.95), metadata))
        i = j
    return out


def drifts(calls: list[Call], taken: list[tuple[int, int]]) -> list[Signal]:
    out: list[Signal] = []
    i = 0
    while i < len(calls):
        j = i
        while j < len(calls) and calls[j].name == calls[i].name:
            j += 1
        kinds = len({each.text for each in calls[i:j]})
        start, end, name = calls[i].place, calls[j - 1].place, calls[i].name
        if j - i >= 3 and kinds >= 2 and not any(start <= b and a <= end for a, b in taken):
            metadata = {
                "tool_name": name,
                "start_index": start,
                "end_index": end,
                "call_count": j - i,
                "variation_count": kinds,
                "loop_type": "parameter_drift",
            }
            shown = f"Tool '{name}' called {j - i} times with {kinds} different argument variations"
            out.append(signal("execution.loops.parameter_drift", start, shown, f32(0.85), metadata))
        i = j
    return out


def oscillations(calls: list[Call]) -> list[Signal]:
    names = [each.name for each in calls]
    found: list[tuple[int, int, list[str], int]] = []
    i = 0
    while len(names) - i >= 6:
        for length in range(2, min(5, len(names) - i) + 1):
            pattern = names[i : i + length]
            count = 1
            while len(set(pattern)) > 1 and names[i + count * length : i + (count + 1) * length] == pattern:
                count += 1
            if count >= 3:
                last = i + count * length - 1
                found.append((calls[i].place, calls[last].place, pattern, count))
                i = last + 1 - length
                break
        else:
            i += 1
    return [_oscillation(*each) for each in apart(found)]


def apart(found: list[tuple[int, int, list[str], int]]) -> list[tuple[int, int, list[str], int]]:
    kept: list[tuple[int, int, list[str], int]] = []
    for each in sorted(found, key=lambda each: (each[0], each[0] - each[1])):
        if not kept or each[0] > kept[-1][1]:
            kept.append(each)
    return kept


def _oscillation(start: int, end: int, pattern: list[str], count: int) -> Signal:
    metadata = {
        "pattern": pattern,
        "start_index": start,
        "end_index": end,
        "cycle_count": count,
        "loop_type": "oscillation",
    }
    shown = f"Oscillation pattern [{' → '.join(pattern)}] repeated {count} times"
    return signal("execution.loops.oscillation", start, shown, f32(0.9), metadata)
