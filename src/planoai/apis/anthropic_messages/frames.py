"""A stream of the Messages API as bytes, for relaying it without reading it."""

import msgspec
from msgspec import Struct

from planoai.apis.anthropic_messages.failure import UNNAMED, failure_of, write_failure_event
from planoai.apis.dialect import Closing, Frames
from planoai.apis.framing.sse import SseEvent
from planoai.conversation.failure import Failure

PING = b'event: ping\ndata: {"type":"ping"}\n\n'


class _Event(Struct, frozen=True):
    type: str | None = None


_EVENT = msgspec.json.Decoder(_Event)


def closing(event: SseEvent) -> Closing:
    """An answer is over only when `message_stop` says so; after an error nothing follows. An event whose data broke off says nothing."""
    if event.type not in ("message_stop", "error", *UNNAMED):
        return Closing.OPEN
    if failure_of(event) is not None:
        return Closing.TERMINAL
    try:
        kind = _EVENT.decode(event.data).type or event.type
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Closing.OPEN
    return Closing.TERMINAL if kind == "message_stop" else Closing.OPEN


def _write_failure(failure: Failure, _first: bytes, _last: bytes) -> bytes:
    return write_failure_event(failure)


def _is_usage(_event: SseEvent) -> bool:
    return False  # usage comes with events that are there anyway


FRAMES = Frames(
    closing=closing,
    failure=failure_of,
    write_failure=_write_failure,
    done=b"",
    last_words=b"message_stop",
    ping=PING,
    is_usage=_is_usage,
)
