"""The worker's half of the way to the recorder: the walk says what happens, and goes on. Nothing here waits or raises."""

import re
import socket
from collections.abc import Callable
from itertools import count
from random import getrandbits
from time import perf_counter, time
from typing import Protocol

from msgspec import structs

from planoai.config.schema import Config
from planoai.errors import Trouble
from planoai.names import TRACEPARENT, TRACESTATE
from planoai.net.headers import Headers
from planoai.net.request import Request
from planoai.observability.keeping import Keeping, keeping_of
from planoai.observability.outbox import Outbox
from planoai.observability.record import Attempt, Closed, Handler, Message, Opened, Outcome, Piece
from planoai.observability.trace import DRAWN_BITS, Trace, begun, traceparent

PIECE_BYTES = 32 * 1024  # of one stream, gathered before they are shipped
PIECE_SECONDS = 1.0  # bytes that come so long after the last ones were shipped are shipped with what was gathered

FLUSH_SECONDS = 5.0
_LONGEST = 256  # characters or bytes of what a client chose: a fact is small
_USER = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)?[^/@]*@")  # of a target that names a host, and who asks there


class Way(Protocol):
    """Where messages go; see Outbox."""

    @property
    def admits(self) -> bool: ...

    def takes(self, size: int, /) -> bool: ...

    def add(self, message: Message, size: int = 0, /) -> None: ...

    def drop_exchange(self) -> None: ...

    def drop_body(self) -> None: ...


class Recording:
    """One exchange, as it happens. `began` is of the performance counter; the times in Opened, Closed and Attempt count from it.

    `close` is called exactly once, whatever happened; what comes before, in the order of the methods and as far as it comes to it. `handler` is set
    before `asks`.
    """

    __slots__ = (
        "_answer",
        "_at",
        "_attempts",
        "_begun",
        "_content",
        "_held",
        "_id",
        "_keeping",
        "_kept",
        "_outbox",
        "_request",
        "_request_id",
        "_shipped",
        "_size",
        "began",
        "handler",
        "trace",
        "tries",
    )

    def __init__(
        self, outbox: Way, number: int, request: Request, request_id: str, trace: Trace, keeping: Keeping
    ) -> None:
        self.began = self._shipped = perf_counter()
        self.handler: Handler = "not_found"
        self.trace = trace
        self.tries = 0  # of upstreams, that one included which is under way
        self._at = time()
        self._outbox = outbox
        self._keeping = keeping
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

    def asks(self, dialect: str, model: str, body: bytes, *, stream: bool, received: float) -> None:
        """The call is understood: this is what is asked for. `received`: when its body was here, by the performance counter."""
        if self._request is not None:
            self._open(self._request, dialect, model[:_LONGEST], body, stream=stream, ready=received - self.began)

    def trying(self, headers: Headers) -> list[tuple[bytes, bytes]]:
        """An upstream is asked: the headers by which it knows whose request it is a part of. `headers`: the client's."""
        self.tries += 1
        trace = self.trace
        if not trace.told:
            return []
        told = [(TRACEPARENT, traceparent(trace, self.tries))]
        if trace.parent:  # its state belongs to it
            told += [(TRACESTATE, value) for value in headers.all(TRACESTATE)]
        return told

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
        self,
        status: int,
        outcome: Outcome,
        bytes_in: int,
        bytes_out: int,
        first: float,
        *,
        streamed: bool = False,
        error: str = "",
        told: str = "",
    ) -> None:
        """`first`: seconds since `began`, 0 where nothing went to the client. `error`, `told`: see Closed."""
        ended = perf_counter() - self.began
        if self._held:
            self._ship()
        if self._request is not None:
            self._open(self._request, "", "", None, stream=False, ready=0.0)
        if self._kept:
            self._outbox.add(
                Closed(
                    self._id,
                    status,
                    outcome,
                    bytes_in,
                    bytes_out,
                    first,
                    ended,
                    tuple(self._attempts),
                    self._content,
                    streamed,
                    error[:_LONGEST],
                    told[:_LONGEST],
                )
            )

    def _open(
        self, request: Request, dialect: str, model: str, body: bytes | None, *, stream: bool, ready: float
    ) -> None:
        self._request = None
        outbox = self._outbox
        if not outbox.admits:
            outbox.drop_exchange()
            self._kept = self._answer = False
            return
        size = 0
        if body is not None:
            if outbox.takes(len(body)):
                size = len(body)
            else:
                outbox.drop_body()
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
                self._keeping.kept(request.headers),
                dialect,
                model,
                stream,
                body,
                self.handler,
                self.trace,
                ready,
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
            self._outbox.drop_body()
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

    def __init__(self, trace: Trace) -> None:
        self.began = perf_counter()
        self.handler = "not_found"
        self.trace = trace
        self.tries = 0

    def asks(self, dialect: str, model: str, body: bytes, *, stream: bool, received: float) -> None:
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
        self,
        status: int,
        outcome: Outcome,
        bytes_in: int,
        bytes_out: int,
        first: float,
        *,
        streamed: bool = False,
        error: str = "",
        told: str = "",
    ) -> None:
        pass


class Direct:
    """Hands each message over at once, to who is in this process. Nothing is dropped."""

    admits = True

    def __init__(self, take: Callable[[Message], None]) -> None:
        self._take = take

    def takes(self, _size: int) -> bool:
        return True

    def add(self, message: Message, _size: int = 0) -> None:
        self._take(message)

    def drop_exchange(self) -> None: ...

    def drop_body(self) -> None: ...


def feed_of(config: Config, take: Callable[[Message], None] | None = None) -> "Feed":
    """`take`: see Feed."""
    share = config.tracing.random_sampling / 100
    return Feed(keeping_of(config), share or None, take=take)


class Feed:
    """`enabled=False` keeps nothing: no recorder will ever come. `take`: who takes messages in this process; then none comes either.

    Until a recorder is attached, and again when it is lost, facts and bodies wait in a bounded queue. `share`: see `trace.begun`.
    """

    def __init__(
        self,
        keeping: Keeping | None = None,
        share: float | None = None,
        *,
        enabled: bool = True,
        take: Callable[[Message], None] | None = None,
    ) -> None:
        self._enabled = enabled
        self._keeping = keeping or Keeping()
        self._share = share
        self._outbox = Outbox()
        self._way: Way = self._outbox if take is None else Direct(take)
        self._numbers = count(1)

    def open(self, request: Request, request_id: str) -> Recording:
        """Once for each request, whatever it is."""
        trace = self._trace(request.headers.get(TRACEPARENT))
        if not self._enabled:
            return _Unrecorded(trace)
        return Recording(self._way, next(self._numbers), request, request_id, trace, self._keeping)

    def refused(self, target: str, request_id: bytes, peer: str, status: int, code: str = "", told: str = "") -> None:
        """What the server answered by itself: of such a request nothing is known but its target, or not even that."""
        if not self._enabled:
            return
        if not self._way.admits:
            self._way.drop_exchange()
            return
        number, path = next(self._numbers), _USER.sub(r"\1", target.partition("?")[0], count=1)[:_LONGEST]
        who = (number, time(), request_id[:_LONGEST], "-", path or "-", "-", peer, ())
        self._way.add(Opened(*who, trace=self._trace(None)))
        self._way.add(Closed(number, status, "failed", 0, 0, 0.0, 0.0, error=code[:_LONGEST], told=told[:_LONGEST]))

    def _trace(self, told: bytes | None) -> Trace:
        return begun(told, getrandbits(DRAWN_BITS), self._share)

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
        """Sends what waits, to the next recorder if there is none now, and lets go. Once none took anything for FLUSH_SECONDS, the rest is `dropped`."""
        await self._outbox.aclose(FLUSH_SECONDS)
