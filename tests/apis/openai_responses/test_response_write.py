"""A whole answer as clients of the Responses API get it."""

import json
from typing import Any

import pytest
from msgspec import Raw

from planoai.apis.dialect import Envelope
from planoai.apis.openai_responses.failure import code_of, error_object, status_of
from planoai.apis.openai_responses.outcome import finish_reason, incomplete_reason, read_usage, write_usage
from planoai.apis.openai_responses.response_write import write_answer
from planoai.apis.openai_responses.wire import InputDetails, OutputDetails, UsageWire
from planoai.conversation.failure import Failure
from planoai.conversation.fold import Answer
from planoai.conversation.message import Audio, Document, Image, Link, Message, Opaque, Part, Text, Thinking, ToolCall
from planoai.conversation.usage import Usage
from tests.apis.golden import envelope
from tests.apis.openai_responses.test_stream_write import SEED, asking


def written(*parts: Part, given: Envelope | None = None, **more: Any) -> Any:
    answer = Answer("chatcmpl-1", "m2", Message("assistant", parts), **more)
    return json.loads(write_answer(answer, given or envelope()))


def test_all_of_an_answer() -> None:
    told = written(Text("Hi"), ToolCall("c", "f", '{"x":1}'), usage=Usage(3, 2, 1, 5, 4))

    assert told == {
        "id": f"resp_{SEED}",
        "object": "response",
        "created_at": 1700000000,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "model": "m2",
        "output": [
            {
                "id": f"msg_{SEED}0000",
                "type": "message",
                "status": "completed",
                "role": "assistant",
                "content": [{"type": "output_text", "text": "Hi", "annotations": [], "logprobs": []}],
            },
            {
                "id": f"fc_{SEED}0001",
                "type": "function_call",
                "status": "completed",
                "call_id": "c",
                "name": "f",
                "arguments": '{"x":1}',
            },
        ],
        "usage": {
            "input_tokens": 6,
            "input_tokens_details": {"cached_tokens": 2, "cache_write_tokens": 1},
            "output_tokens": 5,
            "output_tokens_details": {"reasoning_tokens": 4},
            "total_tokens": 11,
        },
        "background": False,
        "completed_at": None,
        "instructions": None,
        "max_output_tokens": None,
        "max_tool_calls": None,
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "prompt_cache_key": None,
        "reasoning": {"effort": None, "summary": None},
        "safety_identifier": None,
        "service_tier": None,
        "store": True,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_logprobs": 0,
        "top_p": 1.0,
        "truncation": "disabled",
        "user": None,
        "metadata": {},
    }


def test_nothing_said_is_an_answer_without_items() -> None:
    told = written()

    assert (told["status"], told["output"], told["usage"]) == ("completed", [], None)


def test_a_thought_and_a_summary_of_one() -> None:
    output = written(Thinking("whole"), Thinking("short", summary=True))["output"]

    assert [(item["summary"], item.get("content")) for item in output] == [
        ([], [{"type": "reasoning_text", "text": "whole"}]),
        ([{"type": "summary_text", "text": "short"}], None),
    ]


def test_what_no_answer_of_this_api_holds_is_lost() -> None:
    given = asking()
    told = written(
        Image(Link("https://x.test/a.png")),
        Audio("wav", "AAAA", "spoken"),
        Document(Link("https://x.test/a.pdf")),
        Opaque("anthropic_messages", "server_tool_use", Raw(b"{}")),
        given=given,
        stop_sequence="END",
    )

    assert [part["text"] for item in told["output"] for part in item["content"]] == ["spoken"]
    assert given.lost == [
        "output (image)",
        "output (audio)",
        "output (document)",
        "output (server_tool_use)",
        "output (stop_sequence)",
    ]


def test_an_item_of_this_api_stays_as_it_is() -> None:
    item = {"type": "web_search_call", "id": "ws_1", "new": 1.5}

    assert written(Opaque("openai_responses", "web_search_call", Raw(json.dumps(item).encode())))["output"] == [item]


@pytest.mark.parametrize(
    ("status", "reason", "called", "refused", "finish"),
    [
        ("completed", None, False, False, "stop"),
        ("completed", None, True, False, "tool_calls"),
        ("completed", None, False, True, "refusal"),
        ("incomplete", "max_output_tokens", True, False, "length"),
        ("incomplete", "content_filter", False, False, "filtered"),
        ("completed", "max_output_tokens", False, False, "stop"),
    ],
)
def test_how_an_answer_ended_is_read(status: str, reason: str | None, called: bool, refused: bool, finish: str) -> None:
    assert finish_reason(status, reason, called=called, refused=refused) == finish


def test_a_refusal_is_whole_only_in_words() -> None:
    assert incomplete_reason("refusal", refused=True) is None
    assert incomplete_reason("refusal", refused=False) == "content_filter"
    assert incomplete_reason("filtered", refused=True) == "content_filter"


@pytest.mark.parametrize(
    ("wire", "usage"),
    [
        (UsageWire(), Usage()),
        (UsageWire(10, 5, 15, InputDetails(4, 3), OutputDetails(2)), Usage(3, 4, 3, 5, 2)),
        (UsageWire(1, 5, 6, InputDetails(4)), Usage(1, 4, 0, 5)),  # the cache beside the input
        (UsageWire(1, 5, None, None, OutputDetails(8)), Usage(1, 0, 0, 13, 8)),  # the reasoning beside the output
    ],
)
def test_tokens_are_read(wire: UsageWire, usage: Usage) -> None:
    assert read_usage(wire) == usage
    assert write_usage(usage)["total_tokens"] == usage.total


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (None, 502),
        ("rate_limit_exceeded", 429),
        ("insufficient_quota", 429),
        ("context_length_exceeded", 400),
        ("invalid_image_url", 400),
        ("image_too_large", 400),
        ("server_error", 500),
        ("something_new", 502),
    ],
)
def test_the_status_that_a_code_stands_for(code: str | None, status: int) -> None:
    assert status_of(code) == status


def test_every_failure_has_a_code() -> None:
    codes = {status: code_of(Failure(status, "x")) for status in (400, 401, 402, 403, 404, 422, 429, 500, 503)}

    assert codes == {
        400: "invalid_prompt",
        401: "invalid_api_key",
        402: "insufficient_quota",
        403: "permission_denied",
        404: "model_not_found",
        422: "invalid_prompt",
        429: "rate_limit_exceeded",
        500: "server_error",
        503: "server_error",
    }
    assert error_object(Failure(500, "x", "own_code")) == {"code": "own_code", "message": "x"}
