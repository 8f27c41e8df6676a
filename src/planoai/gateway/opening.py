"""The beginning of a stream, held back until it says something of the answer.

A stream whose first word is a failure is no answer, whatever its status was: as long as nothing has gone to the client, it can still be told
with a status of its own.
"""

import asyncio
from contextlib import suppress

from planoai.apis.dialect import StreamReader
from planoai.conversation.event import Ended, Event, KeptAlive, Started, UsageTold
from planoai.errors import UpstreamClosed
from planoai.gateway.failing import raise_if_failed
from planoai.net.client import Response

MOST_HELD = 64 * 1024  # bytes
HOLD = 10.0  # seconds: a model may think for long, and a client wants to see that somebody is there


async def opening(response: Response, reader: StreamReader, *, empty_will_do: bool) -> tuple[bytes, bool]:
    """The bytes up to the first event with content in it, and whether more may follow. `reader` is used up.

    `empty_will_do`: an end without a beginning is an empty answer, which a writer gives its form; passed on as it is, clients would stumble.

    Raises UpstreamError where the stream breaks off or ends before, or says that it failed. After HOLD seconds or MOST_HELD bytes what has come
    will do.
    """
    held: list[bytes] = []
    size = 0
    started = False
    with suppress(TimeoutError):
        async with asyncio.timeout(HOLD):
            while chunk := await response.chunk():
                held.append(chunk)
                size += len(chunk)
                events = reader.feed(chunk)
                started = started or any(isinstance(event, Started) for event in events)
                if not (started or empty_will_do) and any(isinstance(event, Ended) for event in events):
                    raise UpstreamClosed("the upstream ended its stream before it had begun")
                if _says_something(events) or size > MOST_HELD:
                    return b"".join(held), True
            if not held:
                raise UpstreamClosed("the upstream ended its stream before it had begun")
            raise_if_failed(reader.close())
            return b"".join(held), False
    return b"".join(held), True


def _says_something(events: list[Event]) -> bool:
    """Raises UpstreamFailed for a failure."""
    for event in events:
        if not isinstance(event, Started | KeptAlive | UsageTold):
            raise_if_failed([event])
            return True
    return False
