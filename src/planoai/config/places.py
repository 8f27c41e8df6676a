"""Where things stand in the file, and what is said of them: a problem or a warning is one line that begins with its place."""

import re

from msgspec import Struct

# Shapes that keys and tokens of vendors have. Somebody who writes one in the wrong field must not find it in a log.
_SECRET = re.compile(
    r"(?i)\b(?:sk|pk|rk|ak|gsk|csk|xai|tgp|pplx|hf|r8|nvapi|ghp|gho|ghs|glpat|xox[abp]|do[op]_v1|key|token|secret)[-_]\S"
    r"|\beyJ|\bAKIA|\bAIza|\bBearer\b|password|secret|://[^/]*@"
)
_LONGEST_SHOWN = 80


class Place(Struct, frozen=True, order=True):
    """Both count from 1, as editors do."""

    line: int
    column: int


START = Place(1, 1)


class Note(Struct, frozen=True, order=True):
    """A problem or a warning. `path` is empty for the file as a whole."""

    place: Place
    path: str
    sentence: str

    def written(self, file: str) -> str:
        start = f"{file}:{self.place.line}:{self.place.column}: "
        return start + one_line(f"{self.path}: {self.sentence}" if self.path else self.sentence)


class Report:
    """What has been found so far. Every step adds to it and goes on, so that an operator sees everything at once."""

    def __init__(self) -> None:
        self.problems: list[Note] = []
        self.warnings: list[Note] = []

    def problem(self, place: Place, path: str, sentence: str) -> None:
        self.problems.append(Note(place, path, sentence))

    def warn(self, place: Place, path: str, sentence: str) -> None:
        self.warnings.append(Note(place, path, sentence))


def join(path: str, key: str) -> str:
    """The path of `key` in the mapping at `path`. A key that looks like a credential is not told: it slipped one column to the left."""
    told = "..." if is_secret(key) else key
    return f"{path}.{told}" if path else told


def shown(value: str) -> str:
    """`value` as a message may show it: quoted, on one line, cut, and not at all where it looks like a credential."""
    if is_secret(value):
        return "(not shown: it looks like a credential)"
    return repr(value if len(value) <= _LONGEST_SHOWN else f"{value[:_LONGEST_SHOWN]}...")


def is_secret(text: str) -> bool:
    """Whether `text` looks like a credential, or like something that has one in it."""
    return _SECRET.search(text) is not None


def one_line(text: str) -> str:
    """`text` without line breaks or other control characters, which a key of a YAML mapping may hold."""
    return "".join(each if each.isprintable() else "?" for each in text)
