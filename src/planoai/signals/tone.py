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


def tones(message: Message, rules: Rules) -> tuple[Tone, ...]:
    found = (_capitals(message, rules), _punctuation(message, rules))
    return tuple(Tone(message.raw[:SNIPPET], metadata) for metadata in found if metadata is not None)


def _capitals(message: Message, rules: Rules) -> dict[str, Json] | None:
    letters = sum(map(is_alphabetic, message.raw))
    if letters < rules.limits.caps_letters:
        return None
    ratio = f32(sum(map(is_uppercase, message.raw)) / letters)
    return {"indicator_type": "all_caps", "upper_ratio": ratio} if ratio >= rules.limits.caps_ratio else None


def _punctuation(message: Message, rules: Rules) -> dict[str, Json] | None:
    questions, exclamations, mixed = (each.findall(message.raw) for each in (_QUESTIONS, _EXCLAMATIONS, _MIXED))
    counted = questions or mixed or exclamations
    if rules.asking_punctuation:
        counted = questions or [run for run in mixed if "?" in run]
    if not counted or message.positive:
        return None
    return {
        "indicator_type": "excessive_punctuation",
        "consecutive_questions": len(questions),
        "consecutive_exclamations": len(exclamations),
        "mixed_punctuation": len(mixed),
    }
