"""Host names -> addresses. The system is asked in threads, for it may take half a minute to say that it does not know."""

import asyncio
import socket
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress

from planoai.net.addresses import Address

_THREADS = 16  # lookups at a time; an event loop's own threads are four or so, which as many dead names would hold


class Lookups:
    """Asks once for all who want the same name at the same time. For the one event loop that it is called on.

    Nothing has to be closed: a thread ends with its lookup, and neither the loop nor the process waits for one that hangs.
    """

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Future[Sequence[Address]]] = {}  # and those that wait for a thread
        self._waiting: deque[str] = deque()
        self._threads = 0

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        """In the order of the system (RFC 6724). Raises OSError, and UnicodeError for what IDNA cannot encode.

        Who stops waiting takes nothing from the others: the lookup goes on.
        """
        try:
            found = _ask(host, socket.AI_NUMERICHOST)  # asks nobody
        except socket.gaierror:
            found = await asyncio.shield(self._running.get(host) or self._begin(host))
        return [_with_port(address, port) for address in found]

    def _begin(self, host: str) -> asyncio.Future[Sequence[Address]]:
        self._running[host] = answer = asyncio.get_running_loop().create_future()
        self._waiting.append(host)
        self._go_on()
        return answer

    def _go_on(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting and self._threads < _THREADS:
            host = self._waiting.popleft()
            self._threads += 1
            # A daemon: a pool of concurrent.futures would have the process wait for it at its end.
            threading.Thread(target=self._look_up, args=(host, loop), name=f"lookup of {host}", daemon=True).start()

    def _look_up(self, host: str, loop: asyncio.AbstractEventLoop) -> None:
        """Runs in a thread of its own."""
        outcome: Sequence[Address] | OSError | UnicodeError
        try:
            outcome = _ask(host, 0)
        except (OSError, UnicodeError) as error:
            outcome = error
        with suppress(RuntimeError):  # the loop has been closed
            loop.call_soon_threadsafe(self._answered, host, outcome)

    def _answered(self, host: str, outcome: Sequence[Address] | OSError | UnicodeError) -> None:
        self._threads -= 1
        self._go_on()
        answer = self._running.pop(host)
        if isinstance(outcome, Exception):
            answer.set_exception(outcome)
        else:
            answer.set_result(outcome)


def _ask(host: str, flags: int) -> Sequence[Address]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=flags)
    return [(family, place) for family, _, _, _, place in found if not isinstance(place[0], int)]


def _with_port(address: Address, port: int) -> Address:
    family, place = address
    return family, ((place[0], port) if len(place) == 2 else (place[0], port, place[2], place[3]))
