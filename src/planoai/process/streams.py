"""The three standard streams, one of which a caller may have closed."""

import codecs
import os
import sys
from io import TextIOWrapper

# What is said with a sign that not every terminal has: a reader who gets `?` for each can not tell a success from a failure.
_PLAIN = {"✓": "+", "✗": "x", "⚠": "!", "→": "->", "…": "...", "•": "*", "│": "|"}


def fill() -> None:
    """Opens the null device in the place of each that is closed: the next file or socket would get its number, and be taken for it."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free, which is this one
            os.set_inheritable(descriptor, True)
    if sys.stdin is None:
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)


def take_anything() -> None:
    """Has stdout and stderr take text that their encoding has no signs for."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(_PLAIN.get(sign, "?") for sign in signs), error.end


_HANDLER = "planoai.plain"
codecs.register_error(_HANDLER, _plain)
