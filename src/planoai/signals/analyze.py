"""One conversation in, one report out: the detectors of DETECTORS one after another, then the grade and the summary."""

from collections.abc import Iterable, Sequence

from planoai.conversation.message import Message
from planoai.signals.detectors import DETECTORS
from planoai.signals.grading import grade
from planoai.signals.memory import Memory
from planoai.signals.options import Options, rules_of
from planoai.signals.reading import Api, Unread, mended, rows_of, rows_of_conversation
from planoai.signals.signal import Group, Report, Row
from planoai.signals.summary import summarise
from planoai.signals.window import window_of

MEMORY = 16_000_000


class Analyzer:
    """One profile and what it has read before, of which it keeps about `memory` bytes; 0: nothing.

    Not for two threads at once. Raises BadOption when it is made; after that NotInTable for an API that is not known, and nothing else.
    """

    def __init__(self, options: Options | None = None, *, memory: int = MEMORY) -> None:
        self._rules = rules_of(options or Options())
        self._memory = Memory(self._rules, memory)

    def rows(self, rows: Iterable[Row]) -> Report:
        """Those that are read have no half a character in them: a report that cites one could not be written."""
        try:
            given = tuple(rows)
            whole = all(str.isascii(row.value) for row in given[-self._rules.window :])
            given = given if whole else mended(given)
        except Exception as problem:  # noqa: BLE001 - what makes the rows may raise anything
            return self._unread(str(problem) or type(problem).__name__)
        return self._report(given)

    def _report(self, rows: Sequence[Row]) -> Report:
        window = window_of(rows, self._rules, self._memory)
        groups = {
            each.category: Group(each.category, each.layer, tuple(each.detect(window, self._rules)))
            for each in DETECTORS
        }
        graded = grade(groups, window, self._rules)
        summary = summarise(groups, graded, window.turns)
        return Report(groups, graded.quality, graded.score, window.turns, graded.concerning, summary)

    def messages(self, messages: object, api: Api = "auto") -> Report:
        """Of messages as JSON decodes them, or rows. What can not be read makes the report of no messages, and `unread` says why."""
        try:
            rows = rows_of(messages, api)
        except Unread as problem:
            return self._unread(str(problem))
        return self._report(rows)

    def conversation(self, messages: Iterable[Message]) -> Report:
        return self._report(rows_of_conversation(messages))

    def _unread(self, why: str) -> Report:
        empty = self._report(())
        return Report(empty.groups, empty.quality, empty.score, empty.turns, empty.concerning, empty.summary, why)


def analyze(messages: object, *, api: Api = "auto", options: Options | None = None) -> Report:
    """What there is to say of one conversation. Raises BadOption, NotInTable for an API that is not known, and nothing else."""
    return Analyzer(options, memory=0).messages(messages, api)
