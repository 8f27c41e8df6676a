"""The worker's half of the way to the recorder: the walk says what happens, and goes on. Nothing here waits or raises."""

import socket
from itertools import count
from time import perf_counter, time

from msgspec import structs

from planoai.errors import Trouble
from planoai.net.headers import Headers
from planoai.net.request import Request
from planoai.observability.outbox import Outbox
from planoai.observability.record import KEPT_HEADERS, Attempt, Closed, Opened, Outcome, Piece

PIECE_BYTES = 32 * 1024  # of one stream, gathered before they are shipped
PIECE_SECONDS = 1.0  # bytes that come so long after the last ones were shipped are shipped with what was gathered

FLUSH_SECONDS = 5.0
_LONGEST = 256  # characters or bytes of what a client chose: a fact is small
_KEPT = frozenset(KEPT_HEADERS)
_MOST_KEPT = 8  # a name may come several times


class Recording:
    """One exchange, as it happens. `began` is of the performance counter; the times in Closed and Attempt count from it.

    `close` is called exactly once, whatever happened; what comes before, in the order of the methods and as far as it comes to it.
    """

    __slots__ = (
        "_answer",
        "_at",
        "_attempts",
        "_begun",
        "_content",
        "_held",
        "_id",
        "_kept",
        "_opened",
        "_outbox",
        "_request",
        "_request_id",
        "_shipped",
        "_size",
        "began",
    )

    def __init__(self, outbox: Outbox, number: int, request: Request, request_id: str) -> None:
        self.began = self._shipped = perf_counter()
        self._at = time()
        self._outbox = outbox
        self._id = number
        self._request_id = request_id
        self._request: Request | None = request  # until it is told: its body may be large
        self._kept = True  # what follows is shipped
        self._answer = True  # and so are the bytes of the answer
        self._begun = False  # some of them have been
        self._attempts: list[Attempt] = []
        self._content = b""
        self._held: list[bytes] = []
        self._size = 0

    def asks(self, dialect: str, model: str, body: bytes, *, stream: bool) -> None:
        """The call is understood: this is what is asked for."""
        if self._request is not None:
            self._open(self._request, dialect, model[:_LONGEST], body, stream=stream)

    def tried(self, attempt: Attempt) -> None:
        self._attempts.append(attempt)

    def broke(self, trouble: Trouble) -> None:
        """The upstream of the attempt told last died in the middle of its answer."""
        if self._attempts:
            self._attempts[-1] = structs.replace(self._attempts[-1], trouble=trouble)

    def answered(self, content: bytes) -> None:
        """The attempt told last brought the answer that the client gets. `content`: its content-type."""
        self._content = content[:_LONGEST]

    def piece(self, data: bytes) -> None:
        """Bytes of that answer, as they come; a whole answer at once."""
        self._held.append(data)
        self._size += len(data)
        # The first ones do not wait: who asked whom is known from then on, whatever becomes of this process.
        if not self._begun or self._size >= PIECE_BYTES or perf_counter() - self._shipped >= PIECE_SECONDS:
            self._ship()

    def close(
        self, status: int, outcome: Outcome, bytes_in: int, bytes_out: int, first: float, *, streamed: bool = False
    ) -> None:
        """`first`: seconds since `began`, 0 where nothing went to the client."""
        ended = perf_counter() - self.began
        if self._held:
            self._ship()
        if self._request is not None:
            self._open(self._request, "", "", None, stream=False)
        if self._kept:
            attempts = tuple(self._attempts)
            self._outbox.add(
                Closed(self._id, status, outcome, bytes_in, bytes_out, first, ended, attempts, self._content, streamed)
            )

    def _open(self, request: Request, dialect: str, model: str, body: bytes | None, *, stream: bool) -> None:
        self._request = None
        outbox = self._outbox
        if not outbox.admits:
            outbox.dropped += 1
            self._kept = self._answer = False
            return
        size = 0
        if body is not None:
            if outbox.takes(len(body)):
                size = len(body)
            else:
                outbox.dropped += 1
                body = None
        outbox.add(
            Opened(
                self._id,
                self._at,
                self._request_id[:_LONGEST].encode(),
                request.method,
                request.path[:_LONGEST],
                request.version,
                request.peer,
                _kept(request.headers),
                dialect,
                model,
                stream,
                body,
            ),
            size,
        )

    def _ship(self) -> None:
        held, size = self._held, self._size
        self._held, self._size, self._shipped = [], 0, perf_counter()
        if not self._answer:
            return
        data: bytes | None = held[0] if len(held) == 1 else b"".join(held)
        if not self._outbox.takes(size):
            self._outbox.dropped += 1
            self._answer = False  # what comes after a hole can not be read
            data, size = None, 0
        if self._begun:
            piece = Piece(self._id, data)
        else:
            self._begun = True
            piece = Piece(self._id, data, self._content, self._attempts[-1] if self._attempts else None)
        self._outbox.add(piece, size)


class _Unrecorded(Recording):
    """What nobody will ask for."""

    __slots__ = ()

    def __init__(self) -> None:
        self.began = perf_counter()

    def asks(self, dialect: str, model: str, body: bytes, *, stream: bool) -> None:
        pass

    def tried(self, attempt: Attempt) -> None:
        pass

    def broke(self, trouble: Trouble) -> None:
        pass

    def answered(self, content: bytes) -> None:
        pass

    def piece(self, data: bytes) -> None:
        pass

    def close(
        self, status: int, outcome: Outcome, bytes_in: int, bytes_out: int, first: float, *, streamed: bool = False
    ) -> None:
        pass


class Feed:
    """`enabled=False` keeps nothing: no recorder will ever come.

    Until one is attached, and again when it is lost, facts and bodies wait in a bounded queue.
    """

    def __init__(self, *, enabled: bool = True) -> None:
        self._enabled = enabled
        self._outbox = Outbox()
        self._numbers = count(1)

    def open(self, request: Request, request_id: str) -> Recording:
        """Once for each request, whatever it is."""
        if not self._enabled:
            return _Unrecorded()
        return Recording(self._outbox, next(self._numbers), request, request_id)

    def refused(self, target: str, request_id: bytes, peer: str, status: int) -> None:
        """What the server answered by itself: of such a request nothing is known but its target, or not even that."""
        if not self._enabled:
            return
        if not self._outbox.admits:
            self._outbox.dropped += 1
            return
        number, path = next(self._numbers), target.partition("?")[0][:_LONGEST]
        self._outbox.add(Opened(number, time(), request_id[:_LONGEST], "-", path or "-", "-", peer, ()))
        self._outbox.add(Closed(number, status, "failed", 0, 0, 0.0, 0.0))

    @property
    def dropped(self) -> int:
        """Bodies, answers from somewhere in them on, and whole exchanges that no recorder will hear of."""
        return self._outbox.dropped

    def attach(self, sock: socket.socket) -> None:
        """`sock`, a connected stream socket, leads to a recorder; it replaces the one before. Only inside a running loop."""
        self._outbox.attach(sock)

    def detach(self) -> None:
        self._outbox.detach()

    async def aclose(self) -> None:
        """Sends what waits, to the next recorder if there is none now, and lets go. What that takes more than FLUSH_SECONDS for is `dropped`."""
        await self._outbox.aclose(FLUSH_SECONDS)


def _kept(headers: Headers) -> tuple[tuple[bytes, bytes], ...]:
    return tuple([(name, value[:_LONGEST]) for name, value in headers.pairs if name in _KEPT][:_MOST_KEPT])
