"""A stream of the Messages API as bytes, for relaying it without reading it."""

import msgspec
from msgspec import Struct

from planoai.apis.anthropic_messages.failure import failure_of, write_failure_event
from planoai.apis.dialect import Closing, Frames
from planoai.apis.framing.sse import SseEvent

PING = b'event: ping\ndata: {"type":"ping"}\n\n'


class _Event(Struct, frozen=True):
    type: str | None = None


_EVENT = msgspec.json.Decoder(_Event)


def closing(event: SseEvent) -> Closing:
    """An answer is over only when `message_stop` says so; after an error nothing follows. An event whose data broke off says nothing."""
    if event.type not in ("message_stop", "error", ""):
        return Closing.OPEN
    try:
        kind = _EVENT.decode(event.data).type or event.type
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        words = event.type == "error" and not event.data.lstrip().startswith(b"{")  # an error that is no JSON
        return Closing.TERMINAL if words and event.data.strip() else Closing.OPEN
    return Closing.TERMINAL if kind == "message_stop" or failure_of(event) is not None else Closing.OPEN


def _is_usage(_event: SseEvent) -> bool:
    return False  # usage comes with events that are there anyway


FRAMES = Frames(
    closing=closing,
    failure=failure_of,
    write_failure=write_failure_event,
    done=b"",
    last_words=b"message_stop",
    ping=PING,
    is_usage=_is_usage,
)
