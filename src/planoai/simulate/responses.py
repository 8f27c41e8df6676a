"""A script written as an OpenAI response: one JSON body, or events numbered from `response.created` to `response.completed`.

Source: https://platform.openai.com/docs/api-reference/responses-streaming.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from planoai.simulate import outputs
from planoai.simulate.dialect import Frame, Refusing, Turn
from planoai.simulate.ids import Ids
from planoai.simulate.options import Stop
from planoai.simulate.vendors import Allowance, Reply, openai

_INCOMPLETE: dict[Stop, str] = {
    "length": "max_output_tokens",
    "context": "max_output_tokens",
    "filter": "content_filter",
}

Fields = dict[str, Any]


def new_id(ids: Ids) -> str:
    return f"resp_{ids.hex(50)}"


def headers(turn: Turn, allowance: Allowance) -> tuple[tuple[str, str], ...]:
    return openai.headers(turn.ids, allowance, turn.ask.model, stream=turn.ask.stream)


def refuse(refusing: Refusing) -> Reply:
    return openai.reply(refusing.problem, refusing.ids, refusing.allowance, refusing.model)


def whole(turn: Turn) -> bytes:
    return openai.pretty(_finished(turn, [item.done for item in outputs.items(turn)]))


def stream(turn: Turn) -> Iterator[Frame]:
    """Every event carries the next `sequence_number`, from 0."""
    for number, (kind, fields, content) in enumerate(_events(turn)):
        if content and "plain" not in turn.ask.wants:
            fields["obfuscation"] = turn.ids.padding()
        yield Frame(_event(kind, number, fields), content)


def terminator(turn: Turn) -> bytes:
    return _event("response.completed", 0, {"response": _finished(turn, [])})


def broken(turn: Turn, refusing: Refusing, sent: int) -> bytes:
    """An `error` event and `response.failed`."""
    error = openai.error(refusing.problem, refusing.allowance, turn.ask.model)
    code = error["code"] or error["type"]
    failed = _response(turn, "failed") | {"error": {"code": code, "message": error["message"]}}
    return _event("error", sent, {"error": error | {"code": code}}) + _event(
        "response.failed", sent + 1, {"response": failed}
    )


def conversation(turn: Turn) -> tuple[Fields, ...]:
    """The items that came and those of the answer: what is remembered under the id of this response."""
    return (*turn.ask.items, *(item.done for item in outputs.items(turn)))


def _events(turn: Turn) -> Iterator[tuple[str, Fields, bool]]:
    started = {"response": _response(turn, "in_progress")}
    yield "response.created", started, False
    yield "response.in_progress", started, False
    items = outputs.items(turn)
    yield from outputs.events(turn, items)
    ending = "response.incomplete" if turn.script.stop in _INCOMPLETE else "response.completed"
    yield ending, {"response": _finished(turn, [item.done for item in items])}, False


def _finished(turn: Turn, output: list[Fields]) -> Fields:
    script = turn.script
    reason = _INCOMPLETE.get(script.stop)
    changes: Fields = {"output": output, "usage": _usage(turn)}
    if reason is None:
        changes["completed_at"] = turn.now
    else:
        changes["incomplete_details"] = {"reason": reason}
    return _response(turn, "incomplete" if reason else "completed") | changes


def _response(turn: Turn, status: str) -> Fields:
    """In the order the API prints it: what is echoed is spread over three places."""
    echo = turn.ask.echo
    first, last = ("instructions", "max_output_tokens", "max_tool_calls"), ("user", "metadata")
    return {
        "id": turn.id,
        "object": "response",
        "created_at": turn.now,
        "status": status,
        "background": False,
        "completed_at": None,
        "error": None,
        "frequency_penalty": 0.0,
        "incomplete_details": None,
        **{name: echo[name] for name in first},
        "model": turn.ask.model,
        "output": [],
        "presence_penalty": 0.0,
        "service_tier": "default",
        **{name: value for name, value in echo.items() if name not in first + last},
        "usage": None,
        **{name: echo[name] for name in last},
    }


def _usage(turn: Turn) -> Fields:
    usage = turn.script.usage
    return {
        "input_tokens": usage.input,
        "input_tokens_details": {"cached_tokens": usage.cached, "cache_write_tokens": usage.written},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.input + usage.output,
    }


def _event(kind: str, number: int, fields: Fields) -> bytes:
    data = msgspec.json.encode({"type": kind, "sequence_number": number, **fields})
    return b"event: " + kind.encode() + b"\ndata: " + data + b"\n\n"
