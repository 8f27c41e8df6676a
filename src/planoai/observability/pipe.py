"""One socket to the recorder, written without waiting, one frame at a time."""

import asyncio
import socket
from collections.abc import Callable

from planoai.observability.framing import TAKEN


class Pipe:
    """Owns `sock`, a connected stream socket. Calls `taken` when the other end has acknowledged a frame, `lost` once when it is gone or talks nonsense."""

    def __init__(
        self,
        sock: socket.socket,
        loop: asyncio.AbstractEventLoop,
        *,
        taken: Callable[[], None],
        lost: Callable[[], None],
    ) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._loop = loop
        self._taken = taken
        self._lost = lost
        self._rest: memoryview | None = None  # of the frame that is being written
        self._awaits = False  # that the frame is acknowledged
        loop.add_reader(sock, self._heard)

    def send(self, frame: bytearray) -> None:
        """Only after the one before it was taken."""
        self._rest = memoryview(frame)
        self._write()
        if self._rest is not None:
            self._loop.add_writer(self._sock, self._continue)

    def close(self) -> bool:
        """Gives up what is under way. Nothing is called any more. Whether the last frame was taken, and we had not heard of it yet."""
        taken = False
        if self._sock.fileno() >= 0:
            taken = self._awaits and self._said() == TAKEN
            self._loop.remove_reader(self._sock)
            self._loop.remove_writer(self._sock)
            self._sock.close()
        self._rest = None
        return taken

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
        self._awaits = True

    def _heard(self) -> None:
        said = self._said()
        if said == TAKEN and self._awaits:
            self._awaits = False
            self._taken()
        elif said is not None:
            self._lose()

    def _said(self) -> bytes | None:
        """What the other end says, b"" for its end; None where it is silent."""
        try:
            return self._sock.recv(2)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            return b""

    def _lose(self) -> None:
        self.close()
        self._lost()
