"""Credentials, cut out of what an upstream says: some repeat them, where they refuse them above all."""

import re
import sys
from collections.abc import Iterable

import msgspec

from planoai.apis.framing.sse import SseSplitter, parse_event
from planoai.gateway.headers import Pairs

_SHORTEST = 8  # characters; what is shorter stands in for a key where none is asked for, and may be a word
_INSTEAD = "[key]"
_TELLS_ERROR = re.compile(rb'"error"(?!\s*:\s*null)')  # within a string the marks would be escaped


class Redaction:
    """Of the `credentials`, also as they are written in JSON. What a model says is never touched."""

    def __init__(self, credentials: Iterable[str]) -> None:
        forms = {form for each in credentials if len(each) >= _SHORTEST for form in (each, *_in_json(each))}
        self._secrets = sorted(forms, key=lambda form: (-len(form), form))  # one may be a part of another
        self._bytes = [secret.encode("latin-1", "replace") for secret in self._secrets]
        self._shortest = min(map(len, self._bytes), default=sys.maxsize)

    def text(self, said: str) -> str:
        for secret in self._secrets:
            said = said.replace(secret, _INSTEAD)
        return said

    def headers(self, pairs: Pairs) -> Pairs:
        for _, value in pairs:
            if len(value) >= self._shortest and self._cut(value) != value:  # few values are as long as a key
                return [(name, self._cut(value)) for name, value in pairs]
        return pairs

    def errors(self, events: bytes) -> bytes:
        """Whole events of a stream, of which those that tell of an error lose the credentials in them."""
        for secret in self._bytes:
            if secret in events:
                return self._in_errors(events)
        return events

    def _in_errors(self, events: bytes) -> bytes:
        splitter = SseSplitter()
        blocks = [*splitter.feed(events), splitter.close()]
        return b"".join(block if _is_of_an_answer(block) else self._cut(block) for block in blocks)

    def _cut(self, said: bytes) -> bytes:
        for secret in self._bytes:
            said = said.replace(secret, _INSTEAD.encode())
        return said


class _Shape(msgspec.Struct):
    """What every event of an answer has one of."""

    type: str | None = None
    choices: object = None


_SHAPE = msgspec.json.Decoder(_Shape)


def _is_of_an_answer(block: bytes) -> bool:
    """Whether an event carries a piece of an answer and nothing of an error. Errors come in many shapes, and some are no JSON."""
    event = parse_event(block)
    if event.type == "error" or _TELLS_ERROR.search(event.data):
        return False
    try:
        shape = _SHAPE.decode(event.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return shape.type is not None or shape.choices is not None


def _in_json(credential: str) -> tuple[str, str]:
    """As most write it, and as those do that escape slashes too."""
    written = msgspec.json.encode(credential).decode()[1:-1]
    return written, written.replace("/", "\\/")
