"""The beginning of a stream, held back until it says something of the answer.

A stream whose first word is a failure is no answer, whatever its status was: as long as nothing has gone to the client, it can still be told
with a status of its own.
"""

import asyncio
from contextlib import suppress

from planoai.apis.dialect import StreamReader
from planoai.conversation.event import Event, KeptAlive, Started, UsageTold
from planoai.errors import UpstreamClosed
from planoai.gateway.failing import raise_if_failed
from planoai.net.client import Response

HOLD = 10.0  # seconds: a model may think for long, and a client wants to see that somebody is there


async def opening(response: Response, reader: StreamReader) -> tuple[bytes, bool]:
    """The bytes up to the first event with content in it, and whether more may follow. `reader` is used up.

    Raises UpstreamError where the stream breaks off or ends before, or says that it failed. After HOLD seconds what has come will do.
    """
    held: list[bytes] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(HOLD):
            while chunk := await response.chunk():
                held.append(chunk)
                if _says_something(reader.feed(chunk)):
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
