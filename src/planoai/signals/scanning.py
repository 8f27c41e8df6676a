"""What a tool's answer says went wrong: the families of patterns, tried on the whole of it."""

import re
from collections.abc import Iterator

from msgspec import Struct

from planoai.signals.letters import WHITE, split, word_class
from planoai.signals.options import Rules
from planoai.signals.patterns import PATTERNS
from planoai.signals.single import f32

_AROUND = 50  # bytes of context on either side of a snippet


class Family(Struct, frozen=True):
    """A family of patterns that makes one kind of signal."""

    kind: str
    confidence: float


FAILURES = (
    Family("invalid_args", f32(0.9)),
    Family("tool_not_found", f32(0.95)),
    Family("auth_misuse", f32(0.8)),
    Family("state_error", f32(0.85)),
    Family("bad_query", f32(0.8)),
)
EXHAUSTIONS = (
    Family("rate_limit", f32(0.95)),
    Family("api_error", f32(0.9)),
    Family("timeout", f32(0.9)),
    Family("network", f32(0.9)),
    Family("malformed_response", f32(0.85)),
    Family("context_overflow", f32(0.9)),
)
_UNSURE = f32(0.6)  # a query is named, an error is not


class Hit(Struct, frozen=True):
    """The family that was found, where, and by which words."""

    kind: str
    snippet: str
    confidence: float
    matched: str


class Scanned(Struct, frozen=True):
    """What one observation says of the agent's call, and of the world around it."""

    failure: Hit | None = None
    exhaustion: Hit | None = None


class Scanner:
    """The patterns of all families, compiled when they are first needed: one set for ASCII, one for all other text."""

    def __init__(self, rules: Rules) -> None:
        self._ends = rules.observation_ends
        self._sources = {
            family: (*patterns, *map(_pattern, rules.words.get(family, ()))) for family, patterns in PATTERNS.items()
        }
        self._compiled: dict[tuple[str, bool], re.Pattern[str]] = {}

    def scan(self, value: str, failed: bool) -> Scanned:
        """`failed`: the tool said so itself; then all of its answer is read, whatever the profile."""
        low = value.lower()
        spans = self._spans(low, failed)
        return Scanned(self._first(FAILURES, value, low, spans), self._first(EXHAUSTIONS, value, low, spans))

    def _spans(self, low: str, failed: bool) -> list[tuple[int, int]]:
        if failed or not self._ends or len(low) <= 2 * self._ends:
            return [(0, len(low))]
        return [(0, self._ends), (len(low) - self._ends, len(low))]

    def _first(self, families: tuple[Family, ...], value: str, low: str, spans: list[tuple[int, int]]) -> Hit | None:
        for family in families:
            for found in self._found(family.kind, low, spans):
                confidence = family.confidence
                if family.kind == "bad_query" and not any(word in low for word in ("error", "invalid", "failed")):
                    confidence = _UNSURE
                return Hit(family.kind, _snippet(value, low, found.start(), found.end()), confidence, found[0])
        return None

    def _found(self, family: str, low: str, spans: list[tuple[int, int]]) -> Iterator[re.Match[str]]:
        pattern = self._pattern(family, ascii_only=low.isascii())
        for start, end in spans:
            found = pattern.search(low, start, end)
            if found:
                yield found

    def _pattern(self, family: str, *, ascii_only: bool) -> re.Pattern[str]:
        key = family, ascii_only
        if key not in self._compiled:
            translate = _ascii if ascii_only else _unicode
            source = "|".join(f"(?:{translate(each)})" for each in self._sources[family])
            self._compiled[key] = re.compile(source, re.ASCII if ascii_only else 0)
        return self._compiled[key]


def _pattern(words: str) -> str:
    """Plain words, with any white space between them."""
    return r"\s+".join(map(re.escape, split(words.lower())))


def _ascii(pattern: str) -> str:
    return pattern.replace("\\s", "[\t-\r ]")


def _unicode(pattern: str) -> str:
    """The pattern as the reference reads it beyond ASCII. Case-insensitive over lowered text adds one thing: `s` is also the long s."""
    word = f"[{word_class()}]"
    classes = {
        "\\s": f"[{WHITE}]",
        "\\w": word,
        "\\b": f"(?:(?<={word})(?!{word})|(?<!{word})(?={word}))",
        "s": "[sſ]",
    }
    return re.sub(r"\\.|s", lambda found: classes.get(found[0], found[0]), pattern)


def _snippet(value: str, low: str, start: int, end: int) -> str:
    """Bytes are counted in the lowered text and cut from the original; where lowering changes lengths, the snippet is off by as much."""
    raw = value.encode("utf-8", "surrogatepass")
    first = min(max(0, _bytes(low[:start]) - _AROUND), len(raw))
    last = min(_bytes(low[:end]) + _AROUND, len(raw))
    while 0 < first < len(raw) and raw[first] & 0xC0 == 0x80:
        first -= 1
    while last < len(raw) and raw[last] & 0xC0 == 0x80:
        last += 1
    inside = raw[first : max(first, last)].decode("utf-8", "surrogatepass")
    return f"{'...' if first > 0 else ''}{inside}{'...' if last < len(raw) else ''}"


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
