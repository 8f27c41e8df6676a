"""Answers as clients of the Messages API get them, put together from parts that no upstream would send at once."""

import json
from typing import Any

from msgspec import Raw

from planoai.apis.anthropic_messages.response_write import write_answer
from planoai.conversation.fold import Answer
from planoai.conversation.message import (
    Audio,
    Citation,
    Image,
    Link,
    Message,
    Opaque,
    Part,
    Refusal,
    Text,
    ToolCall,
)
from planoai.conversation.usage import Usage
from tests.apis.golden import ENVELOPE


def written(*parts: Part, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(write_answer(Answer("id", "m", Message("assistant", parts), **more), ENVELOPE))
    return found


def test_what_no_answer_of_this_api_holds_is_left_out() -> None:
    answer = written(Image(Link("https://example.com")), Opaque("openai_chat", "x", Raw(b"{}")), Audio("wav", "AA"))

    assert answer["content"] == []


def test_spoken_words_are_told_as_text() -> None:
    assert written(Audio("wav", "AA", "hello"))["content"] == [{"type": "text", "text": "hello"}]


def test_a_call_without_an_id_is_given_one() -> None:
    assert written(ToolCall("", "f", "{}"))["content"][0]["id"].startswith("call_")


def test_what_a_calls_issuer_wants_back_goes_along() -> None:
    extras = Raw(b'{"extra_content":{"google":{"thought_signature":"s"}},"other":1}')

    assert written(ToolCall("a", "f", "{}", extras=extras))["content"] == [
        {
            "type": "tool_use",
            "id": "a",
            "name": "f",
            "input": {},
            "extra_content": {"google": {"thought_signature": "s"}},
        }
    ]


def test_extras_that_are_no_object_are_nothing() -> None:
    assert "extra_content" not in written(ToolCall("a", "f", "{}", extras=Raw(b"[1]")))["content"][0]


def test_a_citation_without_an_address_is_left_out() -> None:
    assert written(Text("x", (Citation(title="t"),)))["content"] == [{"type": "text", "text": "x"}]


def test_a_refusal_is_text_and_the_reason() -> None:
    answer = written(Refusal("no"), finish="refusal")

    assert answer["content"] == [{"type": "text", "text": "no"}]
    assert answer["stop_reason"] == "refusal"


def test_tool_use_is_only_told_of_answers_that_hold_a_call() -> None:
    assert written(Text("x"), finish="tool_calls")["stop_reason"] == "end_turn"


def test_tokens_of_the_cache_stand_beside_the_input() -> None:
    usage = Usage(fresh=1, cache_read=2, cache_write=7, output=4, reasoning=3, cache_write_1h=5)

    assert written(Text("x"), usage=usage)["usage"] == {
        "input_tokens": 1,
        "cache_creation_input_tokens": 7,
        "cache_read_input_tokens": 2,
        "output_tokens": 4,
        "cache_creation": {"ephemeral_5m_input_tokens": 2, "ephemeral_1h_input_tokens": 5},
        "output_tokens_details": {"thinking_tokens": 3},
    }


def test_an_estimate_is_never_told_as_what_was_used() -> None:
    assert written(Text("x"))["usage"]["input_tokens"] == 0
    assert written(Text("x"), usage=Usage(fresh=5))["usage"]["input_tokens"] == 5


def test_an_answer_that_was_filtered_is_a_refusal_here() -> None:
    assert written(Text("x"), finish="filtered")["stop_reason"] == "refusal"
