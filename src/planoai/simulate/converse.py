"""A script written as Bedrock's Converse answer: one JSON body, or binary event-stream frames that end with `metadata`.

Payloads have their keys in alphabetical order and a padding `p` of changing length, as the service sends them.
Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from planoai.simulate.dialect import Frame, Refusing, Turn
from planoai.simulate.eventstream import frame
from planoai.simulate.ids import Ids, signature
from planoai.simulate.options import Stop
from planoai.simulate.script import Call, Piece, Text, Thought, slices
from planoai.simulate.vendors import Allowance, Reply, bedrock

REASONS: dict[Stop, str] = {
    "end": "end_turn",
    "sequence": "stop_sequence",
    "length": "max_tokens",
    "context": "model_context_window_exceeded",
    "filter": "content_filtered",
    "tools": "tool_use",
    "pause": "end_turn",
}
_METRICS = {"latencyMs": 420}
_PADDING = 48

Fields = dict[str, Any]


def new_id(ids: Ids) -> str:
    return ids.uuid()


def headers(turn: Turn, allowance: Allowance) -> tuple[tuple[str, str], ...]:  # noqa: ARG001  # Bedrock does not tell its limits
    return bedrock.headers(turn.ids, stream=turn.ask.stream)


def refuse(refusing: Refusing) -> Reply:
    return bedrock.reply(refusing.problem, refusing.ids)


def whole(turn: Turn) -> bytes:
    content = [_block(turn.ids, piece) for piece in turn.script.pieces]
    body: Fields = {
        "metrics": _METRICS,
        "output": {"message": {"content": content, "role": "assistant"}},
        "stopReason": REASONS[turn.script.stop],
        "usage": _usage(turn),
    }
    return msgspec.json.encode(_extra(turn) | body)


def stream(turn: Turn) -> Iterator[Frame]:
    yield _event(turn, "messageStart", role="assistant")
    for index, piece in enumerate(turn.script.pieces):
        if isinstance(piece, Call):
            start = {"toolUse": {"name": piece.tool.name, "toolUseId": f"tooluse_{turn.ids.base64(22)}"}}
            yield _event(turn, "contentBlockStart", contentBlockIndex=index, start=start)
        for delta, content in _deltas(turn, piece):
            yield Frame(_event(turn, "contentBlockDelta", contentBlockIndex=index, delta=delta).data, content)
        yield _event(turn, "contentBlockStop", contentBlockIndex=index)
    yield _event(turn, "messageStop", **_extra(turn), stopReason=REASONS[turn.script.stop])
    yield _event(turn, "metadata", metrics=_METRICS, usage=_usage(turn))


def terminator(turn: Turn) -> bytes:
    return _event(turn, "messageStop", stopReason=REASONS[turn.script.stop]).data


def broken(turn: Turn, refusing: Refusing, sent: int) -> bytes:  # noqa: ARG001  # only Responses counts its events
    """An exception frame."""
    kind, payload = bedrock.exception(refusing.problem)
    named = ((":exception-type", kind), (":content-type", "application/json"), (":message-type", "exception"))
    return frame(named, msgspec.json.encode(payload))


def _block(ids: Ids, piece: Piece) -> Fields:
    match piece:
        case Thought():
            return {"reasoningContent": {"reasoningText": {"signature": signature(piece.text), "text": piece.text}}}
        case Text():
            return {"text": piece.text}
        case Call():
            return {
                "toolUse": {"input": _input(piece), "name": piece.tool.name, "toolUseId": f"tooluse_{ids.base64(22)}"}
            }


def _input(call: Call) -> object:
    """Arguments that the token limit cut are no JSON any more; a whole answer then has none."""
    try:
        return msgspec.json.decode(call.arguments)
    except msgspec.DecodeError:
        return {}


def _deltas(turn: Turn, piece: Piece) -> Iterator[tuple[Fields, bool]]:
    size = turn.options.chunk
    match piece:
        case Thought():
            yield from (({"reasoningContent": {"text": part}}, True) for part in slices(piece.text, size))
            yield {"reasoningContent": {"signature": signature(piece.text)}}, False
        case Text():
            yield from (({"text": part}, True) for part in slices(piece.text, size))
        case Call():
            parts = [piece.arguments] if turn.options.one_chunk else slices(piece.arguments, size)
            yield from (({"toolUse": {"input": part}}, True) for part in parts)


def _extra(turn: Turn) -> Fields:
    """Claude on Bedrock names the stop string here, to those who ask for it."""
    asked = "stop_sequence" in turn.ask.wants
    return {"additionalModelResponseFields": {"stop_sequence": turn.script.matched}} if asked else {}


def _usage(turn: Turn) -> Fields:
    usage = turn.script.usage
    return {
        "cacheReadInputTokens": usage.cached,
        "cacheWriteInputTokens": usage.written,
        "inputTokens": usage.fresh,
        "outputTokens": usage.output,
        "serverToolUsage": {},
        "totalTokens": usage.input + usage.output,
    }


def _event(turn: Turn, kind: str, **values: object) -> Frame:
    named = ((":event-type", kind), (":content-type", "application/json"), (":message-type", "event"))
    payload = dict(sorted((values | {"p": turn.ids.padding(_PADDING)}).items()))
    return Frame(frame(named, msgspec.json.encode(payload)))
