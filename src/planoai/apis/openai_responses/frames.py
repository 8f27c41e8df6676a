"""A stream of the Responses API as frames, for relaying it without reading it."""

from hashlib import sha256

import msgspec
from msgspec import Raw, Struct

from planoai.apis.dialect import Closing, Envelope, Frames
from planoai.apis.framing.sse import SseEvent, frame, parse_event
from planoai.apis.openai_responses.failure import error_object
from planoai.apis.openai_responses.failure_read import error_of
from planoai.apis.openai_responses.stream_write import PING, ResponsesStreamWriter
from planoai.conversation.event import Failed
from planoai.conversation.failure import Failure

_FAILED = ("response.failed", "response.cancelled", "error")
_LAST = ("response.completed", "response.incomplete", *_FAILED)


class _Event(Struct, frozen=True):
    type: object = None
    sequence_number: object = None
    response: Raw = Raw()
    error: Raw = Raw()


_EVENT = msgspec.json.Decoder(_Event)
_OBJECT = msgspec.json.Decoder(dict[str, Raw])


def closing(event: SseEvent) -> Closing:
    return Closing.TERMINAL if _kind(event) in _LAST else Closing.OPEN


def failure(event: SseEvent) -> Failure | None:
    return error_of(event.data) if _kind(event) in _FAILED else None


def _write_failure(failure: Failure, first: bytes, last: bytes) -> bytes:
    """The response that had begun, now failed: clients insist on its id. Where none had, it begins and fails."""
    begun = _read(parse_event(first))
    try:
        response = _OBJECT.decode(begun.response)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        seed = sha256(failure.message.encode(errors="replace")).hexdigest()[:32]
        return ResponsesStreamWriter(Envelope(seed, 0, "")).write([Failed(failure)])
    before = _read(parse_event(last)).sequence_number
    body = {
        "type": "response.failed",
        "sequence_number": before + 1 if isinstance(before, int) else 1,
        "response": {**response, "status": "failed", "error": error_object(failure)},
    }
    return frame(msgspec.json.encode(body), "response.failed")


def _is_usage(_event: SseEvent) -> bool:
    return False  # usage comes with events that are there anyway


def _kind(event: SseEvent) -> str:
    """Some servers name an event only in one of its two places, and tell a failure in Chat's words."""
    if not event.data.strip():
        return ""
    told = _read(event)
    if told.type is None and bytes(told.error) not in (b"", b"null"):
        return "error"
    return told.type if isinstance(told.type, str) and told.type else event.type


def _read(event: SseEvent) -> _Event:
    """What can not be read says nothing: the bytes go on as they are."""
    try:
        return _EVENT.decode(event.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Event()


FRAMES = Frames(
    closing=closing,
    failure=failure,
    write_failure=_write_failure,
    done=b"",
    last_words=b"complete",  # `response.completed` and `response.incomplete`
    ping=PING,
    is_usage=_is_usage,
)
