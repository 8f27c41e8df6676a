"""Whole answers; most cases are golden files."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from planoai.apis.openai_chat import DIALECT
from planoai.conversation.event import Ended, Failed
from planoai.conversation.fold import Answer, fold
from planoai.conversation.message import Citation, Message, Opaque, Refusal, Text, Thinking, ToolCall
from planoai.conversation.request import CustomTool, Request
from planoai.conversation.usage import Usage
from planoai.errors import UpstreamUnreadable
from tests.apis.golden import ENVELOPE, compact
from tests.apis.openai_chat.test_stream_read import json_like


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"choices":[]}',
        b'{"choices":null,"error":null}',
        b'{"choices":[{"message":{"content":7}}]}',
        b'{"choices":[{}]}',
        b'{"choices":[{"message":null,"finish_reason":"stop"}]}',
        b'{"error":{"message":"\xff"}}',
        b'{"error":{"message":"\\ud800"}}',
        b'{"error":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=[
        "empty",
        "html",
        "list",
        "nothing",
        "no choices",
        "null",
        "number",
        "bare choice",
        "no message",
        "bad UTF-8",
        "half a pair",
        "deep",
    ],
)
def test_what_is_no_answer_is_the_upstreams_fault(body: bytes) -> None:
    with pytest.raises(UpstreamUnreadable):
        DIALECT.upstream.read_answer(body, ENVELOPE)


@given(st.dictionaries(st.sampled_from(["choices", "error", "usage", "id", "model", "object"]), json_like))
def test_no_json_makes_it_raise_anything_else(body: dict[str, object]) -> None:
    with suppress(UpstreamUnreadable):
        events = DIALECT.upstream.read_answer(compact(body), ENVELOPE)
        assert isinstance(events[-1], Ended | Failed)


@given(st.integers(400, 599), st.binary(max_size=60) | json_like.map(compact))
def test_no_body_of_an_error_makes_it_raise(status: int, body: bytes) -> None:
    failure = DIALECT.upstream.read_failure(status, body, "")

    assert failure.status == status
    assert failure.message


def test_the_text_of_a_custom_tool_comes_out_of_the_function_it_was_offered_as() -> None:
    request = Request("m", (), "openai_responses", tools=(CustomTool("sql"),))
    envelope = structs.replace(ENVELOPE, request=request)
    calls = [
        {"id": "c", "function": {"name": "sql", "arguments": '{"input":"SELECT \\"1\\""}'}},
        {"id": "d", "function": {"name": "sql", "arguments": "SELECT 2"}},
        {"id": "e", "function": {"name": "f", "arguments": '{"input":"x"}'}},
    ]
    body = compact({"choices": [{"message": {"tool_calls": calls}}]})

    assert fold(DIALECT.upstream.read_answer(body, envelope)).message.parts == (
        ToolCall("c", "sql", 'SELECT "1"', custom=True),
        ToolCall("d", "sql", "SELECT 2", custom=True),
        ToolCall("e", "f", '{"input":"x"}'),
    )


@pytest.mark.parametrize("error", [b'{"message":"\xff"}', b'"busy"', b"[" * 2000 + b"]" * 2000])
def test_an_error_within_a_choice_may_be_unreadable(error: bytes) -> None:
    with suppress(UpstreamUnreadable):
        events = DIALECT.upstream.read_answer(b'{"choices":[{"message":{"content":"x"},"error":%b}]}' % error, ENVELOPE)
        assert isinstance(events[-1], Failed)
    reader = DIALECT.upstream.stream_reader(ENVELOPE)
    assert isinstance(reader.feed(b'data: {"choices":[{"delta":{"content":"x"},"error":%b}]}\n\n' % error)[-1], Failed)


def test_a_choice_may_say_that_it_has_no_error() -> None:
    body = b'{"choices":[{"message":{"content":"x"},"finish_reason":"stop","error":null}]}'
    assert isinstance(DIALECT.upstream.read_answer(body, ENVELOPE)[-1], Ended)


def test_what_a_signer_wants_back_is_read_like_all_else() -> None:
    call = b'{"id":"c","function":{"name":"f","arguments":"{}"},"extra_content":{"a":"\xff"}}'

    with pytest.raises(UpstreamUnreadable, match="utf-8"):
        DIALECT.upstream.read_answer(b'{"choices":[{"message":{"tool_calls":[%b]}}]}' % call, ENVELOPE)


def test_what_a_signer_wants_back_may_be_more_than_a_number_holds_and_is_then_left_out() -> None:
    call = b'{"id":"c","function":{"name":"f","arguments":"{}"},"extra_content":{"a":1e999}}'
    events = DIALECT.upstream.read_answer(b'{"choices":[{"message":{"tool_calls":[%b]}}]}' % call, ENVELOPE)

    assert fold(events).message.parts == (ToolCall("c", "f", "{}"),)


def test_reading_what_was_written_gives_the_same_answer() -> None:
    answer = Answer(
        id="chatcmpl-1",
        model="m",
        message=Message(
            "assistant",
            (
                Thinking("because", "c2ln"),
                Text("See W.", (Citation("https://w.test", "W", start=4, end=5, dialect=DIALECT.name),)),
                ToolCall("c1", "f", '{"a": 1.50}'),
                ToolCall("c2", "sql", "SELECT 1", custom=True),
            ),
        ),
        finish="tool_calls",
        usage=Usage(fresh=1, cache_read=2, cache_write=3, output=4, reasoning=2),
    )
    assert DIALECT.client is not None

    assert fold(DIALECT.upstream.read_answer(DIALECT.client.write_answer(answer, ENVELOPE), ENVELOPE)) == answer


def test_a_refusal_in_words_is_no_filter() -> None:
    assert DIALECT.client is not None
    refused = Answer("a", "m", Message("assistant", (Refusal("no"),)), finish="refusal")
    filtered = Answer("a", "m", Message("assistant", (Text("par"),)), finish="refusal")

    told = [json.loads(DIALECT.client.write_answer(each, ENVELOPE))["choices"][0] for each in (refused, filtered)]
    assert [each["finish_reason"] for each in told] == ["stop", "content_filter"]
    assert fold(DIALECT.upstream.read_answer(compact({"choices": [told[0]]}), ENVELOPE)).finish == "refusal"


def test_what_chat_has_no_word_for_is_left_out() -> None:
    assert DIALECT.client is not None
    server_tool = Opaque("anthropic_messages", "server_tool_use", b"{}")  # type: ignore[arg-type]
    answer = Answer("a", "m", Message("assistant", (Text("It "), server_tool, Text("rains."))))
    message = json.loads(DIALECT.client.write_answer(answer, ENVELOPE))["choices"][0]["message"]

    assert message == {"role": "assistant", "content": "It rains."}
