"""What can be set: a profile, thresholds, words and phrases of one's own, the window; and the `Rules` that the analyzer makes of it."""

import re
from collections.abc import Iterator, Mapping
from string import punctuation
from typing import Literal, get_args

from msgspec import Struct, convert, to_builtins

from planoai.errors import BadOption
from planoai.signals.patterns import PATTERNS
from planoai.signals.phrases import CONFIRMATION_PREFIXES, PHRASES, POSITIVE_PREFIXES, STOP_WORDS
from planoai.signals.single import f32
from planoai.table import suggestion

Profile = Literal["parity", "strict"]
Kind = Literal["phrase", "prefix", "word", "pattern words"]
_PROFILES: tuple[str, ...] = get_args(Profile)
_HALF = re.compile("[\ud800-\udfff]")


class Options(Struct, frozen=True):
    """`thresholds` take the place of the built-in ones, `lists` are added at the end of theirs; `window` is how many of the last rows are read."""

    profile: Profile = "parity"
    thresholds: Mapping[str, float] = {}
    lists: Mapping[str, tuple[str, ...]] = {}
    window: int = 100


class Threshold(Struct, frozen=True):
    """A limit that can be set, from `least` to `most`. It is a whole number where its default is one."""

    default: int | float
    least: float
    most: float
    meaning: str


_COUNT = 1_000_000
THRESHOLDS: Mapping[str, Threshold] = {
    "baseline_turns": Threshold(5, 0, _COUNT, "user turns that cost no efficiency"),
    "dragging": Threshold(0.5, 0, 1, "efficiency under which a conversation drags"),
    "char_ngram_threshold": Threshold(
        0.65, 0.01, 1, "share of common trigrams from which a message resembles a phrase"
    ),
    "token_cosine_threshold": Threshold(0.6, 0.01, 1, "cosine of the words from which a message resembles a phrase"),
    "max_message_length": Threshold(
        2000, 10, _COUNT, "characters of a message that are read: a fifth at its start, the rest at its end"
    ),
    "repetition_exact": Threshold(0.95, 0.01, 1, "share of common trigrams from which a message repeats an older one"),
    "repetition_near": Threshold(
        0.85, 0.01, 1, "share of common trigrams from which a message nearly repeats an older one"
    ),
    "repetition_look_back": Threshold(2, 1, 100, "messages of the same side that a message is compared with"),
    "rephrase_overlap": Threshold(0.75, 0, 1, "share of words in common from which a request is asked anew"),
    "rephrase_new": Threshold(0.5, 0, 1, "share of new words up to which a request is asked anew"),
    "rephrase_tokens": Threshold(4, 1, _COUNT, "words besides stop words that both requests have to have"),
    "rephrase_distance": Threshold(3, 1, _COUNT, "rows up to which two requests are compared"),
    "caps_letters": Threshold(10, 1, _COUNT, "letters from which a message can shout"),
    "caps_ratio": Threshold(0.8, 0.01, 1, "share of capitals from which a message shouts"),
    "retry_calls": Threshold(3, 2, _COUNT, "equal calls in a row that make a retry"),
    "drift_calls": Threshold(3, 2, _COUNT, "calls of one tool in a row, with different arguments, that make a drift"),
    "oscillation_cycles": Threshold(3, 2, _COUNT, "times that a pattern of tools has to occur in a row"),
    "misalignment_ratio": Threshold(0.3, 0, 1, "misaligned share of the user turns over which it costs"),
}

LISTS: Mapping[str, Kind] = {
    **dict.fromkeys(PHRASES, "phrase"),
    "positive_prefixes": "prefix",
    "confirmation_prefixes": "prefix",
    "stop_words": "word",
    **dict.fromkeys(PATTERNS, "pattern words"),
}


class Limits(Struct, frozen=True):
    """The thresholds that hold, each by its name in THRESHOLDS; fractions in single precision."""

    baseline_turns: int
    dragging: float
    char_ngram_threshold: float
    token_cosine_threshold: float
    max_message_length: int
    repetition_exact: float
    repetition_near: float
    repetition_look_back: int
    rephrase_overlap: float
    rephrase_new: float
    rephrase_tokens: int
    rephrase_distance: int
    caps_letters: int
    caps_ratio: float
    retry_calls: int
    drift_calls: int
    oscillation_cycles: int
    misalignment_ratio: float


class Rules(Struct, frozen=True):
    """What holds for one analyzer. What a profile means stands here as single rules: no detector asks for its name.

    phrases: all phrases of each family, in the order they are tried.
    words: by family of patterns, the words of one's own that are looked for besides the built-in patterns.
    wary: a phrase that a message only resembles has to agree in more than its letters and words.
    whole_prefixes: a prefix has to end where a word ends.
    asking_punctuation: `!!` alone is joy as often as anger and does not count; a question mark has to be among them.
    tone_once: capitals and punctuation count once in the grade, however often they occur.
    quit_at_end: giving up makes a conversation severe only in the last two messages of the person.
    absolute_indices: every index counts from the first row of the conversation, and none is shifted twice.
    misalignments: how many misaligned turns it takes before they can cost anything.
    observation_ends: how many characters at the start and at the end of an observation are read; 0: all of it.
    """

    limits: Limits
    window: int
    phrases: Mapping[str, tuple[str, ...]]
    positive_prefixes: tuple[str, ...]
    confirmation_prefixes: tuple[str, ...]
    stop_words: frozenset[str]
    words: Mapping[str, tuple[str, ...]] = {}
    wary: bool = False
    whole_prefixes: bool = False
    asking_punctuation: bool = False
    tone_once: bool = False
    quit_at_end: bool = False
    absolute_indices: bool = False
    misalignments: int = 1
    observation_ends: int = 0


def faults(options: Options) -> Iterator[tuple[str, str]]:
    """All that is wrong with them: the path of each value at fault, and what is to be said of it."""
    if options.profile not in _PROFILES:
        yield "profile", f"unknown profile{suggestion(options.profile, _PROFILES)}"
    if options.window < 1:
        yield "window", "must be at least 1"
    for name, value in options.thresholds.items():
        if wrong := _of_threshold(name, value):
            yield f"thresholds.{name}", wrong
    for name, entries in options.lists.items():
        if name not in LISTS:
            yield f"lists.{name}", f"unknown list{suggestion(name, LISTS)}"
            continue
        for place, entry in enumerate(entries):
            if wrong := _of_entry(entry, LISTS[name]):
                yield f"lists.{name}[{place}]", wrong


def checked(options: Options) -> Options:
    """The options, all of whose names and values are good. Raises BadOption."""
    if options.profile in _PROFILES or not isinstance(options.profile, str):
        try:
            options = convert(to_builtins(options), Options)
        except (ValueError, TypeError, OverflowError) as wrong:
            raise BadOption(str(wrong)) from None
    for where, said in faults(options):
        raise BadOption(f"{where}: {said}")
    return options


def _of_threshold(name: str, value: float) -> str:
    threshold = THRESHOLDS.get(name)
    if threshold is None:
        return f"unknown threshold{suggestion(name, THRESHOLDS)}"
    whole = isinstance(threshold.default, int)
    if not threshold.least <= value <= threshold.most or (whole and value != int(value)):
        kind = "a whole number" if whole else "a number"
        return f"must be {kind} from {threshold.least:,.10g} to {threshold.most:,.10g}"
    return ""


def _of_entry(entry: str, kind: Kind) -> str:
    words = entry.split()
    if not "".join(words).strip(punctuation if kind in ("phrase", "word") else ""):
        return "must have a word"  # what is empty would stand in every message
    if kind == "word" and len(words) > 1:
        return "must be one word"
    if _HALF.search(entry):
        return "must be of whole characters"  # a report that cites half of one could not be written
    return ""


def rules_of(options: Options) -> Rules:
    """What these options mean. Raises BadOption."""
    options = checked(options)
    lists = options.lists
    strict = options.profile == "strict"
    return Rules(
        limits=_limits(options.thresholds),
        window=options.window,
        phrases={family: built_in + lists.get(family, ()) for family, built_in in PHRASES.items()},
        positive_prefixes=POSITIVE_PREFIXES + _lowered(lists.get("positive_prefixes", ())),
        confirmation_prefixes=CONFIRMATION_PREFIXES + _lowered(lists.get("confirmation_prefixes", ())),
        stop_words=STOP_WORDS.union(_lowered(lists.get("stop_words", ()))),
        words={family: entries for family, entries in lists.items() if family in PATTERNS},
        wary=strict,
        whole_prefixes=strict,
        asking_punctuation=strict,
        tone_once=strict,
        quit_at_end=strict,
        absolute_indices=strict,
        misalignments=2 if strict else 1,
        observation_ends=400 if strict else 0,
    )


def _limits(own: Mapping[str, float]) -> Limits:
    values = {name: own.get(name, threshold.default) for name, threshold in THRESHOLDS.items()}
    return convert(
        {name: int(x) if isinstance(THRESHOLDS[name].default, int) else f32(x) for name, x in values.items()}, Limits
    )


def _lowered(entries: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(entry.strip().lower() for entry in entries)
