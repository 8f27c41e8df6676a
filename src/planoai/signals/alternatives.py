"""One pattern at a time: what every match of it holds, and how it is found in time that grows with the text and no faster.

A text is lowered, and its long s written as `s`: that is all that case-insensitive search adds to lowered text, and it moves nothing.
"""

import re
from collections.abc import Iterable
from functools import partial

from planoai.signals.letters import WHITE, split, word_class
from planoai.signals.spanning import SPANNING, Find

_TOKENS = re.compile(r"\\b([a-z]+)\\b|\\s([+*])|\\w|\\.", re.DOTALL)
_NOT_LITERAL = re.compile(r"\([^)]*\)\??|\\s[+*]|\\w\+|\\b|\.\*?|.\?")
_SHORTEST = 3  # literals under that stand everywhere


class Alternative:
    """A pattern of a family, `place` its place there. `needs`: literals that every match holds, the longest first."""

    def __init__(self, family: str, place: int, pattern: str, needs: Iterable[str]) -> None:
        self.family = family
        self.place = place
        self.needs = tuple(sorted(needs, key=len, reverse=True))
        self._pattern = pattern
        self._finds: dict[bool, Find] = {}  # by whether the text is ASCII; made when first needed, most never are

    def find(self, text: str) -> tuple[int, int] | None:
        ascii_only = text.isascii()
        find = self._finds.get(ascii_only)
        if find is None:
            find = self._finds[ascii_only] = SPANNING.get(self._pattern) or _compiled(self._pattern, ascii_only)
        return find(text)


def of_pattern(family: str, place: int, pattern: str) -> Alternative:
    """Of one of the built-in patterns, which write all that they hold in plain letters."""
    literals = _NOT_LITERAL.sub("\0", pattern).split("\0")
    return Alternative(family, place, pattern, [each for each in literals if len(each) >= _SHORTEST])


def of_words(family: str, place: int, words: str) -> Alternative:
    """Of plain words, with any white space between them."""
    pieces = split(folded(words.lower()))
    return Alternative(family, place, r"\s+".join(map(re.escape, pieces)), pieces)


def folded(low: str) -> str:
    return low if low.isascii() else low.replace("ſ", "s")


def _compiled(pattern: str, ascii_only: bool) -> Find:
    source = _TOKENS.sub(partial(_token, ascii_only), pattern)
    return partial(_search, re.compile(source, re.ASCII if ascii_only else 0))


def _search(pattern: re.Pattern[str], text: str) -> tuple[int, int] | None:
    found = pattern.search(text)
    return found.span() if found else None


def _token(ascii_only: bool, found: re.Match[str]) -> str:
    """Blanks never give any back: what follows them begins with none. Letters are those of the reference, and Python's where there is only ASCII."""
    whole, blanks = found.groups()
    letter = "\\w" if ascii_only else f"[{word_class()}]"
    if whole:  # the word comes first, so that it is looked for as it stands, and what is around it only where it does
        return f"{whole}(?!{letter})(?<!{letter}{whole})"
    if blanks:
        return f"[{WHITE}]{blanks}+"
    return letter if found[0] == "\\w" else found[0]
