"""What providers answer in each API, byte for byte, and by hand what there is to know of it. Nothing of ours reads it here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.support.answers import chat_chunk, messages_event
from tests.support.eventstream import encoded
from tests.support.upstream import Cut, Hold, Step, stream, whole

SAID = "Let me look."
LATER = "slow down"
BROKEN = "the tape has come off"
ARGUMENTS = '{"city":"Oslo"}'

# All cost the same, in US dollars for a million tokens.
PRICE = "{input: 2.0, output: 8.0, cache_read: 0.5, cache_write: 2.5}"
EVENT_STREAM = "application/vnd.amazon.eventstream"


@dataclass(frozen=True)
class Spent:
    """`input` has all of it; `dollars` are worked out by hand from PRICE: input, output."""

    input: int
    output: int
    cached: int
    written: int
    thought: int
    dollars: tuple[float, float]


@dataclass(frozen=True)
class Facts:
    """Of an upstream: the model as it calls itself, the id it gives its answer, where it is asked; what it told when it was cut after its first words."""

    model: str
    id: str
    path: str
    stream_path: str
    spent: Spent
    by_then: Spent | None = None


# 400 fresh at 2.0 and 800 cached at 0.5; 90 at 8.0
_OF_OPENAI = Spent(1200, 90, 800, 0, 40, (0.0012, 0.00072))
# 300 fresh at 2.0, 800 cached at 0.5, 100 written at 2.5; 90 at 8.0
_OF_ANTHROPIC = Spent(1200, 90, 800, 100, 0, (0.00125, 0.00072))
_CONVERSE = "/model/us.anthropic.claude-sonnet-4-5/converse"

FACTS: Mapping[str, Facts] = {
    "chat": Facts("gpt-4o-2024-08-06", "chatcmpl-B1", "/v1/chat/completions", "/v1/chat/completions", _OF_OPENAI),
    "messages": Facts(
        "claude-sonnet-4-5-20250929",
        "msg_01A",
        "/v1/messages",
        "/v1/messages",
        _OF_ANTHROPIC,
        replace(_OF_ANTHROPIC, output=1, dollars=(0.00125, 0.000008)),
    ),
    "responses": Facts("gpt-5.2-2025-12-11", "resp_1", "/v1/responses", "/v1/responses", _OF_OPENAI),
    "converse": Facts("", "", _CONVERSE, f"{_CONVERSE}-stream", _OF_ANTHROPIC),
}

_CHAT_USAGE = {
    "prompt_tokens": 1200,
    "completion_tokens": 90,
    "total_tokens": 1290,
    "prompt_tokens_details": {"cached_tokens": 800, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 40},
}
_CHAT_CALL = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": ARGUMENTS}}
_CHAT = {
    "id": "chatcmpl-B1",
    "object": "chat.completion",
    "created": 1760000000,
    "model": "gpt-4o-2024-08-06",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": SAID, "refusal": None, "tool_calls": [_CHAT_CALL]},
            "finish_reason": "tool_calls",
        }
    ],
    "usage": _CHAT_USAGE,
}
_CHAT_STREAM = (
    chat_chunk({"role": "assistant", "content": ""}),
    chat_chunk({"content": "Let me"}),
    chat_chunk({"content": " look."}),
    chat_chunk({"tool_calls": [{"index": 0, **_CHAT_CALL, "function": {"name": "get_weather", "arguments": ""}}]}),
    chat_chunk({"tool_calls": [{"index": 0, "function": {"arguments": ARGUMENTS[:5]}}]}),
    chat_chunk({"tool_calls": [{"index": 0, "function": {"arguments": ARGUMENTS[5:]}}]}),
    chat_chunk({}, "tool_calls"),
    b'data: {"id":"chatcmpl-B1","object":"chat.completion.chunk","created":1760000000,"model":"gpt-4o-2024-08-06",'
    b'"choices":[],"usage":' + json.dumps(_CHAT_USAGE).encode() + b"}\n\n",
    b"data: [DONE]\n\n",
)

_MESSAGES_INPUT = {"input_tokens": 300, "cache_creation_input_tokens": 100, "cache_read_input_tokens": 800}
_MESSAGE = {
    "id": "msg_01A",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5-20250929",
    "stop_sequence": None,
}
_TOOL = {"type": "tool_use", "id": "toolu_1", "name": "get_weather"}
_MESSAGES = {
    **_MESSAGE,
    "content": [{"type": "text", "text": SAID}, {**_TOOL, "input": {"city": "Oslo"}}],
    "stop_reason": "tool_use",
    "usage": {**_MESSAGES_INPUT, "output_tokens": 90},
}
_BEGUN: Mapping[str, Any] = {
    **_MESSAGE,
    "content": [],
    "stop_reason": None,
    "usage": {**_MESSAGES_INPUT, "output_tokens": 1},
}
_MESSAGES_STREAM = (
    messages_event("message_start", message=_BEGUN),
    messages_event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
    messages_event("content_block_delta", index=0, delta={"type": "text_delta", "text": "Let me"}),
    messages_event("content_block_delta", index=0, delta={"type": "text_delta", "text": " look."}),
    messages_event("content_block_stop", index=0),
    messages_event("content_block_start", index=1, content_block={**_TOOL, "input": {}}),
    messages_event("content_block_delta", index=1, delta={"type": "input_json_delta", "partial_json": ARGUMENTS}),
    messages_event("content_block_stop", index=1),
    messages_event("message_delta", delta={"stop_reason": "tool_use"}, usage={"output_tokens": 90}),
    messages_event("message_stop"),
)

_TEXT = {"type": "output_text", "text": SAID, "annotations": [], "logprobs": []}
_ITEM = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [_TEXT]}
_CALL = {
    "id": "fc_1",
    "type": "function_call",
    "call_id": "call_1",
    "name": "get_weather",
    "status": "completed",
    "arguments": ARGUMENTS,
}
_RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1760000000,
    "status": "completed",
    "model": "gpt-5.2-2025-12-11",
    "output": [_ITEM, _CALL],
    "usage": {
        "input_tokens": 1200,
        "output_tokens": 90,
        "total_tokens": 1290,
        "input_tokens_details": {"cached_tokens": 800},
        "output_tokens_details": {"reasoning_tokens": 40},
    },
}
_UNDER_WAY = {**_RESPONSE, "status": "in_progress", "output": [], "usage": None}
_OPEN = {**_ITEM, "status": "in_progress", "content": []}
_AT = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
_AT_CALL = {"item_id": "fc_1", "output_index": 1}


def _events(*events: Mapping[str, object]) -> tuple[bytes, ...]:
    return tuple(
        f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': number})}\n\n".encode()
        for number, event in enumerate(events)
    )


_RESPONSE_STREAM = _events(
    {"type": "response.created", "response": _UNDER_WAY},
    {"type": "response.output_item.added", "output_index": 0, "item": _OPEN},
    {"type": "response.content_part.added", **_AT, "part": {**_TEXT, "text": ""}},
    {"type": "response.output_text.delta", **_AT, "delta": "Let me"},
    {"type": "response.output_text.delta", **_AT, "delta": " look."},
    {"type": "response.output_text.done", **_AT, "text": SAID},
    {"type": "response.content_part.done", **_AT, "part": _TEXT},
    {"type": "response.output_item.done", "output_index": 0, "item": _ITEM},
    {
        "type": "response.output_item.added",
        "output_index": 1,
        "item": {**_CALL, "status": "in_progress", "arguments": ""},
    },
    {"type": "response.function_call_arguments.delta", **_AT_CALL, "delta": ARGUMENTS},
    {"type": "response.function_call_arguments.done", **_AT_CALL, "arguments": ARGUMENTS},
    {"type": "response.output_item.done", "output_index": 1, "item": _CALL},
    {"type": "response.completed", "response": _RESPONSE},
)

_CONVERSE_USAGE = {
    "inputTokens": 300,
    "outputTokens": 90,
    "totalTokens": 1290,
    "cacheReadInputTokens": 800,
    "cacheWriteInputTokens": 100,
}
_TOOL_USE = {"toolUseId": "tooluse_1", "name": "get_weather"}
_CONVERSATION = {
    "output": {
        "message": {
            "role": "assistant",
            "content": [{"text": SAID}, {"toolUse": {**_TOOL_USE, "input": {"city": "Oslo"}}}],
        }
    },
    "stopReason": "tool_use",
    "usage": _CONVERSE_USAGE,
    "metrics": {"latencyMs": 1},
}
_FRAMES: Sequence[Mapping[str, object]] = (
    {"event": "messageStart", "payload": {"role": "assistant"}},
    {"event": "contentBlockDelta", "payload": {"contentBlockIndex": 0, "delta": {"text": "Let me"}}},
    {"event": "contentBlockDelta", "payload": {"contentBlockIndex": 0, "delta": {"text": " look."}}},
    {"event": "contentBlockStop", "payload": {"contentBlockIndex": 0}},
    {"event": "contentBlockStart", "payload": {"contentBlockIndex": 1, "start": {"toolUse": _TOOL_USE}}},
    {
        "event": "contentBlockDelta",
        "payload": {"contentBlockIndex": 1, "delta": {"toolUse": {"input": ARGUMENTS}}},
    },
    {"event": "contentBlockStop", "payload": {"contentBlockIndex": 1}},
    {"event": "messageStop", "payload": {"stopReason": "tool_use"}},
    {"event": "metadata", "payload": {"usage": _CONVERSE_USAGE, "metrics": {"latencyMs": 1}}},
)

WHOLE: Mapping[str, object] = {
    "chat": _CHAT,
    "messages": _MESSAGES,
    "responses": _RESPONSE,
    "converse": _CONVERSATION,
}
STREAMS: Mapping[str, Sequence[bytes]] = {
    "chat": _CHAT_STREAM,
    "messages": _MESSAGES_STREAM,
    "responses": _RESPONSE_STREAM,
    "converse": [encoded([frame]) for frame in _FRAMES],
}
_FIRST_WORDS = {"chat": 2, "messages": 3, "responses": 4, "converse": 2}  # so many of the pieces hold them


def kind(api: str) -> str:
    return EVENT_STREAM if api == "converse" else "text/event-stream"


def _streamed(api: str, *steps: Step) -> list[Step]:
    return stream(*steps, headers={"content-type": kind(api)})


def fine(api: str, *, streaming: bool) -> list[Step]:
    return _streamed(api, *STREAMS[api]) if streaming else whole(WHOLE[api])


def begun(api: str, then: Cut | Hold, *, streaming: bool) -> list[Step]:
    """The first words of an answer; half of one that is whole."""
    if streaming:
        return _streamed(api, *STREAMS[api][: _FIRST_WORDS[api]], then)
    [answer] = whole(WHOLE[api])
    assert isinstance(answer, bytes)
    return [answer[:-40], then]


def refused(api: str) -> list[Step]:
    """429, as its API says it."""
    if api == "messages":
        return whole({"type": "error", "error": {"type": "rate_limit_error", "message": LATER}}, 429)
    if api == "converse":
        return whole({"message": LATER}, 429, {"x-amzn-errortype": "ThrottlingException"})
    return whole({"error": {"message": LATER, "type": "requests", "param": None, "code": "rate_limit_exceeded"}}, 429)


def broken(api: str) -> list[Step]:
    """503, as its API says it."""
    if api == "messages":
        return whole({"type": "error", "error": {"type": "api_error", "message": BROKEN}}, 503)
    if api == "converse":
        return whole({"message": BROKEN}, 503, {"x-amzn-errortype": "ServiceUnavailableException"})
    return whole({"error": {"message": BROKEN, "type": "server_error", "param": None, "code": None}}, 503)


def failed(api: str, message: str = BROKEN, *, streaming: bool) -> list[Step]:
    """Status 200, and then an error in place of the answer. Converse has that in streams alone."""
    error = {"message": message, "type": "server_error", "param": None, "code": "server_error"}
    if not streaming:
        wholes: Mapping[str, object] = {
            "chat": {"error": error},
            "messages": {"type": "error", "error": {"type": "api_error", "message": message}},
            "responses": {
                **_RESPONSE,
                "status": "failed",
                "output": [],
                "usage": None,
                "error": {"code": "server_error", "message": message},
            },
        }
        return whole(wholes[api])
    match api:
        case "chat":
            events = [b"data: " + json.dumps({"error": error}).encode() + b"\n\n"]
        case "messages":
            events = [messages_event("error", error={"type": "api_error", "message": message})]
        case "responses":
            events = [*_events({"type": "error", "code": "server_error", "message": message, "param": None})]
        case _:
            events = [encoded([{"exception": "internalServerException", "payload": {"message": message}}])]
    return _streamed(api, *events)
