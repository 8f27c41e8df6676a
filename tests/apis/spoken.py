"""Answers of every API, made to measure: the bytes that a vendor sends for one text, perhaps one call, one reason to stop and its counts.

Nothing of `planoai.apis` is used to make them.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tests.support import eventstream

Json = dict[str, Any]
TEXT = "Hello"
NATURAL = {  # how each says that the model was done
    "openai_chat": "stop",
    "anthropic_messages": "end_turn",
    "openai_responses": "completed",
    "bedrock_converse": "end_turn",
}
CALL = ("call_1", "get_time", '{"zone":"UTC"}')


class Say(NamedTuple):
    """`word`: why the model stopped, as the API says it; of Responses, the status and, after a slash, the reason. `usage`: in the API's words."""

    word: str | None
    called: bool = False
    usage: Json | None = None


def whole(dialect: str, say: Say) -> bytes:
    return json.dumps(_WHOLE[dialect](say)).encode()


def stream(dialect: str, say: Say) -> bytes:
    return _STREAMS[dialect](say)


def _chat_body(say: Say, said: str, message: Json) -> Json:
    choice = {"index": 0, said: message, "finish_reason": say.word}
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


def _chat_call(say: Say) -> Json:
    identifier, name, arguments = CALL
    call = {"index": 0, "id": identifier, "type": "function", "function": {"name": name, "arguments": arguments}}
    return {"tool_calls": [call]} if say.called else {}


def _chat(say: Say) -> Json:
    message = {"role": "assistant", "content": TEXT, **_chat_call(say)}
    return _chat_body(say, "message", message) | ({} if say.usage is None else {"usage": say.usage})


def _chat_stream(say: Say) -> bytes:
    silent = say._replace(word=None)
    chunks = [_chat_body(silent, "delta", {"role": "assistant", "content": TEXT})]
    if say.called:
        chunks.append(_chat_body(silent, "delta", _chat_call(say)))
    chunks.append(_chat_body(say, "delta", {}))
    if say.usage is not None:
        chunks.append(chunks[0] | {"choices": [], "usage": say.usage})
    return b"".join(b"data: " + json.dumps(each).encode() + b"\n\n" for each in chunks) + b"data: [DONE]\n\n"


def _messages(say: Say) -> Json:
    identifier, name, arguments = CALL
    call = {"type": "tool_use", "id": identifier, "name": name, "input": json.loads(arguments)}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "text", "text": TEXT}, *([call] if say.called else [])],
        "stop_reason": say.word,
        "stop_sequence": None,
        "usage": say.usage or {"input_tokens": 0, "output_tokens": 0},
    }


def _messages_stream(say: Say) -> bytes:
    """As the vendor tells them, the counts of the input come first and that of the output last."""
    body = _messages(say)
    usage = body["usage"]
    events: list[Json] = [
        {"type": "message_start", "message": body | {"content": [], "stop_reason": None, "usage": usage | _NOTHING_YET}}
    ]
    for index, block in enumerate(body["content"]):
        if block["type"] == "text":
            begun, delta = block | {"text": ""}, {"type": "text_delta", "text": block["text"]}
        else:
            begun, delta = block | {"input": {}}, {"type": "input_json_delta", "partial_json": CALL[2]}
        events.append({"type": "content_block_start", "index": index, "content_block": begun})
        events.append({"type": "content_block_delta", "index": index, "delta": delta})
        events.append({"type": "content_block_stop", "index": index})
    last = {name: value for name, value in usage.items() if name.startswith("output")}
    ending = {"stop_reason": say.word, "stop_sequence": None}
    events.append({"type": "message_delta", "delta": ending, "usage": last})
    return _named([*events, {"type": "message_stop"}])


_NOTHING_YET = {"output_tokens": 1}


def _responses(say: Say) -> Json:
    status, _, reason = (say.word or "completed").partition("/")
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": status,
        "error": None,
        "incomplete_details": {"reason": reason} if reason else None,
        "output": list(_items(say)),
        "usage": say.usage,
    }


def _items(say: Say) -> Iterator[Json]:
    part = {"type": "output_text", "text": TEXT, "annotations": []}
    yield {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part]}
    if say.called:
        identifier, name, arguments = CALL
        called = {"call_id": identifier, "name": name, "arguments": arguments}
        yield {"type": "function_call", "id": "fc_1", "status": "completed", **called}


def _responses_stream(say: Say) -> bytes:
    body = _responses(say)
    begun = body | {"status": "in_progress", "output": [], "usage": None, "incomplete_details": None}
    events: list[Json] = [{"type": "response.created", "response": begun}]
    for index, item in enumerate(body["output"]):
        place = {"output_index": index, "item_id": item["id"]}
        if item["type"] == "message":
            added, inner = item | {"content": []}, place | {"content_index": 0}
            between = [{"type": "response.output_text.delta", "delta": TEXT, **inner}]
        else:
            added = item | {"arguments": ""}
            between = [{"type": "response.function_call_arguments.delta", "delta": CALL[2], **place}]
        events.append({"type": "response.output_item.added", "output_index": index, "item": added})
        events += between
        events.append({"type": "response.output_item.done", "output_index": index, "item": item})
    events.append({"type": f"response.{body['status']}", "response": body})
    return _named([each | {"sequence_number": number} for number, each in enumerate(events)])


def _converse(say: Say) -> Json:
    identifier, name, arguments = CALL
    call = {"toolUse": {"toolUseId": identifier, "name": name, "input": json.loads(arguments)}}
    content = [{"text": TEXT}, *([call] if say.called else [])]
    body: Json = {"output": {"message": {"role": "assistant", "content": content}}, "stopReason": say.word}
    return body | ({} if say.usage is None else {"usage": say.usage})


def _converse_stream(say: Say) -> bytes:
    identifier, name, arguments = CALL
    frames: list[tuple[str, Json]] = [
        ("messageStart", {"role": "assistant"}),
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": TEXT}}),
        ("contentBlockStop", {"contentBlockIndex": 0}),
    ]
    if say.called:
        started = {"toolUse": {"toolUseId": identifier, "name": name}}
        frames.append(("contentBlockStart", {"contentBlockIndex": 1, "start": started}))
        frames.append(("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"toolUse": {"input": arguments}}}))
        frames.append(("contentBlockStop", {"contentBlockIndex": 1}))
    frames.append(("messageStop", {"stopReason": say.word}))
    frames.append(("metadata", {"metrics": {"latencyMs": 1}} | ({} if say.usage is None else {"usage": say.usage})))
    return eventstream.encoded({"event": kind, "payload": payload} for kind, payload in frames)


def _named(events: list[Json]) -> bytes:
    return b"".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n".encode() for each in events)


_WHOLE: dict[str, Callable[[Say], Json]] = {
    "openai_chat": _chat,
    "anthropic_messages": _messages,
    "openai_responses": _responses,
    "bedrock_converse": _converse,
}
_STREAMS: dict[str, Callable[[Say], bytes]] = {
    "openai_chat": _chat_stream,
    "anthropic_messages": _messages_stream,
    "openai_responses": _responses_stream,
    "bedrock_converse": _converse_stream,
}
