"""A Messages answer in its other form: every block, every member, as Anthropic's own clients put it together."""

import json
from typing import Any

import pytest

from planoai.apis.anthropic_messages.reform import REFORM
from tests.apis import golden

Json = dict[str, Any]

CITED = {"type": "web_search_result_location", "url": "https://w.test", "title": "W", "encrypted_index": "Eo8", "x": 1}
SEARCH = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "weather"}}
ANSWER: Json = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5-20250929",
    "content": [
        {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
        {"type": "thinking", "thinking": "", "signature": "bGVmdCBvdXQ="},
        {"type": "redacted_thinking", "data": "aGlkZGVu"},
        SEARCH,
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [{"type": "web_search_result"}]},
        {"type": "text", "text": "It rains.", "citations": [CITED, CITED], "x_text": {"a": [1e2]}},
        {"type": "text", "text": "So what?", "citations": None},
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": 1.5, "b": {"c": None}}, "caller": {"x": 1}},
        {"type": "tool_use", "id": "toolu_2", "name": "g", "input": {}},
        {"type": "hologram", "depth": {"z": 3}},
    ],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {"input_tokens": 10, "output_tokens": 9, "cache_read_input_tokens": 7, "service_tier": "standard"},
    "container": {"id": "c_1"},
    "x_unknown": {"b": 1, "a": [1e2]},
}


def streamed(answer: Json) -> list[Json]:
    frames = REFORM.as_stream(json.dumps(answer, indent=1).encode(), golden.envelope()).decode().split("\n\n")
    assert frames.pop() == ""
    told = []
    for frame in frames:
        kind, data = frame.split("\n")
        told.append(json.loads(data.removeprefix("data: ")))
        assert kind == f"event: {told[-1]['type']}"
    return told


def whole(*events: Json) -> Json:
    stream = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    found: Json = json.loads(REFORM.as_whole(stream.encode(), golden.envelope()))
    return found


def block(start: Json, *deltas: Json) -> Json:
    """What a block adds up to that starts so and goes on so."""
    answer = whole(
        {"type": "message_start", "message": {"id": "msg_1", "model": "m", "content": []}},
        {"type": "content_block_start", "index": 0, "content_block": start},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}},
        {"type": "message_stop"},
    )
    [found] = answer["content"]
    assert isinstance(found, dict)
    return found


def test_everything_survives_there_and_back() -> None:
    assert whole(*streamed(ANSWER)) == ANSWER


def test_blocks_begin_empty_and_say_their_texts_after_that() -> None:
    told = [
        (event["type"].removeprefix("content_block_"), (event.get("delta") or {}).get("type"))
        for event in streamed({**ANSWER, "content": [ANSWER["content"][0], ANSWER["content"][5], SEARCH]})
    ]

    assert told == [
        ("message_start", None),
        *[("start", None), ("delta", "thinking_delta"), ("delta", "signature_delta"), ("stop", None)],
        *[("start", None), ("delta", "text_delta"), *[("delta", "citations_delta")] * 2, ("stop", None)],
        *[("start", None), ("delta", "input_json_delta"), ("stop", None)],
        ("message_delta", None),
        ("message_stop", None),
    ]


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (['{"a"', ': "b"}'], {"a": "b"}),
        (["", ""], {}),
        (['{"a": '], {"_raw": '{"a": '}),
        (["[1]"], {"_raw": "[1]"}),
        ([], {}),
    ],
)
def test_input_is_what_its_pieces_add_up_to_or_stays_as_it_came(pieces: list[str], expected: Json) -> None:
    start = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
    deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]

    assert block(start, *deltas) == {**start, "input": expected}


def test_texts_of_blocks_that_nobody_knows_go_on() -> None:
    start = {"type": "compaction", "content": None, "depth": 1}
    told = block(
        start,
        {"type": "compaction_delta", "content": "a", "depth": 2},
        {"type": "compaction_delta", "content": "b", "depth": None},
    )

    assert told == {"type": "compaction", "content": "ab", "depth": 2}


def test_a_block_may_begin_with_some_of_its_text() -> None:
    assert block({"type": "text", "text": "a"}, {"type": "text_delta", "text": "b"})["text"] == "ab"
    assert block(
        {"type": "text", "text": "a", "citations": [{"url": "1"}]},
        {"type": "citations_delta", "citation": {"url": "2"}},
    )["citations"] == [{"url": "1"}, {"url": "2"}]


def test_what_is_told_of_the_message_at_its_end_is_part_of_it() -> None:
    told = whole(
        {"type": "message_start", "message": {"id": "msg_1", "usage": {"input_tokens": 5, "output_tokens": 1, "x": 1}}},
        {"type": "ping"},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "stop_sequence", "stop_sequence": "END", "container": {"id": "c"}},
            "usage": {"input_tokens": None, "output_tokens": 9},
            "context_management": {"applied_edits": []},
        },
        {"type": "message_stop"},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
    )

    assert told == {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "configured-model",
        "content": [],
        "stop_reason": "stop_sequence",
        "stop_sequence": "END",
        "container": {"id": "c"},
        "context_management": {"applied_edits": []},
        "usage": {"input_tokens": 5, "output_tokens": 9, "x": 1},
    }


def test_an_answer_that_does_not_say_why_it_ended_ends_like_one_that_does() -> None:
    call = {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}

    assert streamed({"content": [call]})[-2]["delta"]["stop_reason"] == "tool_use"
    assert streamed({"content": []})[-2]["delta"]["stop_reason"] == "end_turn"
    assert streamed({"content": []})[0]["message"]["usage"] == {"input_tokens": 0, "output_tokens": 0}
