"""The log of every process: lines on stderr, of which a reader that stalls holds up nobody."""

import logging
import os
import time

from planoai.process.aside import Aside

# A message that concerns a request begins with its `request_id=`.
FORMAT = "[%(asctime)s.%(msecs)03d][%(levelname)s] %(message)s"

_DATE = "%Y-%m-%d %H:%M:%S"
_STDERR = 2
_FLUSH_SECONDS = 1.0


class Formatter(logging.Formatter):
    """Times are UTC, levels in lower case."""

    def __init__(self) -> None:
        super().__init__(FORMAT, _DATE)
        self.converter = time.gmtime

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - its name
        shown = logging.makeLogRecord({**record.__dict__, "levelname": record.levelname.lower()})
        return super().formatMessage(shown)


class Handler(logging.Handler):
    """Writes to `descriptor`, aside. Lines that find no room are left out, and their number is told when there is room again."""

    def __init__(self, descriptor: int = _STDERR) -> None:
        super().__init__()
        self.setFormatter(Formatter())
        self._descriptor = descriptor
        self._told = 0  # of those left out
        self._lines = Aside(self._write)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._lines.put(self.format(record))
        except (TypeError, ValueError, KeyError):  # the arguments do not fit the message: its author learns where
            self.handleError(record)

    def flush(self) -> None:
        self._lines.wait(_FLUSH_SECONDS)

    def _write(self, line: str) -> None:
        left_out = self._lines.left_out
        if left_out > self._told:
            line = f"({left_out - self._told} lines were left out: those before were not read)\n{line}"
            self._told = left_out
        rest = memoryview(f"{line}\n".encode(errors="backslashreplace"))
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]


def log_to_stderr(level: str) -> None:
    """`level`: debug, info, warn, warning or error."""
    logging.basicConfig(level=level.upper(), handlers=[Handler()])
