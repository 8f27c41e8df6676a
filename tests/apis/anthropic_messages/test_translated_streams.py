"""Streams of other dialects as the official Anthropic client reads them."""

import json
from pathlib import Path
from typing import Any

import pytest
from anthropic import types
from anthropic.lib.streaming._messages import accumulate_event

from planoai.apis.anthropic_messages.response_write import write_answer
from planoai.conversation.event import Failed
from planoai.conversation.fold import fold
from tests.apis import golden
from tests.apis.anthropic_messages.protocol import check, frames

OTHERS = [path for path in golden.streams() if path.parent.name != "anthropic_messages"]


def _complete(path: Path) -> bool:
    return not isinstance(golden.read_stream(path.parent.name, [golden.bytes_of(path)])[-1], Failed)


def accumulated(stream: bytes) -> dict[str, Any]:
    """What the official client makes of a stream, error and ping events aside."""
    snapshot = None
    buffers: dict[int, bytes] = {}
    for frame in frames(stream):
        if frame["type"] not in ("ping", "error"):
            snapshot = accumulate_event(event=frame, current_snapshot=snapshot, json_bufs=buffers)  # type: ignore[arg-type]
    assert isinstance(snapshot, types.Message)
    return snapshot.to_dict(mode="json")


@pytest.mark.parametrize("path", OTHERS, ids=golden.name)
def test_every_stream_keeps_the_protocol(path: Path) -> None:
    events = golden.read_stream(path.parent.name, [golden.bytes_of(path)])

    check(golden.write_stream("anthropic_messages", events), complete=not isinstance(events[-1], Failed))


@pytest.mark.parametrize("path", [path for path in OTHERS if _complete(path)], ids=golden.name)
def test_a_stream_says_what_the_whole_answer_says(path: Path) -> None:
    events = golden.read_stream(path.parent.name, [golden.bytes_of(path)])

    streamed = accumulated(golden.write_stream("anthropic_messages", events))
    body = write_answer(fold(events), golden.ENVELOPE)
    whole = json.loads(body)
    types.Message.model_validate_json(body, strict=True)

    assert _content(streamed) == _content(whole)
    assert streamed["stop_reason"] == whole["stop_reason"]
    assert streamed["usage"]["output_tokens"] == whole["usage"]["output_tokens"]
    assert streamed["usage"]["input_tokens"] == whole["usage"]["input_tokens"]
    assert streamed["id"] == whole["id"]


def _content(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Without the one empty text that an empty stream has to hold, and input that was cut short, which the official client reads as none."""
    blocks = [{name: value for name, value in block.items() if value is not None} for block in message["content"]]
    blocks = [block | {"input": {}} if "_raw" in block.get("input", ()) else block for block in blocks]
    return [block for block in blocks if block != {"type": "text", "text": ""}]
