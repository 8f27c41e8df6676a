"""How a message is typed, whatever its words are: in capitals, with strings of question and exclamation marks."""

import re
from collections.abc import Callable

from planoai.signals.letters import is_alphabetic, is_uppercase
from planoai.signals.message import Message, Tone
from planoai.signals.options import Rules
from planoai.signals.signal import Json
from planoai.signals.single import SLACK, f32

SNIPPET = 50

_QUESTIONS = re.compile(r"\?{2,}")
_EXCLAMATIONS = re.compile(r"!{2,}")
_MIXED = re.compile(r"[?!]{3,}")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_PAIRS = ("??", "!!", "?!", "!?")
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_NO_CAPITALS = bytes(code for code in range(128) if not chr(code).isupper())


def tones(message: Message, rules: Rules) -> tuple[Tone, ...]:
    capitals, punctuation = _capitals(message.raw, rules), _punctuation(message, rules)
    if capitals is None and punctuation is None:
        return ()
    return tuple(Tone(message.raw[:SNIPPET], each) for each in (capitals, punctuation) if each is not None)


def _capitals(text: str, rules: Rules) -> dict[str, Json] | None:
    least, share = rules.limits.caps_letters, rules.limits.caps_ratio
    if len(text) < least:
        return None
    capitals = _counted(text, _NO_CAPITALS, is_uppercase)
    if capitals < SLACK * share * least:
        return None
    letters = _counted(text, _NO_LETTERS, is_alphabetic)
    if letters < least:
        return None
    ratio = f32(capitals / letters)
    return {"indicator_type": "all_caps", "upper_ratio": ratio} if ratio >= share else None


def _counted(text: str, others: bytes, counts: Callable[[str], bool]) -> int:
    """How many of its characters do: all of ASCII but the others, and those beyond of which it is told."""
    characters = text.encode("ascii", "ignore")
    count = len(characters.translate(None, others))
    if len(characters) < len(text):
        count += sum(map(counts, _BEYOND_ASCII.findall(text)))
    return count


def _punctuation(message: Message, rules: Rules) -> dict[str, Json] | None:
    text = message.raw
    if message.positive or not _has_pair(text):
        return None
    questions, exclamations, mixed = (each.findall(text) for each in (_QUESTIONS, _EXCLAMATIONS, _MIXED))
    counted = questions or mixed or exclamations
    if rules.asking_punctuation:
        counted = questions or [run for run in mixed if "?" in run]
    if not counted:
        return None
    return {
        "indicator_type": "excessive_punctuation",
        "consecutive_questions": len(questions),
        "consecutive_exclamations": len(exclamations),
        "mixed_punctuation": len(mixed),
    }


def _has_pair(text: str) -> bool:
    return ("?" in text or "!" in text) and any(pair in text for pair in _PAIRS)
