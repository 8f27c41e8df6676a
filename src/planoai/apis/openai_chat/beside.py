"""What is told of their use by answers beside model calls: of embeddings, completed texts, images."""

import msgspec
from msgspec import Struct

from planoai.apis import lenient
from planoai.apis.openai_chat.usage import read_usage
from planoai.apis.openai_chat.wire import UsageWire
from planoai.conversation.event import Ended, Event, Started, UsageTold
from planoai.conversation.usage import Usage
from planoai.errors import UpstreamUnreadable


class _Counts(UsageWire, frozen=True):
    """Images are counted in other words; who ranks texts tells no more than the sum."""

    input_tokens: float | None = None
    output_tokens: float | None = None


class _Told(Struct, frozen=True):
    id: str | None = None
    model: str | None = None
    usage: _Counts | None = None


_TOLD = msgspec.json.Decoder(_Told)


def read_beside(body: bytes) -> list[Event]:
    """None of it has to be there. Raises UpstreamUnreadable for what is no JSON object."""
    try:
        told = lenient.decode(_TOLD, body)
        usage = _usage(told.usage)
    except (ValueError, OverflowError, RecursionError) as error:
        raise UpstreamUnreadable(f"the upstream's answer can not be read: {error}") from None
    events: list[Event] = [Started(told.id or "", told.model or "")]
    if usage is not None:
        events.append(UsageTold(usage))
    return [*events, Ended()]


def _usage(counts: _Counts | None) -> Usage | None:
    if counts is None:
        return None
    if counts.prompt_tokens or counts.completion_tokens:
        return read_usage(counts)
    if counts.input_tokens or counts.output_tokens:
        return Usage(fresh=int(counts.input_tokens or 0), output=int(counts.output_tokens or 0))
    return Usage(fresh=int(counts.total_tokens)) if counts.total_tokens else None
