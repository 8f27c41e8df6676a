"""A Responses answer in its other form, for clients of the same API: items and fields that nobody here knows stay as they are."""

from collections.abc import Callable

import msgspec
from msgspec import Raw

from planoai.apis.dialect import Envelope, Reform
from planoai.apis.openai_responses.open_items import Events
from planoai.apis.openai_responses.output_read import finished_response
from planoai.errors import UpstreamUnreadable

Object = dict[str, Raw]
Fields = dict[str, object]

_encode = msgspec.json.Encoder().encode
_OBJECT = msgspec.json.Decoder(Object)
_LIST = msgspec.json.Decoder(list[Raw])
_NOT_YET: Fields = {
    "status": "in_progress",
    "output": [],
    "usage": None,
    "completed_at": None,
    "incomplete_details": None,
}
_STATUSES = {"incomplete": "response.incomplete", "failed": "response.failed"}


def _as_stream(body: bytes, _envelope: Envelope) -> bytes:
    """Every item is added empty, told in one piece, and done as it is."""
    events = Events()
    try:
        response = _OBJECT.decode(msgspec.json.format(body, indent=-1))
        items = _LIST.decode(response.get("output", b"[]"))
        started: Fields = {"response": {**response, **_NOT_YET}}
        events.put(b"response.created", started)
        events.put(b"response.in_progress", started)
        for place, item in enumerate(items):
            _tell(place, item, events)
        status = msgspec.json.decode(response.get("status", b"null"), type=object)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UpstreamUnreadable(f"the upstream's answer can not be read: {error}") from None
    kind = _STATUSES.get(status, "response.completed") if isinstance(status, str) else "response.completed"
    events.put(kind.encode(), {"response": response})
    return b"".join(events.out)


def _as_whole(stream: bytes, _envelope: Envelope) -> bytes:
    return _encode(finished_response(stream))


def _tell(place: int, raw: Raw, events: Events) -> None:
    item = _OBJECT.decode(raw)
    kind = _text(item, "type")
    where: Fields = {"item_id": _text(item, "id"), "output_index": place}
    tell, empty = _GROWING.get(kind, (None, {}))
    added = {**item, **{name: value for name, value in empty.items() if name in item}}
    events.put(b"response.output_item.added", {"output_index": place, "item": added})
    if tell is not None:
        tell(item, where, events)
    events.put(b"response.output_item.done", {"output_index": place, "item": raw})


def _message(item: Object, where: Fields, events: Events) -> None:
    for index, raw in enumerate(_list(item, "content")):
        part = _OBJECT.decode(raw)
        here = {**where, "content_index": index}
        kind = _text(part, "type")
        name = "refusal" if kind == "refusal" else "text"
        known = kind in ("output_text", "refusal")
        empty: Fields = {} if not known else {name: ""} if kind == "refusal" else {name: "", "annotations": []}
        events.put(b"response.content_part.added", {**here, "part": {**part, **empty}})
        if known:
            also: Fields = {} if kind == "refusal" else {"logprobs": part.get("logprobs", [])}
            _pieces(f"response.{kind}".encode(), here, name, part, events, also)
        events.put(b"response.content_part.done", {**here, "part": raw})


def _reasoning(item: Object, where: Fields, events: Events) -> None:
    for index, raw in enumerate(_list(item, "summary")):
        part = _OBJECT.decode(raw)
        here = {**where, "summary_index": index}
        events.put(b"response.reasoning_summary_part.added", {**here, "part": {**part, "text": ""}})
        _pieces(b"response.reasoning_summary_text", here, "text", part, events)
        events.put(b"response.reasoning_summary_part.done", {**here, "part": raw})
    for index, raw in enumerate(_list(item, "content")):
        _pieces(b"response.reasoning_text", {**where, "content_index": index}, "text", _OBJECT.decode(raw), events)


def _call(item: Object, where: Fields, events: Events) -> None:
    _pieces(b"response.function_call_arguments", where, "arguments", item, events)


def _custom_call(item: Object, where: Fields, events: Events) -> None:
    _pieces(b"response.custom_tool_call_input", where, "input", item, events)


def _pieces(kind: bytes, where: Fields, name: str, said: Object, events: Events, also: Fields | None = None) -> None:
    """The text of `said` under `name`, and that it is complete."""
    text, more = said.get(name, Raw(b'""')), also or {}
    if bytes(text) not in (b'""', b"null"):
        events.put(kind + b".delta", {**where, "delta": text, **more})
    events.put(kind + b".done", {**where, name: text, **more})


# How an item of a type is told, and what it is before.
_GROWING: dict[str, tuple[Callable[[Object, Fields, Events], None] | None, Fields]] = {
    "message": (_message, {"status": "in_progress", "content": []}),
    "reasoning": (_reasoning, {"summary": [], "content": [], "encrypted_content": None}),
    "function_call": (_call, {"status": "in_progress", "arguments": ""}),
    "custom_tool_call": (_custom_call, {"status": "in_progress", "input": ""}),
}


def _text(said: Object, name: str) -> str:
    value = msgspec.json.decode(said.get(name, b"null"), type=object)
    return value if isinstance(value, str) else ""


def _list(said: Object, name: str) -> list[Raw]:
    raw = said.get(name, Raw(b"[]"))
    return _LIST.decode(raw) if bytes(raw).startswith(b"[") else []


REFORM = Reform(as_stream=_as_stream, as_whole=_as_whole)
