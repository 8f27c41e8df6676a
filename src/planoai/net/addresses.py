"""Addresses -> a connected socket, whichever answers first (RFC 8305)."""

import asyncio
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from itertools import chain, zip_longest

# Seconds until the next address gets its try while the one before says nothing (RFC 8305, section 5).
HEAD_START = 0.25

# A family (AF_INET, AF_INET6) and what `socket.connect` takes in it.
Address = tuple[int, tuple[str, int] | tuple[str, int, int, int]]
Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]

# Between upstreams and us stand boxes that forget a connection nothing passed over for some minutes, which is how long a model can think.
_KEEP_ALIVE = (("TCP_KEEPIDLE", 60), ("TCP_KEEPALIVE", 60), ("TCP_KEEPINTVL", 15))  # seconds; the second is macOS's
_OPTIONS = (
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    *((socket.IPPROTO_TCP, getattr(socket, name), value) for name, value in _KEEP_ALIVE if hasattr(socket, name)),
)


class NoConnection(OSError):
    """None of several addresses could be connected to; `causes` says why, family by family."""

    def __init__(self, causes: Sequence[tuple[int, OSError]]) -> None:
        super().__init__("no address could be connected to")
        self.causes = causes


async def connected(addresses: Sequence[Address]) -> socket.socket:
    """A non-blocking socket, connected to one of `addresses`. Raises OSError."""
    if len(addresses) == 1:
        return await _connect(addresses[0])
    waiting = deque(interleaved(addresses))
    running: dict[asyncio.Task[socket.socket], int] = {}
    causes: list[tuple[int, OSError]] = []
    try:
        while waiting or running:
            if waiting:
                address = waiting.popleft()
                running[asyncio.create_task(_connect(address))] = address[0]
            await asyncio.wait(running, timeout=HEAD_START if waiting else None, return_when=asyncio.FIRST_COMPLETED)
            for task in [each for each in running if each.done()]:
                family = running.pop(task)
                try:
                    return task.result()
                except OSError as error:
                    causes.append((family, error))
        raise NoConnection(causes)
    finally:
        await _dropped(running)


def interleaved(addresses: Sequence[Address]) -> list[Address]:
    """The families take turns, beginning with that of the first address (RFC 8305, section 4)."""
    first = [address for address in addresses if address[0] == addresses[0][0]]
    others = [address for address in addresses if address[0] != addresses[0][0]]
    return [address for address in chain.from_iterable(zip_longest(first, others)) if address is not None]


async def _connect(address: Address) -> socket.socket:
    family, place = address
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setblocking(False)
        for level, option, value in _OPTIONS:
            opened.setsockopt(level, option, value)
        await asyncio.get_running_loop().sock_connect(opened, place)
    except BaseException:
        opened.close()
        raise
    return opened


async def _dropped(tasks: dict[asyncio.Task[socket.socket], int]) -> None:
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, socket.socket):  # it came second
            outcome.close()
