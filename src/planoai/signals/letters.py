"""Characters as the reference sees them: white space, punctuation, letters, capitals, parts of words."""

import re
from bisect import bisect_right
from functools import cache, lru_cache

from planoai.signals import ranges

# White_Space of Unicode. Python's `str.split` and `str.strip` also take U+001C to U+001F.
WHITE = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
FOLD = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"})

_BLANKS = re.compile(f"[{WHITE}]+")
_SEPARATORS = "\x1c\x1d\x1e\x1f"


def split(text: str) -> list[str]:
    """The pieces between white space."""
    for separator in _SEPARATORS:
        if separator in text:
            return [piece for piece in _BLANKS.split(text) if piece]
    return text.split()


@lru_cache(maxsize=4096)
def is_alphabetic(character: str) -> bool:
    return _within(_parsed("ALPHABETIC"), ord(character))


@lru_cache(maxsize=4096)
def is_uppercase(character: str) -> bool:
    return _within(_parsed("UPPERCASE"), ord(character))


def is_word(character: str) -> bool:
    """Whether `\\w` takes it."""
    return _within(_parsed("WORD"), ord(character))


@cache
def _parsed(name: str) -> tuple[list[int], list[int]]:
    """The first and the last code points of the ranges called `name`."""
    pairs = [piece.partition("-") for piece in getattr(ranges, name).split()]
    return [int(first, 16) for first, _, _ in pairs], [int(last or first, 16) for first, _, last in pairs]


def _within(table: tuple[list[int], list[int]], code: int) -> bool:
    first, last = table
    place = bisect_right(first, code) - 1
    return place >= 0 and code <= last[place]
