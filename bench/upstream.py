"""A scripted provider on loopback: Chat Completions and Messages, whole answers and streams, as cheap as Python can make it.

Run as `python -m bench.upstream`; it binds a free port, prints its number and serves until it is told to stop. It imports nothing of the product, so that
a mistake of ours cannot be answered by the same mistake. What it does is asked for in the request itself, because a proxy may drop headers:

    "stream": true                a stream of CHUNKS pieces of text
    "include_usage": true         Chat Completions: one more event with the usage, as OpenAI sends it
    the text `[pace=20ms]`        one piece every 20 ms; without it one each turn of the loop

Every piece of a stream carries the time it was written, `@` + 20 digits + `@`, nanoseconds of the monotonic clock that all processes of a machine share.
A piece is text of the model, so the mark survives translation into another API, and the reader knows how late each piece is without any clock of ours.
"""

import asyncio
import json
import re
import sys
import time
from typing import cast

import uvloop

CHUNKS = 50
MARK = re.compile(rb"@(\d{20})@")
"""One piece of text, and when it was written. No other byte of an answer is `@`."""

TEXT = (
    "A reverse proxy stands between clients and servers. It accepts a request, decides where it should go, sends it on, and carries the answer back. "
    "A good one adds little: it reads what it must, changes what it was told to change, and leaves every other byte alone. "
) * 2

USAGE = (412, 96)
"""Tokens in and out, as every answer tells them."""

_PIECE = " and so the answer goes on @%020d@"
_CHAT_USAGE = {"prompt_tokens": USAGE[0], "completion_tokens": USAGE[1], "total_tokens": sum(USAGE)}
_MESSAGES_USAGE = {"input_tokens": USAGE[0], "output_tokens": USAGE[1]}
_STREAM = re.compile(rb'"stream" ?: ?true')
_INCLUDE_USAGE = re.compile(rb'"include_usage" ?: ?true')
_PACE = re.compile(rb"\[pace=(\d+)ms\]")
_LENGTH = re.compile(rb"\r\ncontent-length: ?(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: ?chunked", re.IGNORECASE)
_STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\nx-request-id: req_bench\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)


def _whole(answer: dict[str, object]) -> bytes:
    body = json.dumps(answer).encode()
    return (
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_bench\r\ncontent-length: %d\r\n\r\n%b"
        % (len(body), body)
    )


def _chunk(text: bytes) -> bytes:
    """One HTTP/1.1 chunk (RFC 9112 section 7.1)."""
    return b"%x\r\n%b\r\n" % (len(text), text)


def _sse(data: dict[str, object], event: str | None = None) -> bytes:
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


def _stamped(event: bytes) -> bytes:
    """An HTTP chunk with a `%020d` left in it for the time; the mark has a fixed width, so the size of the chunk is known now."""
    return b"%x\r\n%b\r\n" % (len(event % 0), event)


def _chat_event(choices: list[dict[str, object]], **more: object) -> bytes:
    head = {
        "id": "chatcmpl-bench0123456789",
        "object": "chat.completion.chunk",
        "created": 1760000000,
        "model": "gpt-4o-mini-2024-07-18",
    }
    return _sse({**head, "system_fingerprint": "fp_bench", "choices": choices, **more})


def _chat_choice(delta: dict[str, object], finish_reason: str | None = None) -> list[dict[str, object]]:
    return [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}]


class Script:
    """What one API answers: bytes made once, before the first request. `piece` is a template that takes the time."""

    def __init__(self, whole: bytes, opening: bytes, piece: bytes, closing: bytes, closing_with_usage: bytes) -> None:
        self.whole = whole
        self.opening = opening
        self.piece = piece
        self.closing = closing
        self.closing_with_usage = closing_with_usage


def _chat() -> Script:
    done = _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"
    stop = _chunk(_chat_event(_chat_choice({}, "stop")))
    answer: dict[str, object] = {
        "id": "chatcmpl-bench0123456789",
        "object": "chat.completion",
        "created": 1760000000,
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": TEXT, "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            },
        ],
        "usage": _CHAT_USAGE,
        "system_fingerprint": "fp_bench",
    }
    return Script(
        whole=_whole(answer),
        opening=_STREAM_HEAD + _chunk(_chat_event(_chat_choice({"role": "assistant", "content": "", "refusal": None}))),
        piece=_stamped(_chat_event(_chat_choice({"content": _PIECE}))),
        closing=stop + done,
        closing_with_usage=stop + _chunk(_chat_event([], usage=_CHAT_USAGE)) + done,
    )


def _messages() -> Script:
    message: dict[str, object] = {
        "id": "msg_bench0123456789",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5-20250929",
    }
    start = {
        **message,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {**_MESSAGES_USAGE, "output_tokens": 1},
    }
    answer = {
        **message,
        "content": [{"type": "text", "text": TEXT}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": _MESSAGES_USAGE,
    }
    block: dict[str, object] = {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "text", "text": ""},
    }
    delta: dict[str, object] = {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "text_delta", "text": _PIECE},
    }
    end: dict[str, object] = {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": _MESSAGES_USAGE,
    }
    closing = (
        _chunk(_sse({"type": "content_block_stop", "index": 0}, "content_block_stop"))
        + _chunk(_sse(end, "message_delta"))
        + _chunk(_sse({"type": "message_stop"}, "message_stop"))
        + b"0\r\n\r\n"
    )
    return Script(
        whole=_whole(answer),
        opening=_STREAM_HEAD
        + _chunk(_sse({"type": "message_start", "message": start}, "message_start"))
        + _chunk(_sse(block, "content_block_start")),
        piece=_stamped(_sse(delta, "content_block_delta")),
        closing=closing,
        closing_with_usage=closing,
    )


_SCRIPTS = {b"/v1/chat/completions": _chat(), b"/v1/messages": _messages()}


def whole_body(path: bytes) -> bytes:
    """What is answered there to whoever asks for no stream."""
    return _SCRIPTS[path].whole.partition(b"\r\n\r\n")[2]


_HEALTHY = _whole({"status": "ok", "object": "list", "data": []})
_NO_SUCH_PATH = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"


class Provider(asyncio.Protocol):
    """One connection of a proxy: requests one after another, each answered before the next is read."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._timer: asyncio.Handle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(
            "asyncio.Transport", transport
        )  # uvloop's own class, which inherits from BaseTransport only

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  the protocol names it
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        head_end = self._received.find(b"\r\n\r\n")
        if head_end < 0:
            return
        end = _body_end(self._received, head_end)
        if end is None or len(self._received) < end:
            return
        request, self._received = self._received[:end], self._received[end:]
        self._answer(request, head_end)

    def _answer(self, request: bytes, head_end: int) -> None:
        if self._transport is None:
            return
        method, path, _ = request.split(b" ", 2)
        script = _SCRIPTS.get(path.partition(b"?")[0])
        if method == b"GET":
            self._transport.write(_HEALTHY)
        elif script is None:
            self._transport.write(_NO_SUCH_PATH)
        elif _STREAM.search(request, head_end) is None:
            self._transport.write(script.whole)
        else:
            pace = _PACE.search(request, head_end)
            closing = script.closing_with_usage if _INCLUDE_USAGE.search(request, head_end) else script.closing
            self._transport.write(script.opening + script.piece % time.monotonic_ns())
            self._next(1, self._loop.time(), int(pace[1]) / 1000 if pace else 0.0, script.piece, closing)

    def _next(self, sent: int, started: float, pace: float, piece: bytes, closing: bytes) -> None:
        """Sees to it that piece number `sent` leaves when its time has come; times count from the start, so a late piece does not delay the rest."""
        if pace:
            self._timer = self._loop.call_at(started + sent * pace, self._send, sent, started, pace, piece, closing)
        else:
            self._timer = self._loop.call_soon(self._send, sent, started, pace, piece, closing)

    def _send(self, sent: int, started: float, pace: float, piece: bytes, closing: bytes) -> None:
        if self._transport is None:
            return
        if sent == CHUNKS:
            self._transport.write(closing)
            return
        self._transport.write(piece % time.monotonic_ns())
        self._next(sent + 1, started, pace, piece, closing)


def _body_end(received: bytes, head_end: int) -> int | None:
    """Where the request ends, or None while a chunked body is not complete."""
    length = _LENGTH.search(received, 0, head_end)
    if length is not None:
        return head_end + 4 + int(length[1])
    if _CHUNKED.search(received, 0, head_end) is None:
        return head_end + 4
    last = received.find(b"\r\n0\r\n\r\n", head_end)
    return None if last < 0 else last + 7


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(Provider, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    try:
        uvloop.run(_serve())
    except KeyboardInterrupt:
        sys.exit(0)
