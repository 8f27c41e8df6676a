"""One pattern at a time: what every match of it holds, and how it is found in time that grows with the text and no faster.

A text is lowered, and its long s written as `s`: that is all that case-insensitive search adds to lowered text, and it moves nothing. Patterns see it
`plain` besides, for they name no character beyond ASCII: it is enough to know which of these are letters and which are blanks.
"""

import re
from collections.abc import Iterable
from functools import partial

from planoai.signals.letters import WHITE, is_word, split
from planoai.signals.spanning import SPANNING, Find

_TOKENS = re.compile(r"\\b([a-z]+)\\b|\\s([+*])|\\w|\\.", re.DOTALL)
_NOT_LITERAL = re.compile(r"\([^)]*\)\??|\\s[+*]|\\w\+|\\b|\.\*?|.\?")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_MOST_KNOWN = 8192  # characters
_SHORTEST = 3  # literals under that stand everywhere


class Alternative:
    """A pattern of a family, `place` its place there.

    needs: literals that every match holds, the longest first.
    verbatim: it is looked for in the text itself, not in what is plain of it.
    """

    def __init__(self, family: str, place: int, pattern: str, needs: Iterable[str], *, verbatim: bool = False) -> None:
        self.family = family
        self.place = place
        self.needs = tuple(sorted(needs, key=len, reverse=True))
        self.verbatim = verbatim
        self._pattern = pattern
        self._find: Find | None = None  # made when first needed, most never are

    def find(self, text: str) -> tuple[int, int] | None:
        if self._find is None:
            self._find = SPANNING.get(self._pattern) or _compiled(self._pattern)
        return self._find(text)


def of_pattern(family: str, place: int, pattern: str) -> Alternative:
    """Of one of the built-in patterns, which write all that they hold in plain letters."""
    literals = _NOT_LITERAL.sub("\0", pattern).split("\0")
    return Alternative(family, place, pattern, [each for each in literals if len(each) >= _SHORTEST])


def of_words(family: str, place: int, words: str) -> Alternative:
    """Of plain words, with any white space between them."""
    pieces = split(folded(words.lower()))
    return Alternative(family, place, r"\s+".join(map(re.escape, pieces)), pieces, verbatim=True)


def folded(low: str) -> str:
    return low if low.isascii() else low.replace("ſ", "s")


class _Plain(dict[int, str]):
    """What stands for a character beyond ASCII, none of which is in a pattern: a blank, a letter, or something else. A table for `str.translate`."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = " " if character in WHITE else "W" if is_word(character) else "~"
        if len(self) < _MOST_KNOWN:
            self[code] = plain
        return plain


_PLAIN = _Plain()


def plain(text: str) -> str:
    return text if text.isascii() else _BEYOND_ASCII.sub(lambda found: found[0].translate(_PLAIN), text)


def _compiled(pattern: str) -> Find:
    return partial(_search, re.compile(_TOKENS.sub(_token, pattern), re.ASCII))


def _search(pattern: re.Pattern[str], text: str) -> tuple[int, int] | None:
    found = pattern.search(text)
    return found.span() if found else None


def _token(found: re.Match[str]) -> str:
    """Blanks never give any back: what follows them begins with none."""
    whole, blanks = found.groups()
    if whole:  # the word comes first, so that it is looked for as it stands, and what is around it only where it does
        return rf"{whole}(?!\w)(?<!\w{whole})"
    return f"[{WHITE}]{blanks}+" if blanks else found[0]
