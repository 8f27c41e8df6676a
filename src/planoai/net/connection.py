"""One connection of a client: requests to the handler one after another (RFC 9112, 9.3.2), answers out, and every way in which it can end.

A request whose head is complete starts a task of its own, or waits in the queue while another one runs. The task belongs to the connection:
losing the connection before the answer is complete cancels it.
"""

import asyncio
import logging
from collections import deque
from typing import cast

from planoai.errors import BadRequest, ClientError, RequestTimeout
from planoai.net.deadline import Deadline
from planoai.net.ending import Closing, reset_when_closed
from planoai.net.reading import RequestReader
from planoai.net.refusal import Refusal
from planoai.net.reply import Reply
from planoai.net.request import Request
from planoai.net.service import STOPPED, Service
from planoai.net.wait import Wait

logger = logging.getLogger("planoai.net")

_AHEAD = 256 * 1024  # bytes of a body that are read before anybody asks for them
# Bytes that are read while a request waits: behind what is not read, nobody sees that the client has left.
_QUEUED = 64 * 1024
# The rest of an unread body that is read and dropped to keep the connection; above it, closing is cheaper.
_DRAINED = 64 * 1024
# Bytes in one read: more wait, and libuv would read on up to 32 times before anybody else has a turn.
_MUCH = 128 * 1024


class Connection(asyncio.BaseProtocol):
    """What has no underscore is for the transport, the reader, the reply and the server."""

    __slots__ = (
        "_body_before",
        "_closing",
        "_current",
        "_deadline",
        "_gone",
        "_held_back",
        "_paused",
        "_queue",
        "_queued",
        "_reader",
        "_reply",
        "_service",
        "_tls",
        "_transport",
        "_wait",
        "_writable",
        "congested",
        "made",
        "task",
    )

    def __init__(self, service: Service) -> None:
        self._service = service
        self._deadline = Deadline(service.loop, self._expired)
        self._wait = Wait.NOTHING
        self._current: Request | None = None  # its task runs, or the rest of its body is being dropped
        self._reply: Reply | None = None
        self._queue: deque[Request | Refusal] = deque()
        self._paused = False
        self._queued = 0  # bytes that came while a request waited
        self._body_before = 0  # what had come of the body when its pace was last looked at
        self._closing: Closing | None = None
        self._gone = False
        self._held_back = False  # the next request waits until the client has read the answers before it
        self._writable: asyncio.Future[None] | None = None
        self.congested = False
        self.made = False  # the service counts it; from here on `connection_lost` is sure to come
        self.task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        limits = self._service.limits
        self._tls = transport.get_extra_info("sslcontext") is not None
        self._transport.set_write_buffer_limits(high=limits.write_high_water)
        self._reader = RequestReader(self, limits, _peer(transport))
        self._service.connections.add(self)
        self.made = True
        self._expect(Wait.REQUEST, limits.head_seconds)
        if self._service.draining:  # accepted in the last moment
            self.drain()

    def data_received(self, data: bytes) -> None:
        if self._closing is not None:
            self._closing.drop(len(data))
            return
        reader = self._reader
        reader.feed(data)
        if self._queue:
            self._queued += len(data)
            if self._queued > _QUEUED:
                self._pause()
        if len(data) >= _MUCH and not self._paused:
            self._transport.pause_reading()
            self._service.loop.call_soon(self._read_on)
        if reader.head_open and self._wait is Wait.REQUEST:
            self._expect(Wait.HEAD, self._service.limits.head_seconds)

    def eof_received(self) -> None:
        """A client that closes its half while we work is taken for one that left, as nginx does; what is written already still goes out."""
        if self.task is not None and self._unanswered():
            self._transport.abort()
            self._cancel()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio gives it
        self._gone = True
        self._held_back = False
        self._deadline.close()
        self._reader.close()
        self._queue.clear()
        self._cancel()
        self.resume_writing()
        self._service.connections.discard(self)
        self._service.closed()
        self._service.changed.set()

    def pause_writing(self) -> None:
        self.congested = True

    def resume_writing(self) -> None:
        self.congested = False
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        if self._held_back:
            self._held_back = False
            self._resume()
            self._next()

    # What the reader reports.

    def request_arrived(self, request: Request) -> None:
        if self._current is None and not self._held_back:
            self._start(request)
        else:
            self._queue.append(request)

    def body_grows(self, request: Request) -> None:
        if request.received > _AHEAD:
            self._pause()

    def request_completed(self, request: Request) -> None:
        if request is not self._current:
            return
        if self._wait is Wait.BODY:
            self._expect_nothing()
        if self.task is None:
            self._next()

    def request_refused(self, refusal: Refusal) -> None:
        if self._current is None and not self._held_back:
            self._transport.write(self._service.answer(refusal, _peer(self._transport)))
            self._close_after_reading()
        else:
            self._queue.append(refusal)

    # What the request and the reply ask for.

    def body_wanted(self, request: Request) -> None:
        if request.expects_continue and request.received == 0 and self._reply is not None and not self._reply.started:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.expects_continue = False
        self._resume()
        self._watch_body(request)

    def keeps(self, request: Request) -> bool:
        if not request.keep_alive or (self._service.draining and not self._next_is_here()):
            return False
        if request.complete:
            return True
        if request.failed or request.expects_continue or request.length is None:
            return False
        return request.length - request.received <= _DRAINED

    def write(self, data: bytes) -> None:
        if not self._gone:
            self._transport.write(data)
            self.congested |= self._transport.is_closing()  # who never waits would never hear of it

    async def uncongested(self) -> None:
        while self.congested:
            if self._wait is Wait.NOTHING:
                self._expect(Wait.READER, self._service.limits.write_stall_seconds)
            self._writable = self._service.loop.create_future()
            try:
                await self._writable
            finally:
                self._writable = None
                if self._wait is Wait.READER:
                    self._expect_nothing()

    def write_soon(self, reply: Reply) -> None:
        self._service.loop.call_soon(reply.flush)

    def cut(self, *, reset: bool) -> None:
        if reset:
            if not self._gone:
                reset_when_closed(self._transport)
            self._transport.abort()
        else:
            self._close()

    # What the server asks for.

    def drain(self) -> None:
        """Answer what has come, with `connection: close`; an idle connection has `Service.idle_seconds` left."""
        if self._wait is Wait.REQUEST:
            if self._service.idle_seconds > 0:
                self._expect(Wait.REQUEST, self._service.idle_seconds)
            else:
                self._close()

    def kill(self) -> None:
        self._transport.abort()
        self._cancel(STOPPED)

    # One request after another.

    def _start(self, request: Request) -> None:
        self._current = request
        self._reply = reply = Reply(self, request)
        self._expect_nothing()
        self.task = self._service.loop.create_task(self._run(request, reply))

    async def _run(self, request: Request, reply: Reply) -> None:
        try:
            await self._service.handler(request, reply)
        except asyncio.CancelledError:
            if not self._gone:
                reply.abort()
                self._transport.abort()
            raise
        except Exception as error:  # noqa: BLE001 - the last place that can answer; nothing is lost, it is logged
            self._failed(error, request, reply)
        else:
            if not reply.ended:
                logger.error("the handler of %s %s left its answer unfinished", request.method, request.path)
                self._give_up(Refusal(500, "internal_error", "The server did not answer."), request, reply)
        self.task = None
        if not self._gone:
            self._finished(request, reply)

    def _failed(self, error: Exception, request: Request, reply: Reply) -> None:
        if isinstance(error, ClientError):
            self._give_up(Refusal.of(error), request, reply)
            return
        logger.error("the handler of %s %s failed", request.method, request.path, exc_info=error)
        self._give_up(Refusal(500, "internal_error", "The server failed to handle the request."), request, reply)

    def _give_up(self, refusal: Refusal, request: Request, reply: Reply) -> None:
        if reply.started:
            reply.abort()
        else:
            refusal.target = request.target.encode("latin-1")
            headers, body = self._service.refused(refusal)
            reply.send(refusal.status, headers, body)

    def _finished(self, request: Request, reply: Reply) -> None:
        self._reply = None
        if not reply.keep_alive:
            # Over TLS the end of the connection would come late: then only where something is known to be unread.
            if request.complete and not (self._queue or self._paused or (request.keep_alive and not self._tls)):
                self._close()
            else:
                self._close_after_reading()
        elif request.complete:
            self._next()
        else:
            request.fail(BadRequest("The request has been answered; its body was not kept."))
            self._resume()
            self._watch_body(request)

    def _next(self) -> None:
        self._current = None
        if self.congested:
            self._held_back = True
            self._pause()
            self._expect(Wait.READER, self._service.limits.write_stall_seconds)
        elif self._queue:
            waiting = self._queue.popleft()
            if isinstance(waiting, Refusal):
                self.request_refused(waiting)
                return
            self._start(waiting)
            if not self._queue:
                self._queued = 0
                self._resume()
        elif self._service.draining and self._service.idle_seconds <= 0:
            self._close()
        elif self._reader.head_open:
            self._expect(Wait.HEAD, self._service.limits.head_seconds)
        else:
            self._expect(Wait.REQUEST, self._service.idle_seconds)

    def _next_is_here(self) -> bool:
        """A whole one waits. It was sent before the client could know that we drain."""
        waiting = self._queue[0] if self._queue else None
        return waiting is not None and (isinstance(waiting, Refusal) or waiting.complete)

    def _unanswered(self) -> bool:
        return self._reply is not None and not self._reply.ended

    def _cancel(self, why: str | None = None) -> None:
        """The task of a client that has left. One that has answered completely may finish what it does after that."""
        task = self.task
        if task is None or task.done():
            return
        if self._unanswered():
            task.cancel(why)
        self._service.leave(task)

    # Pace and time.

    def _pause(self) -> None:
        if not (self._paused or self._transport.is_closing()):
            self._paused = True
            self._transport.pause_reading()

    def _read_on(self) -> None:
        if not (self._paused or self._gone or self._transport.is_closing()):
            self._transport.resume_reading()

    def _resume(self) -> None:
        if self._paused and not self._gone and not self._queue:
            self._paused = False
            self._transport.resume_reading()

    def _watch_body(self, request: Request) -> None:
        self._body_before = request.received
        self._expect(Wait.BODY, self._service.limits.body_grace_seconds)

    def _expect(self, wait: Wait, seconds: float) -> None:
        self._wait = wait
        self._deadline.set(seconds)

    def _expect_nothing(self) -> None:
        self._wait = Wait.NOTHING
        self._deadline.clear()

    def _expired(self) -> None:
        match self._wait:
            case Wait.REQUEST:
                self._close()
            case Wait.HEAD:
                self._reader.refuse(Refusal.of(RequestTimeout("The head of the request came too slowly.")))
            case Wait.BODY:
                self._check_pace()
            case Wait.READER:
                self._transport.abort()
            case Wait.CLOSE:
                self._look_at_the_end()
            case Wait.NOTHING:
                pass

    def _look_at_the_end(self) -> None:
        seconds = None if self._closing is None else self._closing.look()
        if seconds is not None:
            self._expect(Wait.CLOSE, seconds)

    def _check_pace(self) -> None:
        request, limits = self._current, self._service.limits
        if request is None or request.complete:
            return
        if request.received - self._body_before >= limits.body_bytes_per_second * limits.body_grace_seconds:
            self._watch_body(request)
            return
        self._wait = Wait.NOTHING
        self._reader.deaf = True
        if self.task is None:  # answered already
            self._close_after_reading()
        else:
            request.fail(RequestTimeout("The body of the request came too slowly."))

    def _close(self) -> None:
        self._reader.deaf = True
        self._closing = closing = self._new_closing()
        self._expect(Wait.CLOSE, closing.at_once())

    def _close_after_reading(self) -> None:
        if self._transport.is_closing():
            return
        self._reader.deaf = True
        self._closing = closing = self._new_closing()
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
        self._expect(Wait.CLOSE, closing.after_reading())

    def _new_closing(self) -> Closing:
        return Closing(self._transport, self._service.limits, self._service.loop, tls=self._tls)


def _peer(transport: asyncio.BaseTransport) -> str:
    peer = transport.get_extra_info("peername")
    return peer[0] if peer else ""
