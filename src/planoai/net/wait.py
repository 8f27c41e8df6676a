"""What a connection of a client can be waiting for."""

from enum import Enum, auto


class Wait(Enum):
    """What the deadline of a connection is for."""

    NOTHING = auto()
    REQUEST = auto()  # the first byte of a head
    HEAD = auto()  # its end
    BODY = auto()  # the next stretch of a body
    READER = auto()  # the client takes what we write
    CLOSE = auto()  # our side has ended, theirs has not
