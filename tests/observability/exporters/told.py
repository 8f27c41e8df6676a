"""What exporters log, from whichever thread."""

import logging
import threading

SECONDS = 30.0


class Told(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []
        self.records: list[logging.LogRecord] = []
        self._changed = threading.Condition()

    def emit(self, record: logging.LogRecord) -> None:
        with self._changed:
            self.lines.append(self.format(record))
            self.records.append(record)
            self._changed.notify_all()

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def wait(self, words: str) -> None:
        """Until somebody says them."""
        with self._changed:
            assert self._changed.wait_for(lambda: words in self.text, SECONDS), self.text
