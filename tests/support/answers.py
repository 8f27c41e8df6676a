"""Answers as the providers write them, by hand. Each holds fields that nobody here knows."""

import json

CHAT = {
    "id": "chatcmpl-B1",
    "object": "chat.completion",
    "created": 1760000000,
    "model": "gpt-4o-2024-08-06",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": "Hello there.",
                "refusal": None,
                "annotations": [],
                "x_new": 1.10,
            },
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {
        "prompt_tokens": 20,
        "completion_tokens": 9,
        "total_tokens": 29,
        "prompt_tokens_details": {"cached_tokens": 8, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 4},
    },
    "service_tier": "default",
    "system_fingerprint": "fp_1",
    "x_unknown": {"b": 1, "a": [1e2]},
}

MESSAGES = {
    "id": "msg_01A",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5-20250929",
    "content": [{"type": "text", "text": "Hello there."}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {
        "input_tokens": 10,
        "cache_creation_input_tokens": 3,
        "cache_read_input_tokens": 7,
        "output_tokens": 9,
        "service_tier": "standard",
    },
    "x_unknown": {"b": 1, "a": [1e2]},
}


def chat_chunk(delta: dict[str, object], finish: str | None = None, **more: object) -> bytes:
    chunk = {
        "id": "chatcmpl-B1",
        "object": "chat.completion.chunk",
        "created": 1760000000,
        "model": "gpt-4o-2024-08-06",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        **more,
    }
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


CHAT_USAGE = (
    b'data: {"id":"chatcmpl-B1","object":"chat.completion.chunk","created":1760000000,"model":"gpt-4o-2024-08-06","choices":[],'
    b'"usage":{"prompt_tokens":20,"completion_tokens":9,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":8}}}\n\n'
)
CHAT_DONE = b"data: [DONE]\n\n"
CHAT_STREAM = (
    chat_chunk({"role": "assistant", "content": "", "refusal": None}),
    chat_chunk({"content": "Hello"}, obfuscation="x1"),
    chat_chunk({"content": " there."}),
    chat_chunk({}, "stop"),
    CHAT_USAGE,
    CHAT_DONE,
)


def messages_event(kind: str, **fields: object) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


MESSAGES_START = messages_event(
    "message_start",
    message={
        "id": "msg_01A",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5-20250929",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {
            "input_tokens": 10,
            "cache_creation_input_tokens": 3,
            "cache_read_input_tokens": 7,
            "output_tokens": 1,
        },
    },
)
MESSAGES_STREAM = (
    MESSAGES_START,
    messages_event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
    messages_event("ping"),
    messages_event("content_block_delta", index=0, delta={"type": "text_delta", "text": "Hello"}, x_unknown=1),
    messages_event("content_block_delta", index=0, delta={"type": "text_delta", "text": " there."}),
    messages_event("content_block_stop", index=0),
    messages_event(
        "message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage={"output_tokens": 9}
    ),
    messages_event("message_stop"),
)
