"""Lines of conversations -> lines of reports, in the shapes of the reference's own tool. Pure: a block of lines in, a block out."""

import re

import msgspec
from msgspec import Raw, Struct, field

from planoai.signals.analyze import Analyzer
from planoai.signals.letters import WHITE
from planoai.signals.options import Options
from planoai.signals.signal import Row
from planoai.signals.strict_json import NotStrict, read_json
from planoai.signals.writing import to_encode

# Ids that are written as they stand: plain text without escapes, and whole numbers that every reader takes for the same.
_PLAIN = re.compile(rb'"[ !#-\[\]-~]*"|-?[1-9][0-9]{0,17}|0')


class _Row(Struct):
    role: str = field(default="", name="from")
    value: str = ""


class _Line(Struct):
    id: Raw
    messages: list[_Row]


class Reader:
    """One analyzer, and the lines it is asked to read. `native`: see `to_json`."""

    def __init__(self, options: Options, *, native: bool) -> None:
        self._analyzer = Analyzer(options, memory=0)  # lines have little in common
        self._native = native
        self._decode = msgspec.json.Decoder(_Line).decode
        self._encode = msgspec.json.Encoder().encode

    def block(self, block: bytes) -> bytes:
        """A line for each line that is not blank; in the place of one that can not be read stands why."""
        answers = [self._answer(line) for line in block.split(b"\n") if line.strip()]
        return b"".join(answers)

    def _answer(self, line: bytes) -> bytes:
        try:
            if not line.isascii():
                line.decode()  # what is skipped is not looked at otherwise
            read = self._decode(line)
            name = _id(read.id)
        except RecursionError:
            return self._error("it is nested too deeply")
        except ValueError as error:
            return b"" if _is_blank(line) else self._error(str(error))
        report = self._analyzer.rows([Row(each.role, each.value) for each in read.messages])
        return self._encode({"id": name, "report": to_encode(report, self._native)}) + b"\n"

    def _error(self, why: str) -> bytes:
        return self._encode({"id": None, "error": f"input parse: {why}"}) + b"\n"


def _id(raw: Raw) -> object:
    """Raises ValueError."""
    if _PLAIN.fullmatch(raw):
        return raw
    try:
        return read_json(bytes(raw).decode())
    except NotStrict:
        raise ValueError("a number of the id is too large, or it is nested too deeply") from None


def _is_blank(line: bytes) -> bool:
    return not line.decode(errors="replace").strip(WHITE)
