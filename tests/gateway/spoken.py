"""Each API as a client asks it and as an upstream answers it: "Hello there.", whole and as a stream."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import httpx2

from planoai.config.load import load
from planoai.process.worker import serving
from tests.gateway.conftest import Setting
from tests.support.answers import CHAT, CHAT_STREAM, MESSAGES, MESSAGES_STREAM
from tests.support.eventstream import encoded
from tests.support.upstream import Step, scripted, stream, whole

CLIENT_PATHS = {"chat": "/v1/chat/completions", "messages": "/v1/messages", "responses": "/v1/responses"}
LAST_WORDS = {"chat": b"data: [DONE]", "messages": b"event: message_stop", "responses": b"event: response.completed"}

_PART = {"type": "output_text", "text": "Hello there.", "annotations": [], "logprobs": []}
_ITEM = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [_PART]}
_USAGE = {
    "input_tokens": 20,
    "output_tokens": 9,
    "total_tokens": 29,
    "input_tokens_details": {"cached_tokens": 8},
    "output_tokens_details": {"reasoning_tokens": 0},
}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1760000000,
    "status": "completed",
    "model": "gpt-5.2",
    "output": [_ITEM],
    "usage": _USAGE,
}
_BEGUN = {**RESPONSE, "status": "in_progress", "output": [], "usage": None}
_OPEN = {**_ITEM, "status": "in_progress", "content": []}
_AT = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
_EVENTS: Sequence[Mapping[str, object]] = (
    {"type": "response.created", "response": _BEGUN},
    {"type": "response.output_item.added", "output_index": 0, "item": _OPEN},
    {"type": "response.content_part.added", **_AT, "part": {**_PART, "text": ""}},
    {"type": "response.output_text.delta", **_AT, "delta": "Hello"},
    {"type": "response.output_text.delta", **_AT, "delta": " there."},
    {"type": "response.output_text.done", **_AT, "text": "Hello there."},
    {"type": "response.content_part.done", **_AT, "part": _PART},
    {"type": "response.output_item.done", "output_index": 0, "item": _ITEM},
    {"type": "response.completed", "response": RESPONSE},
)
RESPONSE_STREAM = tuple(
    f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': number})}\n\n".encode()
    for number, event in enumerate(_EVENTS)
)
CONVERSE = {
    "output": {"message": {"role": "assistant", "content": [{"text": "Hello there."}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 20, "outputTokens": 9, "totalTokens": 29},
    "metrics": {"latencyMs": 1},
}
_FRAMES: Sequence[Mapping[str, object]] = (
    {"event": "messageStart", "payload": {"role": "assistant"}},
    {"event": "contentBlockDelta", "payload": {"contentBlockIndex": 0, "delta": {"text": "Hello"}}},
    {"event": "contentBlockDelta", "payload": {"contentBlockIndex": 0, "delta": {"text": " there."}}},
    {"event": "contentBlockStop", "payload": {"contentBlockIndex": 0}},
    {"event": "messageStop", "payload": {"stopReason": "end_turn"}},
    {"event": "metadata", "payload": {"usage": CONVERSE["usage"], "metrics": {"latencyMs": 1}}},
)
WHOLE = {"chat": CHAT, "messages": MESSAGES, "responses": RESPONSE, "converse": CONVERSE}
STREAMS: Mapping[str, Sequence[bytes]] = {
    "chat": CHAT_STREAM,
    "messages": MESSAGES_STREAM,
    "responses": RESPONSE_STREAM,
    "converse": [encoded([frame]) for frame in _FRAMES],
}


def said(api: str, *, streaming: bool) -> list[Step]:
    """What an upstream of `api` sends."""
    if not streaming:
        return whole(WHOLE[api])
    kind = "application/vnd.amazon.eventstream" if api == "converse" else "text/event-stream"
    return stream(*STREAMS[api], headers={"content-type": kind})


def asked(client: str, model: str, *, streaming: bool = False) -> dict[str, object]:
    """What a client of `client` sends. Without a word on streams where it wants none."""
    body: dict[str, object] = {"model": model, **({"stream": True} if streaming else {})}
    if client == "responses":
        return {**body, "input": "hi", "max_output_tokens": 50}
    return {**body, "max_tokens": 50, "messages": [{"role": "user", "content": "hi"}]}


@asynccontextmanager
async def housed(*entries: str, door: str = "", **environ: str) -> AsyncIterator[Setting]:
    """A gateway with `entries`, in which `{url}` is the address of a scripted upstream; `door` is more of its listener."""
    async with scripted() as upstream:
        listed = "".join(f"  - {{{entry.replace('{url}', upstream.url)}}}\n" for entry in entries)
        listener = f"{{type: model, name: test, address: 127.0.0.1, port: 12000{door}}}"
        config = load(f"version: v0.4.0\nlisteners: [{listener}]\nmodel_providers:\n{listed}", environ).config
        async with serving(config, port=0) as (_, [server]):
            host, port = server.addresses[0]
            url = f"http://{host}:{port}"
            async with httpx2.AsyncClient(base_url=url, timeout=30) as http:
                yield Setting(url, http, upstream)
