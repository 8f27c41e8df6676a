"""A whole answer of an upstream, read through the same machine as a stream."""

import msgspec

from planoai.apis import lenient
from planoai.apis.dialect import Envelope
from planoai.apis.openai_responses.failure_read import error_of
from planoai.apis.openai_responses.output_read import OutputReader
from planoai.apis.openai_responses.wire import ResponseWire, given
from planoai.conversation.event import Ended, Event, Failed, Started
from planoai.errors import UpstreamUnreadable

_RESPONSE = msgspec.json.Decoder(ResponseWire)
_COMPLETE = (None, "completed", "incomplete")


def read_answer(body: bytes, envelope: Envelope) -> list[Event]:
    """The events of a whole answer, `Ended` last; `Failed` alone for one that failed. Raises UpstreamUnreadable."""
    try:
        wire = lenient.decode(_RESPONSE, body, ("output",))
        if wire.status in ("failed", "cancelled") or (given(wire.error) and msgspec.json.decode(wire.error)):
            return [Failed(error_of(body))]
        if wire.output is None:
            raise UpstreamUnreadable("the upstream's answer can not be read: it has no output")
        if wire.status not in _COMPLETE:
            raise UpstreamUnreadable(f"the upstream's answer can not be read: it is {wire.status}")
        events: list[Event] = [Started(wire.id or "", wire.model or "")]
        OutputReader(envelope).finish(wire, wire.status, events)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UpstreamUnreadable(f"the upstream's answer can not be read: {error}") from None
    return [*events, Ended()]
