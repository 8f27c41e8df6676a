"""One socket to the recorder, written without waiting, one frame at a time."""

import asyncio
import socket
from collections.abc import Callable


class Pipe:
    """Owns `sock`, a connected stream socket. Calls `written` when a frame is out, `lost` once when the other end is gone or does not take any.

    The other end never sends: whatever is heard from it is its end.
    """

    def __init__(
        self,
        sock: socket.socket,
        loop: asyncio.AbstractEventLoop,
        *,
        written: Callable[[], None],
        lost: Callable[[], None],
    ) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._loop = loop
        self._written = written
        self._lost = lost
        self._rest: memoryview | None = None  # of the frame that is under way
        loop.add_reader(sock, self._heard)

    def send(self, frame: bytearray) -> None:
        """Only after the one before it is out."""
        self._rest = memoryview(frame)
        self._write()
        if self._rest is not None:
            self._loop.add_writer(self._sock, self._continue)

    def close(self) -> None:
        """Gives up what is under way. Nothing is called any more."""
        if self._sock.fileno() >= 0:
            self._loop.remove_reader(self._sock)
            self._loop.remove_writer(self._sock)
            self._sock.close()
        self._rest = None

    def _continue(self) -> None:
        self._write()
        if self._rest is None and self._sock.fileno() >= 0:
            self._loop.remove_writer(self._sock)

    def _write(self) -> None:
        rest = self._rest
        if rest is None:
            return
        try:
            sent = self._sock.send(rest)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._lose()
            return
        if sent < len(rest):
            self._rest = rest[sent:]
            return
        self._rest = None
        self._written()

    def _heard(self) -> None:
        try:
            self._sock.recv(1)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            pass
        self._lose()

    def _lose(self) -> None:
        self.close()
        self._lost()
