"""What is known, by its id alone, of how a model thinks. Ids are the vendors' own, whatever an aggregator writes before them.

As known in November 2026, from what the vendors' pages on reasoning are quoted with and from the ids that their own libraries name; the pages
themselves were not at hand. A row that is wrong is mended here and nowhere else.
"""

import re
from functools import lru_cache

from msgspec import Struct

from planoai.apis.dialect import Accepts

Version = tuple[int, int]

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")  # least first

# Budgets in tokens that stand for an effort, where a model only knows budgets; and the budgets that an effort ends below.
BUDGETS = {"low": 2048, "medium": 8192, "high": 16384, "xhigh": 32000, "max": 32000}
_UP_TO = (("low", 4096), ("medium", 16384))

_REMEMBERED = 1024  # models; clients may name any number


class Habits(Struct, frozen=True):
    """`thinks`: is known to. `efforts`: those it may be asked for, none where it takes none. `adaptive`: Anthropic's models that decide by
    themselves how much to think. `openai`: one of OpenAI's own reasoning models, which count their thoughts in `max_completion_tokens`.
    """

    thinks: bool = False
    efforts: tuple[str, ...] = ()
    adaptive: bool = False
    openai: bool = False


_USUAL = ("low", "medium", "high")
_UP_TO_XHIGH = (*_USUAL, "xhigh")
_UP_TO_MAX = (*_UP_TO_XHIGH, "max")

_AT = r"(?:^|[/.])"  # of an id: `openai/gpt-5`, `us.anthropic.claude-opus-4-1`

# The first that fits. OpenAI's, Anthropic's and xAI's newer models are told apart by their versions, below.
_ROWS: tuple[tuple[str, Habits], ...] = (
    (r"gpt-oss", Habits(thinks=True, efforts=_USUAL)),
    (r"grok-3-mini", Habits(thinks=True, efforts=("low", "high"))),
    (r"gemini-2\.5-pro", Habits(thinks=True, efforts=("minimal", *_USUAL))),  # which can not be told not to
    (r"gemini-2\.5", Habits(thinks=True, efforts=("none", *_USUAL))),
    (r"gemini-[3-9]", Habits(thinks=True, efforts=("minimal", *_USUAL))),
    (r"deepseek-v[4-9]", Habits(thinks=True, efforts=_UP_TO_MAX)),
    (r"kimi-k[3-9]", Habits(thinks=True, efforts=("low", "high", "max"))),
    (
        r"deepseek-(?:reasoner|r1|v3\.[1-9])|magistral|qwen3|qwq|glm-(?:4\.[5-9]|[5-9])|kimi-k2(?:-thinking|\.[5-9])",
        Habits(thinks=True, efforts=_USUAL),
    ),
)
_KNOWN = tuple((re.compile(_AT + f"(?:{pattern})", re.IGNORECASE), habits) for pattern, habits in _ROWS)

_O_SERIES = re.compile(_AT + r"o[134](?![a-z0-9])", re.IGNORECASE)
_GPT = re.compile(_AT + r"gpt-(?P<major>[5-9])(?:\.(?P<minor>\d{1,2}))?(?!\d)(?P<kind>.*)", re.IGNORECASE)
_GROK = re.compile(_AT + r"grok-(?P<major>[4-9])(?:[.-](?P<minor>\d{1,2})(?!\d))?", re.IGNORECASE)
# claude-3-5-sonnet-20241022; claude-opus-4-1-20250805, claude-sonnet-4-5@20250929, anthropic/claude-opus-4.6, claude-fable-5
_CLAUDE_OLD = re.compile(r"claude-(?P<major>\d)(?:[-.](?P<minor>\d))?-(?P<family>[a-z]+)", re.IGNORECASE)
_CLAUDE_NEW = re.compile(
    r"claude-(?P<family>[a-z]+)-(?P<major>\d{1,2})(?!\d)(?:[-.](?P<minor>\d{1,2})(?!\d))?", re.IGNORECASE
)


@lru_cache(_REMEMBERED)
def habits(model: str) -> Habits:
    """What is known of `model`; for one nobody here knows, that it is not known to think."""
    if (version := claude_version(model)) is not None:
        return _of_claude(version)
    if (gpt := _GPT.search(model)) is not None:
        return _of_gpt(_version(gpt), gpt["kind"].lower())
    if (grok := _GROK.search(model)) is not None:
        return _of_grok(_version(grok), model.lower())
    if _O_SERIES.search(model):
        return Habits(thinks=True, efforts=_USUAL, openai=True)
    return next((habits for pattern, habits in _KNOWN if pattern.search(model)), Habits())


@lru_cache(_REMEMBERED)
def claude_version(model: str) -> Version | None:
    match = _CLAUDE_NEW.search(model) or _CLAUDE_OLD.search(model)
    return _version(match) if match else None


def nearest_effort(effort: str, known: tuple[str, ...]) -> str | None:
    """The one of `known` that is nearest, the greater of two as near; None for a word that is no effort."""
    if effort not in EFFORTS or not known:
        return None
    wanted = EFFORTS.index(effort)
    return min(reversed(known), key=lambda each: abs(EFFORTS.index(each) - wanted))


def instead(path: str, effort: str, written: str | None) -> str:
    """What is told of an effort for which another word, or none, is sent."""
    return f"{path} ({written} instead of {effort})" if written else path


def refused_there(model: str, accepts: Accepts) -> tuple[str, ...]:
    """The fields that `model` refuses at the server that takes what `accepts` says."""
    return tuple(name for pattern, names in accepts.refused if re.fullmatch(pattern, model) for name in names)


def effort_of(budget: int) -> str:
    """Tokens to think, as an effort."""
    return next((effort for effort, end in _UP_TO if budget < end), "high")


def _of_claude(version: Version) -> Habits:
    if version >= (4, 7):
        return Habits(thinks=True, efforts=_UP_TO_MAX, adaptive=True)
    if version >= (4, 6):
        return Habits(thinks=True, efforts=(*_USUAL, "max"), adaptive=True)
    return Habits(thinks=True, efforts=_USUAL) if version >= (3, 7) else Habits()


def _of_gpt(version: Version, kind: str) -> Habits:
    """Chat variants do not think. What was made for code, or to think long, can not be told not to."""
    if kind.startswith("-chat"):
        return Habits()
    if "-pro" in kind:
        efforts: tuple[str, ...] = ("high",) if version < (5, 2) else ("medium", "high", "xhigh")
    elif version < (5, 1):
        efforts = _USUAL if "-codex" in kind else ("minimal", *_USUAL)
    else:
        least = () if "-codex" in kind else ("none",)
        usual = _USUAL if version < (5, 2) and "-max" not in kind else _UP_TO_XHIGH
        efforts = (*least, *usual) if version < (5, 6) else (*least, *_UP_TO_MAX)
    return Habits(thinks=True, efforts=efforts, openai=True)


def _of_grok(version: Version, name: str) -> Habits:
    """Grok 4 and its successors to 4.20 think, or do not, by their name alone and refuse to be asked."""
    if version == (4, 3):
        return Habits(thinks=True, efforts=("none", *_USUAL))
    if version < (4, 3) or version == (4, 20):
        return Habits(thinks="non-reasoning" not in name)
    return Habits(thinks=True, efforts=_USUAL)


def _version(match: re.Match[str]) -> Version:
    return int(match["major"]), int(match["minor"] or 0)
