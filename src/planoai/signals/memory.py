"""What was read before is not read again: the same history comes back with every turn of a conversation."""

from planoai.signals.calls import Call, read_call
from planoai.signals.matching import Matcher
from planoai.signals.message import Message, normalise
from planoai.signals.options import Rules
from planoai.signals.scanning import Scanned, Scanner
from planoai.signals.signal import Row
from planoai.signals.tone import tones


class Memory:
    """Reads messages, observations and calls by one set of rules."""

    def __init__(self, rules: Rules) -> None:
        self.matcher = Matcher(rules)
        self._scanner = Scanner(rules)
        self._rules = rules

    def message(self, value: str, *, human: bool) -> Message:
        message = normalise(value, human, self._rules)
        if human:
            message.flags = self.matcher.flags(message)
            message.tone = tones(message, self._rules)
        return message

    def scanned(self, row: Row) -> Scanned:
        return self._scanner.scan(row.value, row.failed)

    def call(self, value: str) -> Call:
        return read_call(value)
