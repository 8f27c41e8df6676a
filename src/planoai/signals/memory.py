"""What was read before is not read again: the same history comes back with every turn of a conversation.

Everything kept here follows from one text, or from two, never from where they stand: a conversation that is cut, edited or mixed with another
can not go wrong.
"""

from collections.abc import Mapping
from functools import partial
from itertools import count
from sys import getsizeof

from planoai.signals.calls import Call, read_call
from planoai.signals.likeness import likeness
from planoai.signals.matching import Matcher
from planoai.signals.message import Message, normalise
from planoai.signals.options import Rules
from planoai.signals.scanning import Scanned, Scanner
from planoai.signals.shelf import Budget, kept
from planoai.signals.tone import tones
from planoai.signals.utterance import Desk, Found, Utterance
from planoai.signals.utterance import size as size_of_utterance

_NOTHING: Mapping[str, Found] = {}
_PARSED = 24  # bytes of a call that was read, a character: small objects of few characters each


class Memory:
    """Reads texts by one set of rules, and keeps about `most` bytes of what it has read; with 0, nothing.

    asked, said: what a person said, and the model.
    observed, failed: what a tool returned, and what it returned as an error.
    call: how a tool was called.
    """

    def __init__(self, rules: Rules, most: int) -> None:
        self._rules = rules
        self._matcher = Matcher(rules)
        self._numbers = count()
        self._desk = Desk(most // 4)
        scanner = Scanner(rules)
        budget = Budget(most * 3 // 8)
        self.asked = kept(self._read_of_person, size_of_utterance, budget)
        self.said = kept(self._read_of_model, size_of_utterance, budget)
        self.observed = kept(partial(scanner.scan, failed=False), _size_of_scanned, budget)
        self.failed = kept(partial(scanner.scan, failed=True), _size_of_scanned, budget)
        self.call = kept(read_call, _size_of_call, budget)

    def likeness(self, now: Utterance, before: Utterance) -> float:
        """See `likeness`: 0.0 if it is too little to matter. The newer one knows of the few it was compared with last."""
        known = now.likenesses.get(before.number)
        if known is None:
            known = likeness(self.message(now), self.message(before), self._rules.limits.repetition_near)
            if len(now.likenesses) >= 2 * self._rules.limits.repetition_look_back:
                now.likenesses.clear()
            now.likenesses[before.number] = known
        return known

    def message(self, utterance: Utterance) -> Message:
        return self._desk.message(utterance)

    def _read_of_person(self, text: str) -> Utterance:
        message = normalise(text, True, self._rules)
        message.tone = tones(message, self._rules)
        found = {phrase.family: Found(phrase.text, layer) for phrase, layer in self._matcher.first(message)}
        confirms = message.begins(self._rules.confirmation_prefixes, whole=self._rules.whole_prefixes)
        return self._desk.lay(Utterance(message, next(self._numbers), found, confirms=confirms))

    def _read_of_model(self, text: str) -> Utterance:
        message = normalise(text, False, self._rules)
        return self._desk.lay(Utterance(message, next(self._numbers), _NOTHING, confirms=False))


def _size_of_scanned(text: str, scanned: Scanned) -> int:
    del text
    hits = (scanned.failure, scanned.exhaustion)
    return sum(getsizeof(hit.snippet) + getsizeof(hit.matched) for hit in hits if hit)


def _size_of_call(text: str, call: Call) -> int:
    del call
    return _PARSED * getsizeof(text)
