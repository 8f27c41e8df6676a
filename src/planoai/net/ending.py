"""The end of a connection, as the operating system sees it."""

import asyncio
import fcntl
import socket
import struct
import sys
import termios

_SO_NWRITE = 0x1024  # of macOS, sys/socket.h
_AT_ONCE = struct.pack("ii", 1, 0)


def untaken(transport: asyncio.Transport) -> bool:
    """Whether bytes wait in the kernel for the other end to acknowledge them. They do as long as any wait in the transport."""
    raw = transport.get_extra_info("socket")
    try:
        if sys.platform == "darwin":
            return bool(raw.getsockopt(socket.SOL_SOCKET, _SO_NWRITE))
        waiting: tuple[int] = struct.unpack("i", fcntl.ioctl(raw.fileno(), termios.TIOCOUTQ, bytes(4)))
    except OSError:  # it is closed
        return False
    return waiting[0] > 0


def reset_when_closed(transport: asyncio.Transport) -> None:
    """Closing will tell the other end of an error, not of an end."""
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
