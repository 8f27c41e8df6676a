"""What the scripted provider says in each API: bytes that are made once, before the first request.

Every piece of a stream carries the time it was written, `@` + 20 digits + `@`, nanoseconds of the monotonic clock that all processes of a machine share.
A piece is text of the model, so the mark survives translation into another API, and the reader knows how late each piece is without any clock of ours.
"""

import json
import re
from binascii import crc32
from collections.abc import Callable, Mapping

from msgspec import Struct

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


def _stamped(event: bytes) -> Callable[[int], bytes]:
    """An HTTP chunk with a `%020d` left in it for the time; the mark has a fixed width, so the size of the chunk is known now."""
    return (b"%x\r\n%b\r\n" % (len(event % 0), event)).__mod__


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


class Script(Struct, frozen=True):
    """What one API answers. `piece` takes the time."""

    whole: bytes
    opening: bytes
    piece: Callable[[int], bytes]
    closing: bytes
    closing_with_usage: bytes


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


_RESPONSES_TOKENS = {
    "input_tokens": USAGE[0],
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens": USAGE[1],
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": sum(USAGE),
}


def _responses() -> Script:
    """Its closing events repeat the text four times, as OpenAI's do."""
    said = (_PIECE % 0) * CHUNKS
    item = {"id": "msg_bench0123456789", "type": "message", "status": "completed", "role": "assistant"}
    place: dict[str, object] = {"item_id": item["id"], "output_index": 0, "content_index": 0}

    def part(text: str) -> dict[str, object]:
        return {"type": "output_text", "annotations": [], "logprobs": [], "text": text}

    def answer(status: str, **more: object) -> dict[str, object]:
        head = {
            "id": "resp_bench0123456789",
            "object": "response",
            "created_at": 1760000000,
            "status": status,
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "max_output_tokens": 1024,
            "model": "gpt-5.2-2025-12-11",
            "output": [],
            "parallel_tool_calls": True,
            "temperature": 1.0,
            "tool_choice": "auto",
            "tools": [],
            "top_p": 1.0,
            "usage": None,
            "metadata": {},
        }
        return {**head, **more}

    def event(kind: str, number: int, **more: object) -> bytes:
        return _sse({"type": f"response.{kind}", "sequence_number": number, **more}, f"response.{kind}")

    whole = {**item, "content": [part(TEXT)]}
    done = {**item, "content": [part(said)]}
    opening = [
        event("created", 0, response=answer("in_progress")),
        event("in_progress", 1, response=answer("in_progress")),
        event("output_item.added", 2, output_index=0, item={**item, "status": "in_progress", "content": []}),
        event("content_part.added", 3, **place, part=part("")),
    ]
    closing = [
        event("output_text.done", 54, **place, text=said, logprobs=[]),
        event("content_part.done", 55, **place, part=part(said)),
        event("output_item.done", 56, output_index=0, item=done),
        event("completed", 57, response=answer("completed", output=[done], usage=_RESPONSES_TOKENS)),
    ]
    ended = b"".join(map(_chunk, closing)) + b"0\r\n\r\n"
    return Script(
        whole=_whole(answer("completed", output=[whole], usage=_RESPONSES_TOKENS)),
        opening=_STREAM_HEAD + b"".join(map(_chunk, opening)),
        piece=_stamped(event("output_text.delta", 4, **place, delta=_PIECE, logprobs=[])),
        closing=ended,
        closing_with_usage=ended,
    )


def _converse() -> Script:
    usage = {"inputTokens": USAGE[0], "outputTokens": USAGE[1], "totalTokens": sum(USAGE)}
    metrics = {"latencyMs": 7}
    said = {"output": {"message": {"role": "assistant", "content": [{"text": TEXT}]}}, "stopReason": "end_turn"}
    head = _STREAM_HEAD.replace(b"text/event-stream; charset=utf-8", b"application/vnd.amazon.eventstream")
    closing = (
        _chunk(_frame("contentBlockStop", {"contentBlockIndex": 0}))
        + _chunk(_frame("messageStop", {"stopReason": "end_turn"}))
        + _chunk(_frame("metadata", {"usage": usage, "metrics": metrics}))
        + b"0\r\n\r\n"
    )
    return Script(
        whole=_whole({**said, "usage": usage, "metrics": metrics}),
        opening=head + _chunk(_frame("messageStart", {"role": "assistant"})),
        piece=_stamped_frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": _PIECE}}),
        closing=closing,
        closing_with_usage=closing,
    )


def _frame(kind: str, payload: Mapping[str, object]) -> bytes:
    return _framed(kind, json.dumps(payload, separators=(",", ":")).encode())


def _framed(kind: str, payload: bytes) -> bytes:
    """A message of `application/vnd.amazon.eventstream`: both lengths and their checksum, headers, payload, and a checksum of it all."""
    named = ((":event-type", kind), (":content-type", "application/json"), (":message-type", "event"))
    headers = b"".join(
        b"%c%b\x07%b%b" % (len(name), name.encode(), len(value).to_bytes(2, "big"), value.encode())
        for name, value in named
    )
    prelude = (16 + len(headers) + len(payload)).to_bytes(4, "big") + len(headers).to_bytes(4, "big")
    message = prelude + crc32(prelude).to_bytes(4, "big") + headers + payload
    return message + crc32(message).to_bytes(4, "big")


def _stamped_frame(kind: str, payload: Mapping[str, object]) -> Callable[[int], bytes]:
    """What comes before the time is summed once."""
    template = json.dumps(payload, separators=(",", ":")).encode()
    frame = _framed(kind, template % 0)
    at = frame.index(b"@") + 1
    before, after = frame[:at], frame[at + 20 : -4]
    size, summed = b"%x\r\n" % len(frame), crc32(before)

    def piece(now: int) -> bytes:
        stamp = b"%020d" % now
        checksum = crc32(after, crc32(stamp, summed))
        return b"%b%b%b%b%b\r\n" % (size, before, stamp, after, checksum.to_bytes(4, "big"))

    return piece


SCRIPTS = {
    b"/v1/chat/completions": _chat(),
    b"/v1/messages": _messages(),
    b"/v1/responses": _responses(),
    b"/model/": _converse(),
}
"""By path, or how it begins."""


def whole_body(path: bytes) -> bytes:
    """What is answered there to whoever asks for no stream."""
    return SCRIPTS[path].whole.partition(b"\r\n\r\n")[2]


HEALTHY = _whole({"status": "ok", "object": "list", "data": []})
