"""A whole answer of an upstream, read through the same machine as a stream."""

import msgspec

from planoai.apis import lenient
from planoai.apis.dialect import Envelope
from planoai.apis.openai_chat.choice_read import ChoiceReader
from planoai.apis.openai_chat.failure import quoted_failure, told_failure
from planoai.apis.openai_chat.usage import read_usage
from planoai.apis.openai_chat.wire import SAID, Chunk
from planoai.conversation.event import Ended, Event, Failed, Started, UsageTold
from planoai.errors import UpstreamUnreadable

_CHUNK = msgspec.json.Decoder(Chunk)


def read_answer(body: bytes, envelope: Envelope) -> list[Event]:
    """The events of a whole answer, `Ended` last; `Failed` alone for a 200 that holds an error. Raises UpstreamUnreadable."""
    try:
        wire = lenient.decode(_CHUNK, body, SAID)
        failed = failed_in(wire, body)
    except (ValueError, RecursionError) as error:
        raise UpstreamUnreadable(f"the upstream's answer can not be read: {error}") from None
    if failed is not None:
        return [failed]
    if not wire.choices:
        raise UpstreamUnreadable("the upstream's answer can not be read: it has no choices")
    events: list[Event] = [Started(str(wire.id or ""), wire.model or "")]
    reader = ChoiceReader(envelope)
    for choice in wire.choices:
        reader.feed(choice, events)
    if reader.failure is not None:
        return [Failed(reader.failure)]
    if all(choice.message is None and choice.delta is None for choice in wire.choices if not choice.index):
        raise UpstreamUnreadable("the upstream's answer can not be read: its choice has no message")
    if wire.usage is not None:
        events.append(UsageTold(read_usage(wire.usage)))
    return [*events, *reader.end(), Ended()]


def failed_in(wire: Chunk, body: bytes) -> Failed | None:
    """The failure that stands where an answer was due: an `error` that says something, or an object that calls itself one."""
    if isinstance(wire.error, msgspec.Raw):
        told = msgspec.json.decode(wire.error)
        return Failed(told_failure(told)) if told else None
    return Failed(quoted_failure(body)) if wire.object == "error" else None
