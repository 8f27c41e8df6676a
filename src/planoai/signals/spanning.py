"""The patterns with `.*` between two words, found in time that grows with the text and no faster.

A backtracking engine reads the rest of a line again for every first word in it. Here the last second word of a line is looked up once: it is what a
greedy `.*` would stop at, whichever first word it starts from.
"""

import re
from collections.abc import Callable, Mapping

from planoai.signals.letters import WHITE

Find = Callable[[str], tuple[int, int] | None]  # a text -> where the first match begins and ends

_EXCEEDED = re.compile(f"exceeded([{WHITE}]++)")
_CROSSING_LIMIT = re.compile(f"[{WHITE}]++limit")


def _exceeded_limit(text: str) -> tuple[int, int] | None:
    """`limit` has blanks before it, and they may cross the end of the line; where that is so, `.*` reaches the line's end and is longest."""
    line_end = last = -1
    crossing: re.Match[str] | None = None
    for head in _EXCEEDED.finditer(text):
        start, after = head.start(), head.end()
        if after > line_end:
            line_end = _line_end(text, after)
            last = _last_limit(text, after, line_end)
            crossing = _CROSSING_LIMIT.match(text, line_end)
        if crossing:
            return start, crossing.end()
        if last > after:
            return start, last + len("limit")
        if len(head[1]) > 1 and text.startswith("limit", after):  # one blank for either side of an empty `.*`
            return start, after + len("limit")
    return None


def _last_limit(text: str, start: int, end: int) -> int:
    """Where the last `limit` between them stands that has a blank before it; -1: nowhere."""
    at = text.rfind("limit", start, end)
    while at > start and text[at - 1] not in WHITE:
        at = text.rfind("limit", start, at)
    return at


def _on_one_line(head: str, word: str) -> Find:
    first = re.compile(head.replace("\\s+", f"[{WHITE}]++"))

    def find(text: str) -> tuple[int, int] | None:
        line_end = last = -1
        for found in first.finditer(text):
            if found.end() > line_end:
                line_end = _line_end(text, found.end())
                last = text.rfind(word, found.end(), line_end)
            if last >= found.end():
                return found.start(), last + len(word)
        return None

    return find


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


SPANNING: Mapping[str, Find] = {
    r"exceeded\s+.*\s+limit": _exceeded_limit,
    r"syntax\s+error.*json": _on_one_line(r"syntax\s+error", "json"),
    r"missing\s+field.*response": _on_one_line(r"missing\s+field", "response"),
}
