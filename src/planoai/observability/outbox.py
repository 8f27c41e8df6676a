"""What waits to go to the recorder: bounded, sent in batches, kept while there is no recorder to send it to."""

import asyncio
import socket
from collections import deque
from time import perf_counter

from msgspec import structs

from planoai.observability.framing import Frame
from planoai.observability.pipe import Pipe
from planoai.observability.record import Dropped, Message, Opened

SEND_SECONDS = 0.05  # the longest that a message waits for others to travel with
BATCH_BYTES = 32 * 1024  # of bodies: a batch goes at once, before what it holds has left the caches
MOST_BODIES = 64 * 1024 * 1024  # bytes
MOST_MESSAGES = 100_000
PATIENCE = 30.0  # seconds: a recorder that has MOST_MESSAGES to take and took none for so long counts as none

_FRAME_MESSAGES = 2048
_FRAME_BYTES = 1024 * 1024  # of bodies: a recorder that has fallen behind gets more at a time


class Outbox:
    """Facts are all kept while a recorder is there, bodies while there is room. What is not kept is counted, and the recorder is told."""

    def __init__(self) -> None:
        self.dropped = 0
        self._exchanges = 0  # that were dropped, and the recorder has not been told
        self._bodies = 0
        self._filling = Frame()
        self._full: deque[Frame] = deque()  # they go before it
        self._sent: Frame | None = None  # the recorder has not said that it took it
        self._messages = 0  # that wait to be sent
        self._bytes = 0  # of bodies that the recorder did not take
        self._open: dict[int, Opened] = {}  # without body, once the recorder took them and until it took the end
        self._pipe: Pipe | None = None
        self._moved = 0.0  # when the recorder last took something
        self._timer: asyncio.Handle | None = None
        self._hurried = False
        self._idle: asyncio.Future[None] | None = None
        self._closing: asyncio.Timeout | None = None
        self._patience = 0.0  # seconds, while it closes

    @property
    def admits(self) -> bool:
        """Whether the facts of one more exchange are kept."""
        if self._messages < MOST_MESSAGES:
            return True
        return self._pipe is not None and perf_counter() - self._moved <= PATIENCE

    def takes(self, size: int) -> bool:
        """Whether there is room for a body of `size` bytes."""
        return self._bytes + size <= MOST_BODIES and self._messages < MOST_MESSAGES

    def drop_exchange(self) -> None:
        self.dropped += 1
        self._exchanges += 1

    def drop_body(self) -> None:
        self.dropped += 1
        self._bodies += 1

    def add(self, message: Message, size: int = 0) -> None:
        """`size`: bytes of the body in it."""
        frame = self._filling
        frame.add(message, size)
        self._messages += 1
        self._bytes += size
        if frame.bodies >= _FRAME_BYTES or frame.count >= _FRAME_MESSAGES:
            self._full.append(frame)
            self._filling = Frame()
        if self._timer is None:
            self._schedule()
        elif self._bytes >= BATCH_BYTES and not self._hurried:
            self._timer.cancel()
            self._schedule()

    def attach(self, sock: socket.socket) -> None:
        """From now on `sock` leads to the recorder. It has not heard of what runs, and is told."""
        self.detach()
        self._moved = perf_counter()
        if self._open:
            told = Frame()
            for opened in self._open.values():
                told.add(opened)
            self._put_back(told)
            self._open = {}
        self._pipe = Pipe(sock, asyncio.get_running_loop(), taken=self._taken, lost=self.detach)
        self._schedule()

    def detach(self) -> None:
        """There is no recorder. What it did not say that it took waits for the next."""
        pipe, self._pipe = self._pipe, None
        if pipe is not None and pipe.close():
            self._settle()
        sent, self._sent = self._sent, None
        if sent is not None:
            self._put_back(sent)
        self._unschedule()
        self._wake()

    async def aclose(self, seconds: float) -> None:
        """Sends what waits, and lets go of the recorder. Once none took anything for so long, what was not sent is dropped."""
        self._patience = seconds
        try:
            async with asyncio.timeout(seconds) as self._closing:
                while self._messages or self._sent is not None:
                    self._unschedule()
                    self._schedule(at_once=True)
                    self._idle = asyncio.get_running_loop().create_future()
                    await self._idle
        except TimeoutError:
            pass
        finally:
            self._idle = self._closing = None
            self.detach()
            self.dropped += self._messages
            self._full.clear()
            self._filling = Frame()
            self._messages = self._bytes = 0

    def _schedule(self, *, at_once: bool = False) -> None:
        pipe = self._pipe
        if pipe is None or self._sent is not None or not self._messages:
            return
        loop = asyncio.get_running_loop()
        self._hurried = at_once or self._bytes >= BATCH_BYTES
        self._timer = (
            loop.call_soon(self._send, pipe) if self._hurried else loop.call_later(SEND_SECONDS, self._send, pipe)
        )

    def _unschedule(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _send(self, pipe: Pipe) -> None:
        self._timer = None
        if self._exchanges or self._bodies:
            self._filling.add(Dropped(self._exchanges, self._bodies))
            self._messages += 1
            self._exchanges = self._bodies = 0
        if self._full:
            frame = self._full.popleft()
        else:
            frame, self._filling = self._filling, Frame()
        self._sent = frame
        self._messages -= frame.count
        pipe.send(frame.written())

    def _put_back(self, frame: Frame) -> None:
        self._full.appendleft(frame)
        self._messages += frame.count

    def _taken(self) -> None:
        self._settle()
        self._moved = perf_counter()
        if self._closing is not None and not self._closing.expired():
            self._closing.reschedule(asyncio.get_running_loop().time() + self._patience)
        self._schedule(at_once=bool(self._full) or self._idle is not None)
        if not self._messages:
            self._wake()

    def _settle(self) -> None:
        """What was sent is known to whoever writes it down."""
        frame, self._sent = self._sent, None
        if frame is None:
            return
        self._bytes -= frame.bodies
        for number, opened in frame.begun.items():
            self._open[number] = structs.replace(opened, body=None)
        for number in frame.ended:
            self._open.pop(number, None)

    def _wake(self) -> None:
        if self._idle is not None and not self._idle.done():
            self._idle.set_result(None)
