"""A Chat stream as frames, for relaying it without reading it."""

import re

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from planoai.apis.dialect import Closing, Frames
from planoai.apis.framing.sse import SseEvent
from planoai.apis.openai_chat.failure import choice_failure, quoted_failure, told_failure
from planoai.apis.openai_chat.stream_read import DONE
from planoai.apis.openai_chat.stream_write import DONE_FRAME, PING, write_error
from planoai.conversation.failure import Failure


class _Choice(Struct):
    index: int | None = None
    finish_reason: str | None = None
    error: Raw | UnsetType = UNSET


class _Outline(Struct):
    choices: list[_Choice] | None = None
    usage: dict[str, Raw] | None = None
    error: object = None
    object: str | None = None

    @property
    def only_usage(self) -> bool:
        return not self.choices and self.usage is not None


_MAY_FINISH = re.compile(rb'"finish_reason"\s*:\s*"').search
_OUTLINE = msgspec.json.Decoder(_Outline)


def closing(event: SseEvent) -> Closing:
    if event.data.startswith(DONE):
        return Closing.TERMINAL
    if failure(event) is not None:
        return Closing.TERMINAL
    outline = _read(event)
    if outline.only_usage or any(choice.finish_reason for choice in outline.choices or ()):
        return Closing.COMPLETE
    return Closing.OPEN


def failure(event: SseEvent) -> Failure | None:
    outline = _read(event)
    if outline.error:
        return told_failure(outline.error)
    if outline.object == "error" or (event.type == "error" and event.data.strip()):
        return quoted_failure(event.data)
    told = (choice_failure(choice.error, choice.finish_reason) for choice in outline.choices or ())
    return next((failure for failure in told if failure is not None), None)


def finished(event: SseEvent) -> frozenset[int]:
    return frozenset(choice.index or 0 for choice in _read(event).choices or () if choice.finish_reason)


def is_usage(event: SseEvent) -> bool:
    return _read(event).only_usage


def _write_failure(failure: Failure, _first: bytes, _last: bytes) -> bytes:
    return write_error(failure)


def _read(event: SseEvent) -> _Outline:
    """What can not be read says nothing: the bytes go on as they are."""
    try:
        return _OUTLINE.decode(event.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Outline()


FRAMES = Frames(
    closing=closing,
    failure=failure,
    write_failure=_write_failure,
    done=DONE_FRAME,
    last_words=DONE,
    ping=PING,
    is_usage=is_usage,
    may_finish=_MAY_FINISH,
    finished=finished,
)
