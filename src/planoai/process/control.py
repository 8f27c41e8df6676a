"""The channel between the supervisor and one of its children: messages over a Unix socket, with file descriptors beside them.

A message is its length (4 bytes), the number of descriptors that belong to it (1 byte), and msgpack. The descriptors travel as SCM_RIGHTS (unix(7)) with
the first byte of their message, so they are there, and in order, when its last byte is. Works on asyncio's own loop and on uvloop.
"""

import asyncio
import os
import socket
import struct
from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Generic, NamedTuple, Self, TypeVar

import msgspec

from planoai.process.orders import FromChild, ToRecorder, ToWorker

MOST_DESCRIPTORS = 250  # with one message; the kernel takes 253 (SCM_MAX_FD)

_HEAD = struct.Struct("!IB")
_READ_BYTES = 64 * 1024
_MOST_BYTES = 256 * 1024 * 1024  # of one message: many times the largest config

Reads = TypeVar("Reads")
_encode = msgspec.msgpack.Encoder().encode


class Received(NamedTuple, Generic[Reads]):
    """`descriptors` belong to whoever receives the message, and are not inherited by children."""

    message: Reads
    descriptors: list[int]


class Channel(Generic[Reads]):
    """One end, made inside a running loop; owns `sock`. Messages that can not be decoded, or break off, end it like the other side's going."""

    def __init__(self, sock: socket.socket, decoder: "msgspec.msgpack.Decoder[Reads]") -> None:
        sock.setblocking(False)
        self._sock = sock
        self._decoder = decoder
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(sock, self._readable)
        self._came = asyncio.Event()
        self._received: deque[Received[Reads]] = deque()
        self._bytes = bytearray()
        self._descriptors: deque[int] = deque()
        self._unsent: deque[tuple[memoryview, list[int]]] = deque()
        self._ended = False  # nothing more comes

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def receive(self) -> Received[Reads] | None:
        """The next message, or None once the other side is gone. One caller at a time."""
        while not self._received:
            if self._ended:
                return None
            self._came.clear()
            await self._came.wait()
        return self._received.popleft()

    def send(self, message: msgspec.Struct, descriptors: Sequence[int] = ()) -> None:
        """Never waits: what the socket does not take now is sent later. The caller keeps its descriptors and may close them at once.

        A message to one that is gone is dropped; `receive` tells of its going.
        """
        if len(descriptors) > MOST_DESCRIPTORS:
            raise ValueError(f"a message takes {MOST_DESCRIPTORS} descriptors, not {len(descriptors)}")
        if self._sock.fileno() < 0:
            return
        data = _encode(message)
        frame = memoryview(_HEAD.pack(len(data), len(descriptors)) + data)
        self._unsent.append((frame, [os.dup(each) for each in descriptors]))
        if len(self._unsent) == 1:
            self._flush()

    def close(self) -> None:
        """What could not be sent is dropped; what was not received is closed."""
        if self._sock.fileno() < 0:
            return
        self._end()
        self._drop_unsent()
        self._sock.close()
        for received in self._received:
            _close(received.descriptors)
        self._received.clear()

    def _flush(self) -> None:
        try:
            while self._unsent:
                frame, descriptors = self._unsent[0]
                sent = socket.send_fds(self._sock, [frame], descriptors) if descriptors else self._sock.send(frame)
                _close(descriptors)
                self._unsent[0] = (frame[sent:], [])
                if sent == len(frame):
                    self._unsent.popleft()
        except BlockingIOError:
            self._loop.add_writer(self._sock, self._flush)
            return
        except OSError:  # it is gone, and the reading side learns of it too
            self._drop_unsent()
        self._loop.remove_writer(self._sock)

    def _drop_unsent(self) -> None:
        self._loop.remove_writer(self._sock)
        for _, descriptors in self._unsent:
            _close(descriptors)
        self._unsent.clear()

    def _readable(self) -> None:
        try:
            data, descriptors, _, _ = socket.recv_fds(self._sock, _READ_BYTES, MOST_DESCRIPTORS)
        except BlockingIOError:
            return
        except OSError:  # reset: the other end died with bytes of ours unread
            data, descriptors = b"", []
        for each in descriptors:
            os.set_inheritable(each, False)  # recvmsg of Python does not ask for close-on-exec
        self._descriptors.extend(descriptors)
        self._bytes += data
        if not data or not self._parse():
            self._end()
        self._came.set()

    def _parse(self) -> bool:
        """Whether what came can be read."""
        while len(self._bytes) >= _HEAD.size:
            length, count = _HEAD.unpack_from(self._bytes)
            end = _HEAD.size + length
            if length > _MOST_BYTES:
                return False
            if len(self._bytes) < end:
                return True
            try:
                message = self._decoder.decode(self._bytes[_HEAD.size : end])
            except msgspec.DecodeError:
                return False
            if len(self._descriptors) < count:  # this process may not have more of them
                return False
            del self._bytes[:end]
            self._received.append(Received(message, [self._descriptors.popleft() for _ in range(count)]))
        return True

    def _end(self) -> None:
        self._ended = True
        self._loop.remove_reader(self._sock)
        _close(self._descriptors)
        self._descriptors.clear()
        self._came.set()


def of_supervisor(sock: socket.socket) -> Channel[FromChild]:
    """The supervisor's end of the channel to any child."""
    return Channel(sock, msgspec.msgpack.Decoder(FromChild))


def of_worker(descriptor: int) -> Channel[ToWorker]:
    """A worker's end; `descriptor` is the number it was started with."""
    return Channel(inherited(descriptor), msgspec.msgpack.Decoder(ToWorker))


def of_recorder(descriptor: int) -> Channel[ToRecorder]:
    return Channel(inherited(descriptor), msgspec.msgpack.Decoder(ToRecorder))


def inherited(descriptor: int) -> socket.socket:
    """The socket whose number a process was started with; its own children will not have it."""
    os.set_inheritable(descriptor, False)
    return socket.socket(fileno=descriptor)


def _close(descriptors: Sequence[int]) -> None:
    for each in descriptors:
        os.close(each)
