"""The end of a connection, as the operating system sees it."""

import asyncio
import fcntl
import socket
import struct
import sys
import termios

_SO_NWRITE = 0x1024  # of macOS, sys/socket.h
_TCP_INFO = struct.Struct("120xQ")  # of Linux, linux/tcp.h: tcpi_bytes_acked
_AT_ONCE = struct.pack("ii", 1, 0)


class Ending:
    """A connection that is closed while the other end may still be taking what was written to it; to be looked at now and then.

    `until`: time of the loop after which it is not waited for.
    """

    __slots__ = ("_seen", "_until")

    def __init__(self, until: float) -> None:
        self._until = until
        self._seen: tuple[int, int] | None = None

    def goes_on(self, transport: asyncio.Transport, now: float) -> bool:
        """Whether bytes wait in the kernel, or did move since the look before: with none there, the transport may be about to fill it up again."""
        before, self._seen = self._seen, _taken(transport)
        return now < self._until and (self._seen[0] > 0 or self._seen != before)


def _taken(transport: asyncio.Transport) -> tuple[int, int]:
    """Bytes that wait to be acknowledged, and those that ever were, where the system tells."""
    raw = transport.get_extra_info("socket")
    if raw is None:  # it is gone
        return 0, 0
    try:
        if sys.platform == "darwin":
            return raw.getsockopt(socket.SOL_SOCKET, _SO_NWRITE), 0
        [waiting] = struct.unpack("i", fcntl.ioctl(raw.fileno(), termios.TIOCOUTQ, bytes(4)))
        info = raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
    except OSError:
        return 0, 0
    return waiting, _TCP_INFO.unpack(info)[0] if len(info) == _TCP_INFO.size else 0


def reset_when_closed(transport: asyncio.Transport) -> None:
    """Closing will tell the other end of an error, not of an end."""
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
