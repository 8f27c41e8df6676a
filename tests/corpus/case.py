"""A file of this folder: a config, a line `----`, and everything that is said of it.

    12:5: listeners[0].port: must be a port     a problem: where, of what, and words of its sentence; ` ... ` stands for anything
    warning 3:1: tracing: ...                   a warning, in a config that has no problem
    env NAME=value                              a variable of the process
    dotenv NAME=value                           a line of the `.env` beside the config
    missing NAME NAME                           the variables that are listed as not set
    secret words                                what is never shown, and no value of `env` is either
    escaped                                     `\\xNN` in the config is that byte

The folder of a file is the class of the mistake, its name what is special about it.
"""

import re
from pathlib import Path

from msgspec import Struct

FOLDER = Path(__file__).parent
_LONG_ENOUGH = 8  # characters of a value that may not be shown; what is shorter stands in many a sentence


class Expected(Struct, frozen=True):
    """`line:column: path: ` and words."""

    words: tuple[str, ...]

    def fits(self, told: str) -> bool:
        return re.match(".*?".join(map(re.escape, self.words)), told, re.DOTALL) is not None

    def __str__(self) -> str:
        return " ... ".join(self.words)


class Case(Struct, frozen=True):
    kind: str
    name: str
    config: bytes
    problems: tuple[Expected, ...]
    warnings: tuple[Expected, ...]
    environ: dict[str, str]
    dotenv: str
    missing: tuple[str, ...]
    secrets: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"

    @property
    def text(self) -> str:
        return self.config.decode()


def read(file: Path) -> Case:
    config, _, said = file.read_text(encoding="utf-8").partition("----\n")
    lines = [(word, rest) for word, _, rest in (line.partition(" ") for line in said.splitlines())]
    environ = dict(rest.split("=", 1) for word, rest in lines if word == "env")
    places = tuple(line for line in said.splitlines() if line[:1].isdigit())
    return Case(
        kind=file.parent.name,
        name=file.stem,
        config=_unescaped(config) if ("escaped", "") in lines else config.encode(),
        problems=tuple(map(_expected, places)),
        warnings=tuple(_expected(rest) for word, rest in lines if word == "warning"),
        environ=environ,
        dotenv="".join(f"{rest}\n" for word, rest in lines if word == "dotenv"),
        missing=tuple(name for word, rest in lines if word == "missing" for name in rest.split()),
        secrets=(
            *(rest for word, rest in lines if word == "secret"),
            *(value for value in environ.values() if len(value) >= _LONG_ENOUGH),
        ),
    )


def _expected(line: str) -> Expected:
    return Expected(tuple(line.split(" ... ")))


def _unescaped(text: str) -> bytes:
    return re.sub(rb"\\x([0-9a-f]{2})", lambda match: bytes.fromhex(match[1].decode()), text.encode())


CASES = tuple(map(read, sorted(FOLDER.glob("*/*.txt"))))
