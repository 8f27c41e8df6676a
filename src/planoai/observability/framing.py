"""How messages travel between a worker and the recorder: four bytes of length, big-endian, then MessagePack of an array of them.

The recorder answers each frame with one byte. Pure.
"""

import msgspec

from planoai.errors import PlanoError
from planoai.observability.record import Closed, Message, Opened

TAKEN = b"\x06"  # what the recorder says to each frame, once it has written down what ended with it

PREFIX = 4  # bytes that tell the length of a frame
_HEAD = PREFIX + 5  # and the head of an array (MessagePack's `array 32`)

# Of one frame, without its prefix. A batch ends with the message that fills it, and no message is larger than all bodies may be together.
MOST_BYTES = 80 * 1024 * 1024

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[Message])


class Frame:
    """Messages that travel together, each encoded as it is added: objects that wait are in the way of those that work.

    `bodies`: bytes of the bodies in it. `begun`: exchanges that begin in it and do not end in it. `ended`: the ids of those that began in another.
    """

    __slots__ = ("_buffer", "begun", "bodies", "count", "ended")

    def __init__(self) -> None:
        self.count = 0
        self.bodies = 0
        self.begun: dict[int, Opened] = {}
        self.ended: list[int] = []
        self._buffer = bytearray(_HEAD)

    def add(self, message: Message, size: int = 0) -> None:
        """`size`: bytes of the body in it."""
        _ENCODER.encode_into(message, self._buffer, -1)
        self.count += 1
        self.bodies += size
        if type(message) is Opened:
            self.begun[message.id] = message
        elif type(message) is Closed and self.begun.pop(message.id, None) is None:
            self.ended.append(message.id)

    def written(self) -> bytearray:
        """As it travels; nothing can be added while anybody looks at it."""
        buffer = self._buffer
        buffer[:_HEAD] = b"%b\xdd%b" % ((len(buffer) - PREFIX).to_bytes(PREFIX, "big"), self.count.to_bytes(4, "big"))
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
