"""What a tool's answer says went wrong: the families of patterns, tried on the whole of it.

Few answers say anything of the kind. A pattern is searched for only where a fragment of it stands in the text, and then all of its words.
"""

from msgspec import Struct

from planoai.signals.alternatives import Alternative, folded, of_pattern, of_words, plain
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

# Every built-in pattern has one of these in one of its words. They were picked for being few, and rare in what tools answer when all is well.
_PICKED = """
    vali ctio requ erro limi expe miss too conn fail out ized unav form must unkn toke exce foun rted forb alre 409
    inte cont cann 429 matc deni tate call prog conf thro slow retr 502 agai dns netw ssl trun 401 icat
"""
FRAGMENTS = tuple(_PICKED.split())


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


class _Piece(Struct, frozen=True):
    """A part of an observation, where it begins, and by family the patterns that may be found in it, or in what is plain of it."""

    start: int
    text: str
    plain: str
    possible: dict[str, list[Alternative]]

    def leftmost(self, family: str) -> tuple[int, int] | None:
        """Of matches that begin at one place the one whose pattern comes first in the family, as if they all were one expression."""
        best: tuple[int, int, int] | None = None
        for each in self.possible.get(family, ()):
            span = each.find(self.text if each.verbatim else self.plain)
            if span and (best is None or (span[0], each.place) < best[:2]):
                best = span[0], each.place, span[1]
        return (best[0], best[2]) if best else None


_NOTHING = Scanned()


class Scanner:
    """The patterns of all families, by the fragments that give them away."""

    def __init__(self, rules: Rules) -> None:
        self._ends = rules.observation_ends
        self._by_fragment: dict[str, list[Alternative]] = {}
        for family, patterns in PATTERNS.items():
            words = rules.words.get(family, ())
            alternatives = [of_pattern(family, place, each) for place, each in enumerate(patterns)]
            alternatives += [of_words(family, place, each) for place, each in enumerate(words, start=len(patterns))]
            for each in alternatives:
                self._by_fragment.setdefault(_fragment(each), []).append(each)

    def scan(self, value: str, failed: bool) -> Scanned:
        """`failed`: the tool said so itself; then all of its answer is read, whatever the profile."""
        low = value.lower()
        pieces = [piece for piece in map(self._piece, *self._cut(folded(low), failed)) if piece.possible]
        if not pieces:
            return _NOTHING
        return Scanned(_first(FAILURES, value, low, pieces), _first(EXHAUSTIONS, value, low, pieces))

    def _cut(self, text: str, failed: bool) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Where the parts begin that are read, and the parts. What is cut off is not seen: a word ends where a part does."""
        if failed or not self._ends or len(text) <= 2 * self._ends:
            return (0,), (text,)
        tail = len(text) - self._ends
        return (0, tail), (text[: self._ends], text[tail:])

    def _piece(self, start: int, text: str) -> _Piece:
        possible: dict[str, list[Alternative]] = {}
        for fragment, alternatives in self._by_fragment.items():
            if fragment in text:
                for each in alternatives:
                    if each.needs[0] in text and all(need in text for need in each.needs):
                        possible.setdefault(each.family, []).append(each)
        return _Piece(start, text, plain(text) if possible else text, possible)


def _fragment(alternative: Alternative) -> str:
    for fragment in FRAGMENTS:
        if any(fragment in need for need in alternative.needs):
            return fragment
    return alternative.needs[0]


def _first(families: tuple[Family, ...], value: str, low: str, pieces: list[_Piece]) -> Hit | None:
    for family in families:
        for piece in pieces:
            span = piece.leftmost(family.kind)
            if span:
                start, end = piece.start + span[0], piece.start + span[1]
                return Hit(family.kind, _snippet(value, low, start, end), _confidence(family, low), low[start:end])
    return None


def _confidence(family: Family, low: str) -> float:
    if family.kind == "bad_query" and not any(word in low for word in ("error", "invalid", "failed")):
        return _UNSURE
    return family.confidence


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
