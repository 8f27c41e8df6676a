"""The plain analyzer, what it needs of text and what it makes of what people say; see `plain`."""

import math
import re
import struct
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

_HERE = Path(__file__).parent
LISTS: dict[str, list[str]] = msgspec.json.decode((_HERE / "lists.json").read_bytes())
RANGES: dict[str, list[tuple[int, int]]] = msgspec.json.decode((_HERE / "unicode_ref.json").read_bytes())
_SINGLE = struct.Struct("<f")

Signal = dict[str, Any]
Rows = Sequence[tuple[str, str]]


def f32(x: float) -> float:
    rounded: float = _SINGLE.unpack(_SINGLE.pack(x))[0]
    return rounded


# Text

WHITE = "".join(chr(code) for first, last in RANGES["whitespace"] for code in range(first, last + 1))
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
FOLD = str.maketrans("‘’“”–—", "''\"\"--")
STOP = set(LISTS["STOPWORD_LIST"])


def _codes(name: str) -> frozenset[str]:
    return frozenset(chr(code) for first, last in RANGES[name] for code in range(first, last + 1))


ALPHABETIC, UPPERCASE = _codes("alphabetic"), _codes("uppercase")


def split(text: str) -> list[str]:
    return [piece for piece in re.split(f"[{WHITE}]+", text) if piece]


def tokens_of(text: str) -> list[str]:
    return [token for token in (piece.strip(PUNCTUATION) for piece in split(text)) if token]


def trigrams_of(text: str) -> set[str]:
    return {text[at : at + 3] for at in range(len(text) - 2)}


class Message:
    def __init__(self, value: str) -> None:
        if len(value) > 2000:
            value = value[:400] + " " + value[-1599:]
        self.raw = value
        self.low = value.lower()
        self.tokens = tokens_of(value.translate(FOLD).lower())
        self.trigrams = trigrams_of(" ".join(self.tokens))
        self.counts = Counter(self.tokens)

    def starts(self, prefixes: str) -> bool:
        return self.low.lstrip(WHITE).startswith(tuple(LISTS[prefixes]))


class Phrase:
    def __init__(self, text: str) -> None:
        low = " ".join(split(text.lower().translate(FOLD)))
        self.text = text
        self.tokens = tokens_of(low)
        self.words = split("".join(each for each in low if each.isalnum() or each in "_ "))
        self.trigrams = trigrams_of(" ".join(self.words))


def jaccard(a: set[str], b: set[str]) -> float:
    common = len(a & b)
    return f32(common / (len(a) + len(b) - common))


def matches(message: Message, phrase: Phrase) -> bool:
    n = len(phrase.tokens)
    if any(message.tokens[at : at + n] == phrase.tokens for at in range(len(message.tokens) - n + 1)):
        return True
    if message.trigrams and phrase.trigrams and jaccard(message.trigrams, phrase.trigrams) >= f32(0.65):
        return True
    if not message.tokens or not phrase.words:
        return False
    dot = sum(message.counts[word] for word in phrase.words)
    length = math.sqrt(sum(n * n for n in message.counts.values()))
    return f32(dot / (length * math.sqrt(len(phrase.words)))) >= f32(0.6)


def _family(name: str) -> list[Phrase]:
    return [Phrase(text) for text in LISTS[f"{name.upper()}_PATTERN_TEXTS"]]


FAMILIES = {
    name: _family(name)
    for name in (
        *("correction", "rephrase", "clarification"),
        *("escalation", "quit", "agent_directed_profanity", "negative_stance"),
        *("gratitude", "confirmation", "success"),
    )
}


def first(message: Message, family: str) -> str | None:
    if not message.tokens:
        return None
    return next((phrase.text for phrase in FAMILIES[family] if matches(message, phrase)), None)


def signal(kind: str, index: int, snippet: str, confidence: float, metadata: dict[str, Any]) -> Signal:
    return {
        "signal_type": kind,
        "message_index": index,
        "snippet": snippet,
        "confidence": confidence,
        "metadata": metadata,
    }


# What people say

Said = Sequence[tuple[int, str, Message]]


def similar(now: Message, before: Message) -> bool:
    if len(now.tokens) < 3 or len(before.tokens) < 3 or now.starts("CONFIRMATION_PREFIXES"):
        return False
    a, b = set(now.tokens) - STOP, set(before.tokens) - STOP
    if len(a) < 4 or len(b) < 4:
        return False
    return f32(len(a - b) / len(a)) <= 0.5 and f32(len(a & b) / min(len(a), len(b))) >= 0.75


def misalignment(said: Said) -> list[Signal]:
    out: list[Signal] = []
    previous: tuple[int, Message] | None = None
    for index, role, message in said:
        if role != "human":
            continue
        for kind in ("correction", "rephrase", "clarification"):
            phrase = first(message, kind)
            if phrase is not None:
                out.append(signal(f"interaction.misalignment.{kind}", index, phrase, 1.0, {"pattern_type": kind}))
                break
        else:
            if previous and index - previous[0] <= 3 and similar(message, previous[1]):
                metadata = {"pattern_type": "semantic_rephrase", "compared_to": previous[0]}
                again = "[similar rephrase detected]"
                out.append(signal("interaction.misalignment.rephrase", index, again, f32(0.8), metadata))
        previous = (index, message)
    return out


def turns(window: Rows) -> tuple[int, int, float]:
    user = sum(role == "human" for role, _ in window)
    efficiency = 1.0 if user <= 5 else f32(1 / (1 + 0.25 * (user - 5)))
    return user, sum(role == "gpt" for role, _ in window), efficiency


def stagnation(said: Said, window: Rows, offset: int) -> list[Signal]:
    out: list[Signal] = []
    user, _, efficiency = turns(window)
    if efficiency < 0.5:
        snippet = f"Conversation dragging: {user} turns (efficiency: {efficiency:.2f})"
        metadata: dict[str, Any] = {"total_turns": user, "efficiency_score": efficiency, "baseline_turns": 5}
        kind = "interaction.stagnation.dragging"
        out.append(signal(kind, len(window) - 1, snippet, f32(1 - efficiency), metadata))
    history: dict[str, list[tuple[int, Message]]] = {"human": [], "gpt": []}
    for index, role, message in said:
        older = history[role]
        positive = role == "human" and message.starts("POSITIVE_PREFIXES")
        if not positive and len(message.tokens) >= 5:
            out += _repetition(index, role, message, older[-2:])
        older.append((index, message))
    for each in out:
        each["message_index"] = offset + min(each["message_index"], len(window) - 1)
    return out


def _repetition(index: int, role: str, message: Message, older: list[tuple[int, Message]]) -> list[Signal]:
    for earlier, before in older:
        if len(before.tokens) < 5:
            continue
        similarity = jaccard(message.trigrams, before.trigrams)
        if similarity >= f32(0.85):
            exact = similarity >= f32(0.95)
            snippet = f"{'Exact repetition' if exact else 'Near-duplicate'} with message {earlier}"
            metadata = {
                "repetition_type": "exact" if exact else "near_duplicate",
                "compared_to": earlier,
                "similarity": similarity,
                "role": role,
            }
            return [signal("interaction.stagnation.repetition", index, snippet, similarity, metadata)]
    return []


def tone(index: int, message: Message) -> Iterable[Signal]:
    kind = "interaction.disengagement.negative_stance"
    letters = sum(each in ALPHABETIC for each in message.raw)
    if letters >= 10:
        ratio = f32(sum(each in UPPERCASE for each in message.raw) / letters)
        if ratio >= f32(0.8):
            yield signal(kind, index, message.raw[:50], 1.0, {"indicator_type": "all_caps", "upper_ratio": ratio})
    questions, exclamations, mixed = (
        len(re.findall(pattern, message.raw)) for pattern in (r"\?{2,}", r"!{2,}", r"[?!]{3,}")
    )
    if (questions or exclamations or mixed) and not message.starts("POSITIVE_PREFIXES"):
        metadata = {
            "indicator_type": "excessive_punctuation",
            "consecutive_questions": questions,
            "consecutive_exclamations": exclamations,
            "mixed_punctuation": mixed,
        }
        yield signal(kind, index, message.raw[:50], 1.0, metadata)


def disengagement(said: Said) -> list[Signal]:
    out: list[Signal] = []
    for index, role, message in said:
        if role != "human":
            continue
        out += tone(index, message)
        phrases = {family: first(message, family) for family in ("escalation", "quit")}
        for leaf, phrase in phrases.items():
            if phrase is not None:
                out.append(signal(f"interaction.disengagement.{leaf}", index, phrase, 1.0, {"pattern_type": leaf}))
        indicators = [("profanity", first(message, "agent_directed_profanity"))]
        if phrases["escalation"] is None and indicators[0][1] is None:
            indicators.append(("complaint", first(message, "negative_stance")))
        for indicator, phrase in indicators:
            if phrase is not None:
                metadata = {"indicator_type": indicator, "pattern": phrase}
                out.append(signal("interaction.disengagement.negative_stance", index, phrase, 1.0, metadata))
    return out


def satisfaction(said: Said) -> list[Signal]:
    out: list[Signal] = []
    for index, role, message in said:
        if role != "human":
            continue
        for kind in ("gratitude", "confirmation", "success"):
            phrase = first(message, kind)
            if phrase is not None:
                out.append(signal(f"interaction.satisfaction.{kind}", index, phrase, 1.0, {"pattern_type": kind}))
                break
    return out
