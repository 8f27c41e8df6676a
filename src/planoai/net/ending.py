"""The end of a connection: what was written still goes out, and the operating system is asked whether it did."""

import asyncio
import fcntl
import socket
import struct
import sys
import termios

from planoai.net.limits import Limits

_LINGER_BYTES = 16 * 1024 * 1024  # read and dropped after our last answer, so that the client gets to read it
_SO_NWRITE = 0x1024  # of macOS, sys/socket.h
_TCP_INFO = struct.Struct("120xQ")  # of Linux, linux/tcp.h: tcpi_bytes_acked
_AT_ONCE = struct.pack("ii", 1, 0)


class Closing:
    """How we close a connection of a client. Who is told seconds calls `look` after them; it is over when the transport has gone."""

    __slots__ = ("_drops", "_ending", "_limits", "_loop", "_tls", "_transport")

    def __init__(
        self, transport: asyncio.Transport, limits: Limits, loop: asyncio.AbstractEventLoop, *, tls: bool
    ) -> None:
        self._transport = transport
        self._limits = limits
        self._loop = loop
        self._tls = tls
        self._drops = _LINGER_BYTES
        self._ending = Ending(loop.time() + limits.write_stall_seconds)

    def at_once(self) -> float:
        """What is written still goes out, if the client takes it in time."""
        self._ending = Ending(self._loop.time() + self._limits.write_stall_seconds)
        self._transport.close()
        return self._limits.linger_seconds / 2 if self._tls else self._limits.write_stall_seconds

    def after_reading(self) -> float:
        """Ends our side and drops what the client still sends: a socket closed over unread bytes resets, and our answer would be lost with it.

        TLS has no half that could be ended. The client has the length of the answer, and `connection: close`: it ends the connection.
        """
        if self._tls:
            return self._limits.linger_seconds
        unsent = self._transport.get_write_buffer_size()
        self._transport.write_eof()
        return self._limits.write_stall_seconds if unsent else self._limits.linger_seconds

    def drop(self, size: int) -> None:
        """That many bytes came."""
        self._drops -= size
        if self._drops < 0:
            self._transport.abort()

    def look(self) -> float | None:
        """Seconds until the next look; None: it is cut.

        Under TLS a transport neither tells what it has not sent yet, nor is it gone before the client has said goodbye too, which idle ones do not.
        """
        if self._tls and self._ending.goes_on(self._transport, self._loop.time()):
            return self._limits.linger_seconds / 2
        if self._tls and not self._transport.is_closing():
            return self.at_once()
        self._transport.abort()
        return None


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
