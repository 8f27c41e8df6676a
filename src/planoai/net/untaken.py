"""Whether a client has everything that was written to it."""

import asyncio
import fcntl
import socket
import struct
import sys
import termios

_SO_NWRITE = 0x1024  # of macOS, sys/socket.h


def untaken(transport: asyncio.Transport) -> bool:
    """Whether bytes wait in the kernel for the client to acknowledge them. They do as long as any wait in the transport."""
    raw = transport.get_extra_info("socket")
    try:
        if sys.platform == "darwin":
            return bool(raw.getsockopt(socket.SOL_SOCKET, _SO_NWRITE))
        waiting: tuple[int] = struct.unpack("i", fcntl.ioctl(raw.fileno(), termios.TIOCOUTQ, bytes(4)))
    except OSError:  # it is closed
        return False
    return waiting[0] > 0
