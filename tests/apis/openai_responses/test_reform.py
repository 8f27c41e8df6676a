"""An answer in its other form says the same, unknown things too."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.apis.openai_responses import DIALECT
from planoai.apis.openai_responses.stream_write import ResponsesStreamWriter
from planoai.conversation.event import Ended, Event
from planoai.errors import UpstreamUnreadable
from tests.apis.anthropic_messages.events import between
from tests.apis.golden import envelope
from tests.apis.openai_responses.test_clients import streamed
from tests.apis.openai_responses.test_stream_write import asking, grown, kinds, read, well_formed

REFORM = DIALECT.reform
assert REFORM is not None

RESPONSE: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1700000000,
    "status": "completed",
    "model": "gpt-5.2",
    "new_field": {"big": 12345678901234567890},
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "tools": [],
    "output": [
        {
            "id": "rs_1",
            "type": "reasoning",
            "summary": [{"type": "summary_text", "text": "First."}, {"type": "summary_text", "text": "Then."}],
            "content": [{"type": "reasoning_text", "text": "Hm."}],
            "encrypted_content": "Z0FB",
        },
        {"id": "ws_1", "type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "q"}},
        {
            "id": "msg_1",
            "type": "message",
            "status": "completed",
            "role": "assistant",
            "phase": "final_answer",
            "content": [
                {
                    "type": "output_text",
                    "text": "See W. é",
                    "annotations": [{"type": "file_citation", "file_id": "f", "filename": "n", "index": 1}],
                    "logprobs": [{"token": "S", "logprob": -0.5, "bytes": [83], "top_logprobs": []}],
                },
                {"type": "refusal", "refusal": "No."},
                {"type": "output_new", "x": 1},
            ],
        },
        {
            "id": "fc_1",
            "type": "function_call",
            "status": "completed",
            "call_id": "c1",
            "name": "f",
            "arguments": '{"x":1}',
        },
        {"id": "fc_2", "type": "function_call", "status": "completed", "call_id": "c2", "name": "f", "arguments": ""},
        {
            "id": "ctc_1",
            "type": "custom_tool_call",
            "status": "completed",
            "call_id": "c3",
            "name": "g",
            "input": "*** x",
        },
    ],
    "usage": {
        "input_tokens": 3,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": 4,
        "output_tokens_details": {"reasoning_tokens": 1},
        "total_tokens": 7,
    },
}


def as_stream(response: object) -> bytes:
    assert REFORM is not None
    return REFORM.as_stream(json.dumps(response, indent=1).encode(), envelope())


def as_whole(stream: bytes) -> Any:
    assert REFORM is not None
    return json.loads(REFORM.as_whole(stream, envelope()))


def test_a_whole_answer_becomes_a_stream_that_ends_with_it() -> None:
    told = read(as_stream(RESPONSE))

    well_formed(told)
    assert told[-1] == {"type": "response.completed", "sequence_number": len(told) - 1, "response": RESPONSE}
    assert told[0]["response"]["new_field"] == RESPONSE["new_field"]
    assert (told[0]["response"]["status"], told[0]["response"]["output"], told[0]["response"]["usage"]) == (
        "in_progress",
        [],
        None,
    )
    assert grown(told) == {
        (0, "reasoning_summary_text"): "First.Then.",
        (0, "reasoning_text"): "Hm.",
        (2, "output_text"): "See W. é",
        (2, "refusal"): "No.",
        (3, "function_call_arguments"): '{"x":1}',
        (5, "custom_tool_call_input"): "*** x",
    }
    added = [event["item"] for event in told if event["type"] == "response.output_item.added"]
    assert (added[0]["summary"], added[0]["content"], added[2]["content"]) == ([], [], [])
    assert added[2]["phase"] == "final_answer"
    assert (added[3]["arguments"], added[5]["input"]) == ("", "")


def test_and_back() -> None:
    assert as_whole(as_stream(RESPONSE)) == RESPONSE


def test_the_official_client_reads_it() -> None:
    response = json.loads(json.dumps(RESPONSE))
    del response["output"][2]["content"][2]  # of parts that it does not know it warns
    last = list(streamed(as_stream(response)))[-1].response

    assert last.output_text == "See W. é"
    assert [item.type for item in last.output] == [item["type"] for item in RESPONSE["output"]]


@pytest.mark.parametrize("status", ["incomplete", "completed"])
def test_a_stream_ends_as_the_answer_did(status: str) -> None:
    assert kinds(read(as_stream({**RESPONSE, "status": status})))[-1] == status


@given(st.lists(between, max_size=14))
def test_whatever_was_streamed_can_be_streamed_again(events: list[Event]) -> None:
    stream = ResponsesStreamWriter(asking()).write([*events, Ended()])
    whole = as_whole(stream)
    told = read(as_stream(whole))

    well_formed(told)
    assert told[-1]["response"] == whole
    assert grown(told) == {place: text for place, text in grown(read(stream)).items() if text}


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"no json", b'{"output":5}', b'{"output":[5]}', b'{"output":[{"content":[1]}]}']
)
def test_what_is_no_answer_can_not_be_read(body: bytes) -> None:
    assert REFORM is not None
    if body.endswith(b"[1]}]}"):
        body = body.replace(b'{"content"', b'{"type":"message","content"')
    with pytest.raises(UpstreamUnreadable):
        REFORM.as_stream(body, envelope())


def test_a_stream_without_an_end_is_no_answer() -> None:
    stream = as_stream(RESPONSE)
    with pytest.raises(UpstreamUnreadable):
        as_whole(stream[: stream.index(b"event: response.completed")])
