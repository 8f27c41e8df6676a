"""How a message is typed, whatever its words are: in capitals, with strings of question and exclamation marks."""

import re

from planoai.signals.letters import is_alphabetic, is_uppercase
from planoai.signals.message import Message, Tone
from planoai.signals.options import Rules
from planoai.signals.signal import Json
from planoai.signals.single import f32

SNIPPET = 50

_QUESTIONS = re.compile(r"\?{2,}")
_EXCLAMATIONS = re.compile(r"!{2,}")
_MIXED = re.compile(r"[?!]{3,}")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_PAIRS = ("??", "!!", "?!", "!?")
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_NO_CAPITALS = bytes(code for code in range(128) if not chr(code).isupper())


def tones(message: Message, rules: Rules) -> tuple[Tone, ...]:
    found = (_capitals(message.raw, rules), _punctuation(message, rules))
    return tuple(Tone(message.raw[:SNIPPET], metadata) for metadata in found if metadata is not None)


def _capitals(text: str, rules: Rules) -> dict[str, Json] | None:
    if len(text) < rules.limits.caps_letters:
        return None
    letters, capitals = _counted(text)
    if letters < rules.limits.caps_letters:
        return None
    ratio = f32(capitals / letters)
    return {"indicator_type": "all_caps", "upper_ratio": ratio} if ratio >= rules.limits.caps_ratio else None


def _counted(text: str) -> tuple[int, int]:
    """Its letters, and the capitals among all its characters."""
    characters = text.encode("ascii", "ignore")
    letters, capitals = len(characters.translate(None, _NO_LETTERS)), len(characters.translate(None, _NO_CAPITALS))
    if len(characters) < len(text):
        others = _BEYOND_ASCII.findall(text)
        letters += sum(map(is_alphabetic, others))
        capitals += sum(map(is_uppercase, others))
    return letters, capitals


def _punctuation(message: Message, rules: Rules) -> dict[str, Json] | None:
    text = message.raw
    if message.positive or not any(pair in text for pair in _PAIRS):
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
