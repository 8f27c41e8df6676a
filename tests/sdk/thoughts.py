"""A thought with its proof, then a text and a call, as an upstream of each API answers; and the proven thoughts of a request that reached it.

Nothing of `planoai` is used, so that no mistake of ours is made twice.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from tests.sdk.talk import Json
from tests.support import eventstream
from tests.support.upstream import Step, stream, whole

THOUGHT = "First this. Then – “that”."
TEXT = "Let me see."
PROOF = b64encode(bytes(range(256)) * 4).decode()  # with every character that base64 has
_CALL = ("call_1", "get_time", '{"zone": "UTC"}')
_USAGE: dict[
    str, Json
] = {  # 100 tokens of input, 30 of them read from the cache and 20 written to it; 40 of output, 15 of them thought
    "chat": {
        "prompt_tokens": 100,
        "completion_tokens": 40,
        "total_tokens": 140,
        "prompt_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 20},
        "completion_tokens_details": {"reasoning_tokens": 15},
    },
    "messages": {
        "input_tokens": 50,
        "cache_read_input_tokens": 30,
        "cache_creation_input_tokens": 20,
        "output_tokens": 40,
        "output_tokens_details": {"thinking_tokens": 15},
    },
    "responses": {
        "input_tokens": 100,
        "output_tokens": 40,
        "total_tokens": 140,
        "input_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 20},
        "output_tokens_details": {"reasoning_tokens": 15},
    },
    "converse": {
        "inputTokens": 50,
        "cacheReadInputTokens": 30,
        "cacheWriteInputTokens": 20,
        "outputTokens": 40,
        "totalTokens": 140,
    },
}


def told(api: str, *, hidden: bool) -> Json:
    """The thought in the API's words; `hidden`: there is nothing to read but its proof. Chat's are those that gateways agree on."""
    match api:
        case "responses":
            pieces = [] if hidden else [{"type": "summary_text", "text": THOUGHT}]
            return {"type": "reasoning", "id": "rs_68af", "summary": pieces, "encrypted_content": PROOF}
        case "converse" if hidden:
            return {"reasoningContent": {"redactedContent": PROOF}}
        case "converse":
            return {"reasoningContent": {"reasoningText": {"text": THOUGHT, "signature": PROOF}}}
        case _ if hidden:
            return {"type": "redacted_thinking", "data": PROOF}
        case _:
            return {"type": "thinking", "thinking": THOUGHT, "signature": PROOF}


def arrived(api: str, body: Json) -> list[Json]:
    """The thoughts of a request, each in the words of its API."""
    if api == "responses":
        return [item for item in body["input"] if item.get("type") == "reasoning"]
    answers = [message for message in body["messages"] if message["role"] == "assistant"]
    if api == "chat":
        return [block for message in answers for block in message.get("thinking_blocks", ())]
    blocks = [block for message in answers for block in message["content"]]
    return [block for block in blocks if "reasoningContent" in block or "thinking" in block.get("type", "")]


def thinking(api: str, *, hidden: bool = False, streamed: bool, extra: Json | None = None) -> list[Step]:
    """The whole answer of an upstream. `extra` is the `extra_content` of Chat's call, where it replaces the thought."""
    thought = told(api, hidden=hidden) if extra is None else {"extra_content": extra}
    if not streamed:
        return whole(_WHOLE[api](thought))
    kind = "application/vnd.amazon.eventstream" if api == "converse" else "text/event-stream"
    return stream(*_STREAMED[api](thought), headers={"content-type": kind})


def _chat(thought: Json) -> Json:
    identifier, name, arguments = _CALL
    call: Json = {"id": identifier, "type": "function", "function": {"name": name, "arguments": arguments}}
    message: Json = {"role": "assistant", "content": TEXT, "tool_calls": [call]}
    if "extra_content" in thought:
        call |= thought
    else:
        message["thinking_blocks"] = [thought]
    if "thinking" in thought:
        message["reasoning_content"] = thought["thinking"]
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    return _CHAT | {"object": "chat.completion", "choices": [choice], "usage": _USAGE["chat"]}


def _chat_stream(thought: Json) -> Iterator[bytes]:
    message = _chat(thought)["choices"][0]["message"]
    texts = [("reasoning_content", piece) for piece in _pieces(message.get("reasoning_content", ""))]
    deltas: list[Json] = [{"role": "assistant", "content": ""}, *({name: piece} for name, piece in texts)]
    if "thinking_blocks" in message:
        deltas.append({"thinking_blocks": [{"index": 0, **thought}]})
    deltas += ({"content": piece} for piece in _pieces(TEXT))
    deltas.append({"tool_calls": [{"index": 0, **message["tool_calls"][0]}]})
    for delta in deltas:
        yield _chunk([{"index": 0, "delta": delta, "finish_reason": None}])
    yield _chunk([{"index": 0, "delta": {}, "finish_reason": "tool_calls"}])
    yield _chunk([], usage=_USAGE["chat"])
    yield b"data: [DONE]\n\n"


_CHAT: Json = {"id": "chatcmpl-1", "created": 1, "model": "m"}


def _chunk(choices: list[Json], **more: Any) -> bytes:
    body = _CHAT | {"object": "chat.completion.chunk", "choices": choices, **more}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def _messages(thought: Json) -> Json:
    identifier, name, arguments = _CALL
    call = {"type": "tool_use", "id": identifier, "name": name, "input": json.loads(arguments)}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [thought, {"type": "text", "text": TEXT}, call],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": _USAGE["messages"],
    }


def _messages_stream(thought: Json) -> Iterator[bytes]:
    body, usage = _messages(thought), _USAGE["messages"]
    begun = {name: value for name, value in usage.items() if not name.startswith("output")} | {"output_tokens": 1}
    start = body | {"content": [], "stop_reason": None, "usage": begun}
    yield _event("message_start", message=start)
    for index, block in enumerate(body["content"]):
        empty: Json
        match block["type"]:
            case "thinking":
                empty = {"thinking": "", "signature": ""}
                deltas = [{"type": "thinking_delta", "thinking": piece} for piece in _pieces(THOUGHT)]
                deltas.append({"type": "signature_delta", "signature": PROOF})
            case "text":
                empty, deltas = {"text": ""}, [{"type": "text_delta", "text": piece} for piece in _pieces(TEXT)]
            case "tool_use":
                empty = {"input": {}}
                deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in _pieces(_CALL[2])]
            case _:
                empty, deltas = {}, []
        yield _event("content_block_start", index=index, content_block=block | empty)
        for delta in deltas:
            yield _event("content_block_delta", index=index, delta=delta)
        yield _event("content_block_stop", index=index)
    last = {name: value for name, value in usage.items() if name.startswith("output")}
    yield _event("message_delta", delta={"stop_reason": "tool_use", "stop_sequence": None}, usage=last)
    yield _event("message_stop")


def _responses(thought: Json) -> Json:
    identifier, name, arguments = _CALL
    part = {"type": "output_text", "text": TEXT, "annotations": [], "logprobs": []}
    called = {"call_id": identifier, "name": name, "arguments": arguments}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "output": [
            thought,
            {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part]},
            {"type": "function_call", "id": "fc_1", "status": "completed", **called},
        ],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": _USAGE["responses"],
    }


def _responses_stream(thought: Json) -> Iterator[bytes]:
    body = _responses(thought)
    begun = body | {"status": "in_progress", "output": [], "usage": None}
    events: list[tuple[str, Json]] = [("response.created", {"response": begun})]
    for index, item in enumerate(body["output"]):
        place = {"output_index": index, "item_id": item["id"]}
        between: list[tuple[str, Json]]
        match item["type"]:
            case "reasoning":
                added, between = {"summary": [], "encrypted_content": ""}, list(_summarised(item, place))
            case "message":
                added, inner = {"content": []}, place | {"content_index": 0}
                between = [("response.content_part.added", inner | {"part": item["content"][0] | {"text": ""}})]
                between += (("response.output_text.delta", inner | {"delta": piece}) for piece in _pieces(TEXT))
                between.append(("response.output_text.done", inner | {"text": TEXT}))
                between.append(("response.content_part.done", inner | {"part": item["content"][0]}))
            case _:
                added, arguments = {"arguments": ""}, item["arguments"]
                kind = "response.function_call_arguments"
                between = [(f"{kind}.delta", place | {"delta": piece}) for piece in _pieces(arguments)]
                between.append((f"{kind}.done", place | {"arguments": arguments, "name": item["name"]}))
        events.append(("response.output_item.added", {"output_index": index, "item": item | added}))
        events += between
        events.append(("response.output_item.done", {"output_index": index, "item": item}))
    events.append(("response.completed", {"response": body}))
    for number, (kind, fields) in enumerate(events):
        yield _event(kind, sequence_number=number, **fields)


def _summarised(item: Json, place: Json) -> Iterator[tuple[str, Json]]:
    for number, piece in enumerate(item["summary"]):
        inner = place | {"summary_index": number}
        yield "response.reasoning_summary_part.added", inner | {"part": piece | {"text": ""}}
        for text in _pieces(piece["text"]):
            yield "response.reasoning_summary_text.delta", inner | {"delta": text}
        yield "response.reasoning_summary_text.done", inner | {"text": piece["text"]}
        yield "response.reasoning_summary_part.done", inner | {"part": piece}


def _converse(thought: Json) -> Json:
    identifier, name, arguments = _CALL
    call = {"toolUse": {"toolUseId": identifier, "name": name, "input": json.loads(arguments)}}
    return {
        "output": {"message": {"role": "assistant", "content": [thought, {"text": TEXT}, call]}},
        "stopReason": "tool_use",
        "usage": _USAGE["converse"],
        "metrics": {"latencyMs": 1},
    }


def _converse_stream(thought: Json) -> Iterator[bytes]:
    identifier, name, arguments = _CALL
    reasoning = thought["reasoningContent"]
    pieces = _pieces(THOUGHT) if "reasoningText" in reasoning else []
    deltas: list[tuple[int, Json]] = [(0, {"reasoningContent": {"text": piece}}) for piece in pieces]
    deltas.append((0, {"reasoningContent": {"signature": PROOF} if pieces else reasoning}))
    deltas += ((1, {"text": piece}) for piece in _pieces(TEXT))
    deltas += ((2, {"toolUse": {"input": piece}}) for piece in _pieces(arguments))
    started = {"toolUse": {"toolUseId": identifier, "name": name}}
    frames: list[tuple[str, Json]] = [("messageStart", {"role": "assistant"})]
    for index in range(3):
        if index == 2:
            frames.append(("contentBlockStart", {"contentBlockIndex": index, "start": started}))
        of_it = [delta for place, delta in deltas if place == index]
        frames += (("contentBlockDelta", {"contentBlockIndex": index, "delta": delta}) for delta in of_it)
        frames.append(("contentBlockStop", {"contentBlockIndex": index}))
    frames.append(("messageStop", {"stopReason": "tool_use"}))
    frames.append(("metadata", {"usage": _USAGE["converse"], "metrics": {"latencyMs": 1}}))
    for kind, payload in frames:
        yield eventstream.encoded([{"event": kind, "payload": payload}])


def _event(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


def _pieces(text: str) -> list[str]:
    return [text[start : start + 7] for start in range(0, len(text), 7)]


_WHOLE = {"chat": _chat, "messages": _messages, "responses": _responses, "converse": _converse}
_STREAMED = {
    "chat": _chat_stream,
    "messages": _messages_stream,
    "responses": _responses_stream,
    "converse": _converse_stream,
}
