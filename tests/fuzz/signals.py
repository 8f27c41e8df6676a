"""`python -m tests.fuzz.signals`: conversations that nobody had, through the analyzer and the plain one; prints each on which they differ, made small.

The pieces are those that decide: words of the phrases, pieces of the patterns, letters whose lower case is longer or shorter, blanks that Python and the
reference disagree on, calls of every form.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

import msgspec

from bench.signals import plain
from planoai.signals import Analyzer, Row, to_json
from planoai.signals.patterns import PATTERNS
from planoai.signals.phrases import PHRASES

Rows = Sequence[Row]

_ODD = [
    "İ",
    "ß",
    "ẞ",
    "Σ",
    "ΑΣ",
    "ſ",
    "\u212a",
    "\u212b",
    "ﬁ",
    "é",
    "e\u0301",
    "\u200b",
    "\u1c89",
    "🚩",
    "’tis",
    "“a”",
    "\x1c",
    "a\x1fb",
    "\u2028",
]
_PLAIN = ["x", "zz", "123", "?!", "!!", "...", "'", "the", "it", "this", "not", "a", "I", "THIS", "WHY"]
_BLANKS = [*[" "] * 8, "  ", "\n", "\t", "\u3000", "\x85", "\x1c", " - ", ", ", "\xa0"]
_JOINTS = ["", "", " ", "  ", " ", "\t", "\n", "\xa0", "\x1c"]
_OFTEN = 0.35
_BATCH = 1_000  # conversations that one analyzer reads, before what it has found is told

_PHRASES = [phrase for family in PHRASES.values() for phrase in family]
_WORDS = sorted({word for phrase in _PHRASES for word in phrase.split()}) + _PLAIN + _ODD
_SYNTAX = re.compile(r"\\s[*+]|\\b|\\w\+|[()|?.*+:]")
_FRAGMENTS = sorted(
    {piece for family in PATTERNS.values() for each in family for piece in _SYNTAX.split(each) if piece}
)
_IN_TOOLS = [*_FRAGMENTS, *_ODD, "²", "_", "\n", ":", "409", "1", "the", "x", "ERROR", "Invalid", "İnvalid"]

_ARGUMENTS: list[object] = [
    *(
        {},
        {"a": 1},
        {"a": 1.0},
        {"a": True},
        {"b": 2, "a": 1},
        {"a": -0.0},
        {"a": [1e16, 1e-5]},
        {"a": {"z": 1, "b": 2}},
    ),
    *(None, '{"a":1}', [1], 3, 2**64, "x"),
]
_CALLS = [
    *("A(x=1)", 'A({"a":1})', 'A( {"a": 1} )', "(A", "A", "A(x", "\u3000A\u3000(1)", "{}", "[1]", ' {"name":"A"} '),
    *(
        '{"name":1}',
        '{"function":"A","args":{"a":-0}}',
        '{"name":"A","arguments":{"a":1e400}}',
        '{"name":"A","name":"B"}',
    ),
    *('{"name":"A","arguments":"\\ud800"}', '{"name":"A","arguments":' + "[" * 130 + "]" * 130 + "}"),
]


class Differ(NamedTuple):
    """`number` makes the conversation again; `rows` is what is left of it when all is taken away that they agree on."""

    number: int
    rows: Rows
    ours: bytes
    plain: bytes


def run(seed: int, numbers: range) -> list[Differ]:
    """One analyzer reads all of them, so that what it remembers is tried, too."""
    analyzer = Analyzer()
    found = []
    for number in numbers:
        rows = conversation(Random(f"{seed}:{number}"))  # noqa: S311 - chance that can be had again
        if to_json(analyzer.rows(rows)) != plainly(rows):
            small = _smaller(rows)
            found.append(Differ(number, small, to_json(Analyzer().rows(small)), plainly(small)))
    return found


def plainly(rows: Rows) -> bytes:
    report, *_ = plain.analyze([(row.role, row.value) for row in rows])
    return msgspec.json.encode(report)


def conversation(chance: Random) -> Rows:
    rows: list[Row] = []
    for _ in range(chance.choice((1, 3, 6, 12, 30, 110))):
        match chance.choice(("human", "human", "gpt", "function_call", "function_call", "observation")):
            case "function_call":
                rows.append(Row("function_call", _call(chance)))
            case "observation":
                rows.append(Row("observation", _answer(chance)))
            case role:
                said = [row.value for row in rows if row.role in ("human", "gpt")]
                rows.append(Row(role, _again(chance, said) if said and chance.random() < _OFTEN else _text(chance)))
    return rows


def _again(chance: Random, said: Sequence[str]) -> str:
    """What was said before, or nearly."""
    text = chance.choice(said)
    if text and chance.random() < 0.6:
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice(("x ", "", "é")) + text[at + 1 :]
    return text


def _text(chance: Random) -> str:
    how = chance.random()
    if how < _OFTEN:
        return _phrase(chance)
    if how < _OFTEN + 0.1:
        return ""
    words = chance.choices(_WORDS, k=chance.choice((3, 10, len(_WORDS))))
    return "".join(
        chance.choice(words) + chance.choice(_BLANKS) for _ in range(chance.choice((1, 2, 3, 5, 8, 13, 25, 60, 500)))
    )


def _phrase(chance: Random) -> str:
    """One of the phrases with a word too many or too few, or a letter."""
    words = chance.choice(_PHRASES).split()
    for _ in range(chance.randrange(3)):
        words.insert(chance.randrange(len(words) + 1), chance.choice(_WORDS))
    if chance.random() < 0.4:
        words.pop(chance.randrange(len(words)))
    text = chance.choice(_BLANKS).join(words)
    if text and chance.random() < 0.4:
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice("aeyt'?!ſİ ") + text[at + chance.randrange(2) :]
    return text.upper() if chance.random() < 0.2 else text


def _answer(chance: Random) -> str:
    many = chance.choice((1, 2, 3, 6, 20))
    return "".join(chance.choice(_IN_TOOLS) + chance.choice(_JOINTS) for _ in range(many))


def _call(chance: Random) -> str:
    if chance.random() < 0.4:
        return chance.choice(_CALLS)
    key = chance.choice(("arguments", "args"))
    return json.dumps({"name": chance.choice("ABC"), key: chance.choice(_ARGUMENTS)}, ensure_ascii=False)


def _smaller(rows: Rows) -> Rows:
    """Without the rows that it does not take; all of them where they differ only after others were read."""
    if to_json(Analyzer().rows(rows)) == plainly(rows):
        return rows
    step = len(rows) // 2 or 1
    while step:
        at = 0
        while at < len(rows):
            fewer = [*rows[:at], *rows[at + step :]]
            if to_json(Analyzer().rows(fewer)) != plainly(fewer):
                rows = fewer
            else:
                at += step
        step //= 2
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz.signals", description=(__doc__ or "").partition(": ")[2]
    )
    parser.add_argument("--cases", type=int, default=20_000, metavar="N", help="how many (default 20,000)")
    parser.add_argument("--seed", type=int, default=int(time.time()), metavar="N", help="the same seed, the same cases")
    parser.add_argument("--number", type=int, metavar="N", help="one case alone, by the number that a difference told")
    options = parser.parse_args()
    first, after = (0, options.cases) if options.number is None else (options.number, options.number + 1)
    differences = 0
    for start in range(first, after, _BATCH):
        for each in run(options.seed, range(start, min(start + _BATCH, after))):
            differences += 1
            print(
                f"--number {each.number}\n  rows  {each.rows}\n  ours  {each.ours!r}\n  plain {each.plain!r}",
                flush=True,
            )
    print(f"seed {options.seed}, {after - first:,} conversations: {differences} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
