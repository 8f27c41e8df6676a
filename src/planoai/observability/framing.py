"""How messages travel between a worker and the recorder: four bytes of length, big-endian, then MessagePack of a list of them.

The recorder answers each frame with one byte. Pure.
"""

from collections.abc import Sequence

import msgspec

from planoai.errors import PlanoError
from planoai.observability.record import Message

TAKEN = b"\x06"  # what the recorder says to each frame, once it has written down what ended with it

PREFIX = 4  # bytes that tell the length of a frame

# Of one frame, without its prefix. A batch ends with the message that fills it, and no message is larger than all bodies may be together.
MOST_BYTES = 80 * 1024 * 1024

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[Message])


def frame(messages: Sequence[Message]) -> bytearray:
    buffer = bytearray(PREFIX)
    _ENCODER.encode_into(messages, buffer, PREFIX)
    buffer[:PREFIX] = (len(buffer) - PREFIX).to_bytes(PREFIX, "big")
    return buffer


def length(prefix: bytes) -> int:
    """Of the frame that follows `prefix`. Raises PlanoError for one that no worker sends."""
    told = int.from_bytes(prefix, "big")
    if told > MOST_BYTES:
        raise PlanoError(f"a frame of {told} bytes is announced, {MOST_BYTES} are the most")
    return told


def read(frame: bytes) -> list[Message]:
    """The messages of a frame, given without its prefix. Raises PlanoError."""
    try:
        return _DECODER.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PlanoError(f"a frame can not be read: {error}") from None
