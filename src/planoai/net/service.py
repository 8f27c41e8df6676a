"""What all connections of one server share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from planoai.net.limits import Limits
from planoai.net.reply import Reply
from planoai.net.request import Request

if TYPE_CHECKING:
    from planoai.net.connection import Connection

Handler = Callable[[Request, Reply], Awaitable[None]]


class Service:
    """`idle_seconds` is what a connection gets to begin its next request."""

    __slots__ = ("changed", "connections", "draining", "handler", "idle_seconds", "leaving", "limits", "loop")

    def __init__(self, handler: Handler, limits: Limits, loop: asyncio.AbstractEventLoop) -> None:
        self.handler = handler
        self.limits = limits
        self.loop = loop
        self.draining = False  # every answer says `connection: close`
        self.idle_seconds = limits.keep_alive_seconds
        self.connections: set[Connection] = set()
        self.leaving: set[asyncio.Task[None]] = set()  # tasks of connections that are gone, not done yet
        self.changed = asyncio.Event()  # a connection or a task has gone

    def leave(self, task: asyncio.Task[None]) -> None:
        """`task` has lost its connection; the server still waits for it."""
        self.leaving.add(task)
        task.add_done_callback(self._left)

    def _left(self, task: asyncio.Task[None]) -> None:
        self.leaving.discard(task)
        self.changed.set()
