"""The output items of a response, and the events that each of them is streamed with."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from msgspec import Struct

from planoai.simulate.dialect import Turn
from planoai.simulate.ids import Ids, signature
from planoai.simulate.script import Call, Piece, Text, Thought, slices

Fields = dict[str, Any]
Event = tuple[str, Fields, bool]  # type, fields, whether it carries content


class Item(Struct, frozen=True):
    """An output item as it is announced and as it is in the end."""

    piece: Piece
    added: Fields
    done: Fields


def items(turn: Turn) -> list[Item]:
    """The same ids every time it is asked, for the same turn."""
    ids = Ids(turn.id)
    complete = turn.script.stop not in ("length", "context", "filter")
    last = len(turn.script.pieces) - 1
    return [
        _item(turn, ids, piece, complete=complete or place != last) for place, piece in enumerate(turn.script.pieces)
    ]


def events(turn: Turn, made: list[Item]) -> Iterator[Event]:
    """From the first `output_item.added` to the last `output_item.done`, one item after another; calls may take turns."""
    parts = [list(_item_events(turn, index, item)) for index, item in enumerate(made)]
    if not turn.options.interleave:
        yield from (event for part in parts for event in part)
        return
    calls = [part for item, part in zip(made, parts, strict=True) if isinstance(item.piece, Call)]
    yield from (
        event for item, part in zip(made, parts, strict=True) if not isinstance(item.piece, Call) for event in part
    )
    yield from (part[0] for part in calls)
    yield from (event for turns in zip_longest(*(part[1:] for part in calls)) for event in turns if event is not None)


def _item(turn: Turn, ids: Ids, piece: Piece, *, complete: bool) -> Item:
    status = "completed" if complete else "incomplete"
    match piece:
        case Thought():
            encrypted = {"encrypted_content": signature(piece.text)} if "encrypted" in turn.ask.wants else {}
            item: Fields = {"id": f"rs_{ids.hex(50)}", "type": "reasoning", **encrypted, "summary": []}
            return Item(piece, item, item | {"summary": [_summary(piece.text)]})
        case Text():
            item = {
                "id": f"msg_{ids.hex(50)}",
                "type": "message",
                "status": "in_progress",
                "content": [],
                "role": "assistant",
            }
            return Item(piece, item, item | {"status": status, "content": [_part(piece.text)]})
        case Call():
            field, value, kind, prefix = _call_words(piece)
            space = {"namespace": piece.tool.namespace} if piece.tool.namespace else {}
            item = {
                "id": f"{prefix}_{ids.hex(50)}",
                "type": kind,
                "status": "in_progress",
                field: "",
                "call_id": f"call_{ids.letters(24)}",
            }
            item |= {"name": piece.tool.name, **space}
            return Item(piece, item, item | {"status": status, field: value})


def _call_words(call: Call) -> tuple[str, str, str, str]:
    """The field of the arguments, its value, the type of the item and the prefix of its id."""
    if call.tool.custom:
        return "input", call.arguments, "custom_tool_call", "ctc"
    return "arguments", call.arguments, "function_call", "fc"


def _item_events(turn: Turn, index: int, item: Item) -> Iterator[Event]:
    yield "response.output_item.added", {"output_index": index, "item": item.added}, False
    where = {"item_id": item.added["id"], "output_index": index}
    match item.piece:
        case Thought():
            yield from _thought_events(turn, where, item.piece)
        case Text():
            yield from _text_events(turn, where, item.piece)
        case Call():
            yield from _call_events(turn, where, item.piece)
    yield "response.output_item.done", {"output_index": index, "item": item.done}, False


def _thought_events(turn: Turn, where: Fields, thought: Thought) -> Iterator[Event]:
    where = where | {"summary_index": 0}
    yield "response.reasoning_summary_part.added", where | {"part": _summary("")}, False
    for part in slices(thought.text, turn.options.chunk):
        yield "response.reasoning_summary_text.delta", where | {"delta": part}, True
    yield "response.reasoning_summary_text.done", where | {"text": thought.text}, False
    yield "response.reasoning_summary_part.done", where | {"part": _summary(thought.text)}, False


def _text_events(turn: Turn, where: Fields, text: Text) -> Iterator[Event]:
    where = where | {"content_index": 0}
    yield "response.content_part.added", where | {"part": _part("")}, False
    for part in slices(text.text, turn.options.chunk):
        yield "response.output_text.delta", where | {"delta": part, "logprobs": []}, True
    yield "response.output_text.done", where | {"text": text.text, "logprobs": []}, False
    yield "response.content_part.done", where | {"part": _part(text.text)}, False


def _call_events(turn: Turn, where: Fields, call: Call) -> Iterator[Event]:
    field, value, _, _ = _call_words(call)
    kind = "response.custom_tool_call_input" if call.tool.custom else "response.function_call_arguments"
    for part in [value] if turn.options.one_chunk else slices(value, turn.options.chunk):
        yield f"{kind}.delta", where | {"delta": part}, True
    yield f"{kind}.done", where | {field: value}, False


def _summary(text: str) -> Fields:
    return {"type": "summary_text", "text": text}


def _part(text: str) -> Fields:
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": text}
