"""A script written as an Anthropic message: one JSON body, or named events from `message_start` to `message_stop`.

Anthropic pads its events with spaces before the last brace and sends a ping after the first block has started; so does this.
Source: https://docs.anthropic.com/en/docs/build-with-claude/streaming.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from planoai.simulate.dialect import Frame, Refusing, Turn
from planoai.simulate.ids import Ids, signature
from planoai.simulate.options import Stop
from planoai.simulate.script import Call, Piece, Text, Thought, slices
from planoai.simulate.vendors import Allowance, Reply, anthropic

REASONS: dict[Stop, str] = {
    "end": "end_turn",
    "sequence": "stop_sequence",
    "length": "max_tokens",
    "context": "model_context_window_exceeded",
    "filter": "refusal",
    "tools": "tool_use",
    "pause": "pause_turn",
}
PING = b'event: ping\ndata: {"type": "ping"}\n\n'
_SPACES = 16

Fields = dict[str, Any]


def new_id(ids: Ids) -> str:
    return f"msg_01{ids.base58(22)}"


def headers(turn: Turn, allowance: Allowance) -> tuple[tuple[str, str], ...]:
    return anthropic.headers(turn.ids, allowance, turn.now, stream=turn.ask.stream)


def refuse(refusing: Refusing) -> Reply:
    return anthropic.reply(refusing.problem, refusing.ids, refusing.allowance, refusing.model, refusing.now)


def whole(turn: Turn) -> bytes:
    content = [_block(turn.ids, piece) for piece in turn.script.pieces]
    body = _message(turn, content) | _ending(turn) | {"usage": _usage(turn)}
    if "context_management" in turn.ask.wants:
        body["context_management"] = {"applied_edits": []}
    return msgspec.json.encode(body)


def count(turn: Turn) -> bytes:
    return msgspec.json.encode({"input_tokens": turn.script.usage.input})


def stream(turn: Turn) -> Iterator[Frame]:
    ending = {"stop_reason": None, "stop_sequence": None, "stop_details": None}
    yield _event(turn, "message_start", message=_message(turn, []) | ending | {"usage": _usage(turn, started=True)})
    if not turn.script.pieces:
        yield Frame(PING)
    for index, piece in enumerate(turn.script.pieces):
        yield _event(turn, "content_block_start", index=index, content_block=_block(turn.ids, piece, started=True))
        if index == 0:
            yield Frame(PING)
        for delta in _deltas(turn, piece):
            yield _event(turn, "content_block_delta", index=index, delta=delta)
        yield _event(turn, "content_block_stop", index=index)
    usage = turn.script.usage
    counted = {
        "input_tokens": usage.fresh,
        "cache_creation_input_tokens": usage.written,
        "cache_read_input_tokens": usage.cached,
        "output_tokens": usage.output,
        **_details(turn),
    }
    extra: Fields = {"context_management": {"applied_edits": []}} if "context_management" in turn.ask.wants else {}
    yield _event(turn, "message_delta", delta=_ending(turn), usage=counted, **extra)
    yield Frame(terminator(turn))


def terminator(turn: Turn) -> bytes:
    return _event(turn, "message_stop").data


def broken(turn: Turn, refusing: Refusing, sent: int) -> bytes:  # noqa: ARG001  # only Responses counts its events
    """An `error` event, which Anthropic sends without closing the block or the message."""
    error = {"details": None} | anthropic.error(refusing.problem, refusing.allowance, turn.ask.model)
    data = msgspec.json.encode({"type": "error", "error": error, "request_id": anthropic.request_id(turn.ids)})
    return b"event: error\ndata: " + data + b"\n\n"


def _message(turn: Turn, content: list[Fields]) -> Fields:
    return {"model": turn.ask.model, "id": turn.id, "type": "message", "role": "assistant", "content": content}


def _ending(turn: Turn) -> Fields:
    filtered = turn.script.stop == "filter"
    return {
        "stop_reason": REASONS[turn.script.stop],
        "stop_sequence": turn.script.matched,
        "stop_details": {"type": "refusal", "category": None, "explanation": None} if filtered else None,
    }


def _block(ids: Ids, piece: Piece, *, started: bool = False) -> Fields:
    """A content block; when it has only `started` it is still empty."""
    match piece:
        case Thought():
            empty: Fields = {"type": "thinking", "thinking": "", "signature": ""}
            return empty if started else empty | {"thinking": piece.text, "signature": signature(piece.text)}
        case Text():
            return {"type": "text", "text": "" if started else piece.text}
        case Call():
            block: Fields = {"type": "tool_use", "id": f"toolu_01{ids.base58(22)}", "name": piece.tool.name}
            return block | {"input": {} if started else _input(piece), "caller": {"type": "direct"}}


def _input(call: Call) -> object:
    """Arguments that the token limit cut are no JSON any more; a whole answer then has none."""
    try:
        return msgspec.json.decode(call.arguments)
    except msgspec.DecodeError:
        return {}


def _deltas(turn: Turn, piece: Piece) -> Iterator[Fields]:
    size = turn.options.chunk
    match piece:
        case Thought():
            yield from ({"type": "thinking_delta", "thinking": part} for part in slices(piece.text, size))
            yield {"type": "signature_delta", "signature": signature(piece.text)}
        case Text():
            yield from ({"type": "text_delta", "text": part} for part in slices(piece.text, size))
        case Call():
            parts = [piece.arguments] if turn.options.one_chunk else slices(piece.arguments, size)
            yield from ({"type": "input_json_delta", "partial_json": part} for part in ("", *parts))


def _usage(turn: Turn, *, started: bool = False) -> Fields:
    usage = turn.script.usage
    return {
        "input_tokens": usage.fresh,
        "cache_creation_input_tokens": usage.written,
        "cache_read_input_tokens": usage.cached,
        "cache_creation": {"ephemeral_5m_input_tokens": usage.written, "ephemeral_1h_input_tokens": 0},
        "output_tokens": min(usage.output, 1) if started else usage.output,
        **({} if started else _details(turn)),
        "service_tier": "standard",
        "inference_geo": "not_available",
    }


def _details(turn: Turn) -> Fields:
    reasoning = turn.script.usage.reasoning
    return {"output_tokens_details": {"thinking_tokens": reasoning}} if reasoning else {}


def _event(turn: Turn, kind: str, **values: object) -> Frame:
    data = msgspec.json.encode({"type": kind, **values})
    padded = data[:-1] + b" " * (len(turn.ids.padding(_SPACES)) - 1) + b"}"
    delta = values.get("delta")
    content = (
        kind == "content_block_delta"
        and isinstance(delta, dict)
        and delta.get("partial_json") != ""
        and "signature" not in delta
    )
    return Frame(b"event: " + kind.encode() + b"\ndata: " + padded + b"\n\n", content)
