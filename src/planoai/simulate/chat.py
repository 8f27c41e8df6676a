"""A script written as a Chat completion: one JSON body, or `data:` lines that end with `[DONE]`.

Reasoning goes where OpenAI-compatible vendors put it, into `reasoning_content`. Azure's streams begin with a chunk of
filter results that has no choices. Source: https://platform.openai.com/docs/api-reference/chat.
"""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import msgspec

from planoai.simulate.dialect import Frame, Refusing, Turn
from planoai.simulate.ids import Ids
from planoai.simulate.options import Stop
from planoai.simulate.script import Call, Text, Thought, Usage, slices
from planoai.simulate.vendors import Allowance, Reply, openai

FINISH: dict[Stop, str] = {
    "end": "stop",
    "sequence": "stop",
    "length": "length",
    "context": "length",
    "filter": "content_filter",
    "tools": "tool_calls",
    "pause": "stop",
}
DONE = b"data: [DONE]\n\n"
_FILTERS = {name: {"filtered": False, "severity": "safe"} for name in ("hate", "self_harm", "sexual", "violence")}

Delta = dict[str, Any]


def new_id(ids: Ids) -> str:
    return f"chatcmpl-{ids.letters(29)}"


def headers(turn: Turn, allowance: Allowance) -> tuple[tuple[str, str], ...]:
    return openai.headers(turn.ids, allowance, turn.ask.model, stream=turn.ask.stream, azure="azure" in turn.ask.wants)


def refuse(refusing: Refusing) -> Reply:
    return openai.reply(refusing.problem, refusing.ids, refusing.allowance, refusing.model)


def whole(turn: Turn) -> bytes:
    azure = "azure" in turn.ask.wants
    choices = [
        {
            "index": index,
            "message": _message(turn),
            "logprobs": None,
            "finish_reason": FINISH[turn.script.stop],
            **({"content_filter_results": _FILTERS} if azure else {}),
        }
        for index in range(turn.ask.echo["n"])
    ]
    body = {
        "id": turn.id,
        "object": "chat.completion",
        "created": turn.now,
        "model": turn.ask.model,
        "choices": choices,
        "usage": _usage(turn),
        "service_tier": "default",
        "system_fingerprint": _fingerprint(turn),
    }
    if azure:
        body["prompt_filter_results"] = [{"prompt_index": 0, "content_filter_results": _FILTERS}]
        return msgspec.json.encode(body)
    return openai.pretty(body)


def stream(turn: Turn) -> Iterator[Frame]:
    if "azure" in turn.ask.wants:
        results = [{"prompt_index": 0, "content_filter_results": _FILTERS}]
        empty = {"choices": [], "created": 0, "id": "", "model": "", "object": "", "prompt_filter_results": results}
        yield Frame(_data(empty))
    copies = range(turn.ask.echo["n"])
    for delta, content in _deltas(turn):
        for index in copies:
            yield Frame(_data(_chunk(turn, [_choice(turn, index, delta, None)])), content)
    for index in copies:
        yield Frame(_data(_chunk(turn, [_choice(turn, index, {}, FINISH[turn.script.stop])])))
    if "usage" in turn.ask.wants:
        yield Frame(_data(_chunk(turn, []) | {"usage": _usage(turn)}))
    yield Frame(DONE)


def terminator(turn: Turn) -> bytes:  # noqa: ARG001  # every API gets the turn; this one needs nothing of it
    return DONE


def broken(turn: Turn, refusing: Refusing, sent: int) -> bytes:  # noqa: ARG001  # only Responses counts its events
    """An error chunk. There is no `[DONE]` after it."""
    return _data({"error": openai.error(refusing.problem, refusing.allowance, turn.ask.model)})


def _message(turn: Turn) -> dict[str, object]:
    script = turn.script
    message: dict[str, object] = {
        "role": "assistant",
        "content": None if script.calls and not script.text else script.text,
    }
    if script.thought:
        message["reasoning_content"] = script.thought
    if script.calls:
        message["tool_calls"] = [_whole_call(turn.ids, call) for call in script.calls]
    return message | {"refusal": None, "annotations": []}


def _whole_call(ids: Ids, call: Call) -> dict[str, object]:
    return {"id": f"call_{ids.letters(24)}", **_function(call, call.arguments)}


def _function(call: Call, arguments: str) -> dict[str, object]:
    if call.tool.custom:
        return {"type": "custom", "custom": {"name": call.tool.name, "input": arguments}}
    return {"type": "function", "function": {"name": call.tool.name, "arguments": arguments}}


def _deltas(turn: Turn) -> Iterator[tuple[Delta, bool]]:
    """The `delta` of each chunk, and whether it carries content. A lone call starts in the chunk that names the role."""
    script, size = turn.script, turn.options.chunk
    calls = list(_call_deltas(turn))
    first: Delta = {
        "role": "assistant",
        "content": None if script.thought or (calls and not script.text) else "",
        "refusal": None,
    }
    if script.thought:
        first["reasoning_content"] = ""
    if len(script.calls) == 1 and not script.text and not script.thought:
        yield first | calls[0], turn.options.one_chunk
        calls = calls[1:]
    else:
        yield first, False
    for piece in script.pieces:
        if isinstance(piece, Thought):
            yield from (({"content": None, "reasoning_content": part}, True) for part in slices(piece.text, size))
        elif isinstance(piece, Text):
            other = {"reasoning_content": None} if script.thought else {}
            yield from (({"content": part, **other}, True) for part in slices(piece.text, size))
    yield from ((delta, _has_arguments(delta)) for delta in calls)


def _call_deltas(turn: Turn) -> Iterator[Delta]:
    started = []
    parts = []
    for index, call in enumerate(turn.script.calls):
        arguments = call.arguments if turn.options.one_chunk else ""
        started.append(
            {"tool_calls": [{"index": index, "id": f"call_{turn.ids.letters(24)}", **_function(call, arguments)}]}
        )
        pieces = [] if turn.options.one_chunk else slices(call.arguments, turn.options.chunk)
        field, name = ("custom", "input") if call.tool.custom else ("function", "arguments")
        parts.append([{"tool_calls": [{"index": index, field: {name: piece}}]} for piece in pieces])
    if turn.options.interleave:
        yield from started
        yield from (delta for turns in zip_longest(*parts) for delta in turns if delta is not None)
        return
    for start, rest in zip(started, parts, strict=True):
        yield start
        yield from rest


def _has_arguments(delta: Delta) -> bool:
    call = delta["tool_calls"][0]
    return bool(call["function"]["arguments"] if "function" in call else call["custom"]["input"])


def _choice(turn: Turn, index: int, delta: Delta, finish: str | None) -> dict[str, object]:
    choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
    return choice | {"content_filter_results": {}} if "azure" in turn.ask.wants else choice


def _chunk(turn: Turn, choices: list[dict[str, object]]) -> dict[str, object]:
    chunk: dict[str, object] = {
        "id": turn.id,
        "object": "chat.completion.chunk",
        "created": turn.now,
        "model": turn.ask.model,
        "service_tier": "default",
        "system_fingerprint": _fingerprint(turn),
        "choices": choices,
    }
    if "usage" in turn.ask.wants:
        chunk["usage"] = None
    if "plain" not in turn.ask.wants and choices:
        chunk["obfuscation"] = turn.ids.padding()
    return chunk


def _fingerprint(turn: Turn) -> str:
    return "fp_" + Ids(turn.ask.model).hex(10)


def _usage(turn: Turn) -> dict[str, object]:
    usage: Usage = turn.script.usage
    output = usage.output * int(turn.ask.echo["n"])
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": output,
        "total_tokens": usage.input + output,
        "prompt_tokens_details": {
            "cached_tokens": usage.cached,
            "cache_write_tokens": usage.written,
            "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _data(value: object) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"
