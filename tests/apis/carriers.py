"""The carriers of each dialect, and what comes of bytes that go through them."""

from planoai.apis import DIALECTS
from planoai.apis.carry import Carrier, Translated, Verbatim
from planoai.conversation.event import Ended, Event
from tests.apis import golden


def verbatim(dialect: str) -> Carrier:
    return Verbatim(golden.client_side(dialect).frames)


def filtered(dialect: str) -> Carrier:
    return Verbatim(golden.client_side(dialect).frames, hide_usage=True)


def translated(upstream: str, client: str) -> Carrier:
    side = golden.client_side(client)
    reader = DIALECTS[upstream].upstream.stream_reader(golden.envelope())
    return Translated(reader, side.stream_writer(golden.envelope()), side.frames.ping)


def carry(carrier: Carrier, *chunks: bytes) -> bytes:
    return b"".join([*(carrier.feed(chunk) for chunk in chunks), carrier.close()])


def ended_well(events: list[Event]) -> bool:
    return isinstance(events[-1], Ended)
