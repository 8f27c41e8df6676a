"""What all connections of one server share."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from planoai.net.limits import Limits
from planoai.net.refusal import Pairs, Refusal, Refuse, Refused, refuse_in_json
from planoai.net.reply import Reply
from planoai.net.request import Request
from planoai.net.share import Share

if TYPE_CHECKING:
    from planoai.net.connection import Connection

logger = logging.getLogger("planoai.net")

Arrival = asyncio.Task[tuple[asyncio.Transport, asyncio.BaseProtocol]]
STOPPED = "the server stopped"  # why a handler is cancelled whose client has not left

Handler = Callable[[Request, Reply], Awaitable[None]]


class Service:
    """`idle_seconds` is what a connection gets to begin its next request. `share` counts connections for other processes to see."""

    __slots__ = (
        "arriving",
        "changed",
        "connections",
        "draining",
        "handler",
        "idle_seconds",
        "leaving",
        "limits",
        "loop",
        "refuse",
        "share",
        "told",
    )

    def __init__(
        self,
        handler: Handler,
        limits: Limits,
        loop: asyncio.AbstractEventLoop,
        refuse: Refuse,
        share: Share | None = None,
        told: Refused | None = None,
    ) -> None:
        self.share = share
        self.told = told
        self.handler = handler
        self.refuse = refuse
        self.limits = limits
        self.loop = loop
        self.draining = False  # every answer says `connection: close`
        self.idle_seconds = limits.keep_alive_seconds
        self.arriving: dict[Arrival, Connection] = {}  # accepted, not yet with their protocol
        self.connections: set[Connection] = set()
        self.leaving: set[asyncio.Task[None]] = set()  # tasks of connections that are gone, not done yet
        self.changed = asyncio.Event()  # a connection or a task has gone

    def refused(self, refusal: Refusal) -> tuple[Pairs, bytes]:
        """Header fields and body of `refusal`. It is told in any case: in our words where `refuse` fails."""
        try:
            headers, body = self.refuse(refusal.target, refusal)
            refusal.answer(headers, body)
        except Exception:
            logger.exception("a refusal could not be written in the words of its client")
            return refuse_in_json(refusal.target, refusal)
        return headers, body

    def answer(self, refusal: Refusal, peer: str) -> bytes:
        """The bytes that tell `refusal` where no handler ever saw the request, of which whoever wants to know hears here."""
        headers, body = self.refused(refusal)
        if self.told is not None:
            try:
                self.told(refusal.target, refusal, peer, headers)
            except Exception:
                logger.exception("who wants to know of refusals failed to take one")
        return refusal.answer(headers, body)

    def opened(self) -> None:
        if self.share is not None:
            self.share.opened()

    def closed(self) -> None:
        if self.share is not None:
            self.share.closed()

    def arrive(self, task: Arrival, connection: Connection) -> None:
        """`task` brings a connection to its protocol. A client that fails in the handshake is not worth a log line."""
        self.arriving[task] = connection
        task.add_done_callback(self._arrived)

    def leave(self, task: asyncio.Task[None]) -> None:
        """`task` has lost its connection; the server still waits for it."""
        self.leaving.add(task)
        task.add_done_callback(self._left)

    def _arrived(self, task: Arrival) -> None:
        if not self.arriving.pop(task).made:
            self.closed()
        self.changed.set()
        if not task.cancelled() and not isinstance(error := task.exception(), OSError | None):
            logger.error("a connection was accepted and lost", exc_info=error)  # an ssl.SSLError is an OSError too

    def _left(self, task: asyncio.Task[None]) -> None:
        self.leaving.discard(task)
        self.changed.set()
