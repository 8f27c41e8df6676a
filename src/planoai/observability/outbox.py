"""What waits to go to the recorder: bounded, sent in batches, kept while there is no recorder to send it to."""

import asyncio
import socket
from collections import deque
from time import perf_counter

from msgspec import structs

from planoai.observability.framing import frame
from planoai.observability.pipe import Pipe
from planoai.observability.record import Closed, Message, Opened

SEND_SECONDS = 0.05  # the longest that a message waits for others to travel with
BATCH_BYTES = 32 * 1024  # of bodies: a batch goes at once, before what it holds has left the caches
MOST_BODIES = 64 * 1024 * 1024  # bytes
MOST_MESSAGES = 100_000
PATIENCE = 30.0  # seconds: a recorder that has MOST_MESSAGES to take and took none for so long counts as none

_BATCH_MESSAGES = 2048
_FRAME_BYTES = 1024 * 1024  # of bodies: a recorder that has fallen behind gets more at a time


class Outbox:
    """Facts are all kept while a recorder is there, bodies while there is room. What is not kept is counted in `dropped`."""

    def __init__(self) -> None:
        self.dropped = 0
        self._queue: deque[Message] = deque()
        self._batch: list[Message] = []  # under way: the recorder has not said that it took them
        self._bytes = 0  # of bodies, in the queue and under way
        self._batch_bytes = 0  # of those, under way
        self._open: dict[int, Opened] = {}  # without body, once the recorder took them and until it took the end
        self._pipe: Pipe | None = None
        self._moved = 0.0  # when the recorder last took something
        self._timer: asyncio.Handle | None = None
        self._hurried = False
        self._idle: asyncio.Future[None] | None = None

    @property
    def admits(self) -> bool:
        """Whether the facts of one more exchange are kept."""
        if len(self._queue) < MOST_MESSAGES:
            return True
        return self._pipe is not None and perf_counter() - self._moved <= PATIENCE

    def takes(self, size: int) -> bool:
        """Whether there is room for a body of `size` bytes."""
        return self._bytes + size <= MOST_BODIES and len(self._queue) < MOST_MESSAGES

    def add(self, message: Message, size: int = 0) -> None:
        """`size`: bytes of the body in it."""
        self._queue.append(message)
        self._bytes += size
        if self._timer is None:
            self._schedule()
        elif self._bytes >= BATCH_BYTES and not self._hurried:
            self._timer.cancel()
            self._schedule()

    def attach(self, sock: socket.socket) -> None:
        """From now on `sock` leads to the recorder. It has not heard of what runs, and is told."""
        self.detach()
        self._moved = perf_counter()
        self._queue.extendleft(reversed(self._open.values()))
        self._open = {}
        self._pipe = Pipe(sock, asyncio.get_running_loop(), taken=self._taken, lost=self.detach)
        self._schedule()

    def detach(self) -> None:
        """There is no recorder. What it did not say that it took waits for the next."""
        pipe, self._pipe = self._pipe, None
        if pipe is not None and pipe.close():
            self._settle()
        self._queue.extendleft(reversed(self._batch))
        self._batch = []
        self._unschedule()
        self._wake()

    async def aclose(self, seconds: float) -> None:
        """Sends what waits, for so long at most, and lets go of the recorder. What was not sent is dropped."""
        try:
            async with asyncio.timeout(seconds):
                while self._queue or self._batch:
                    self._unschedule()
                    self._schedule(at_once=True)
                    self._idle = asyncio.get_running_loop().create_future()
                    await self._idle
        except TimeoutError:
            pass
        finally:
            self._idle = None
            self.detach()
            self.dropped += len(self._queue)
            self._queue.clear()
            self._bytes = 0

    def _schedule(self, *, at_once: bool = False) -> None:
        pipe = self._pipe
        if pipe is None or self._batch or not self._queue:
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
        queue = self._queue
        if len(queue) <= _BATCH_MESSAGES and self._bytes < _FRAME_BYTES:  # nearly always
            self._batch, self._batch_bytes = list(queue), self._bytes
            queue.clear()
        else:
            self._batch, self._batch_bytes = _filling(queue)
        pipe.send(frame(self._batch))

    def _taken(self) -> None:
        self._settle()
        self._moved = perf_counter()
        self._schedule(at_once=len(self._queue) >= _BATCH_MESSAGES or self._idle is not None)
        if not self._queue:
            self._wake()

    def _settle(self) -> None:
        """What was under way is known to whoever writes it down."""
        self._bytes -= self._batch_bytes
        ended = {message.id for message in self._batch if type(message) is Closed}
        for message in self._batch:
            if type(message) is Opened and message.id not in ended:  # most begin and end in one batch
                self._open[message.id] = structs.replace(message, body=None)
        for number in ended:
            self._open.pop(number, None)
        self._batch, self._batch_bytes = [], 0

    def _wake(self) -> None:
        if self._idle is not None and not self._idle.done():
            self._idle.set_result(None)


def _filling(queue: deque[Message]) -> tuple[list[Message], int]:
    """What fills a batch, taken out of `queue`, and the bytes of its bodies."""
    batch: list[Message] = []
    size = 0
    while queue and len(batch) < _BATCH_MESSAGES and size < _FRAME_BYTES:
        message = queue.popleft()
        size += _body_size(message)
        batch.append(message)
    return batch, size


def _body_size(message: Message) -> int:
    if isinstance(message, Closed):
        return 0
    body = message.body if isinstance(message, Opened) else message.data
    return 0 if body is None else len(body)
