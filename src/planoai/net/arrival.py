"""Whether a request reached an upstream that answered nothing."""

import sys
from array import array
from enum import Enum, auto
from fcntl import ioctl
from termios import TIOCOUTQ

_TELLS = sys.platform == "linux"  # others give another meaning to it


class Arrived(Enum):
    """Whether the upstream can have read it.

    A connection that ends in order (FIN) acknowledges all that arrived before its end. So a request of which nothing is acknowledged then came too
    late, and any other was read: a kernel that is told to close a connection with something unread resets it instead. A reset tells nothing: it comes
    for a request that nobody has read, and for one that was read; what it acknowledges is not looked at.
    """

    NO = auto()
    YES = auto()
    UNKNOWN = auto()


def arrived(descriptor: int, size: int, unsent: int, *, in_order: bool) -> Arrived:
    """For a request of `size` bytes, of which the loop still holds `unsent`, at the moment the connection of the socket `descriptor` ends.

    What TLS adds to it can be acknowledged without it: less than a record that could be read. Where TLS ends without a word (close_notify), uvloop
    tells of it after the socket is gone, and nothing is known.
    """
    if not (in_order and _TELLS) or descriptor < 0:
        return Arrived.UNKNOWN
    answer = array("i", (0,))
    try:
        ioctl(descriptor, TIOCOUTQ, answer)  # tcp(7): SIOCOUTQ, the same number
    except OSError:
        return Arrived.UNKNOWN
    return Arrived.NO if answer[0] + unsent >= size else Arrived.YES
