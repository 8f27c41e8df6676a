import math
from collections.abc import Callable
from typing import Any, get_args

import pytest
from anthropic.types import Message as AnthropicMessage
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw, json
from openai.types.chat import ChatCompletionMessage

from planoai.conversation.message import Image, Link, Message, Opaque, Refusal, Text, Thinking, ToolCall, ToolResult
from planoai.errors import NotInTable
from planoai.signals.reading import Api, Unread, rows_of, rows_of_conversation
from planoai.signals.signal import Row

CALL = '{"name":"find","arguments":"{\\"q\\": \\"é\\"}"}'
ROWS = (
    Row("human", "Find me shoes"),
    Row("gpt", "I look."),
    Row("function_call", CALL),
    Row("observation", "none"),
    Row("gpt", "There are none."),
    Row("human", "No, I meant\nblue ones"),
)
CHAT = [
    {"role": "system", "content": "You sell shoes."},
    {"role": "user", "content": "Find me shoes"},
    {
        "role": "assistant",
        "content": "I look.",
        "tool_calls": [{"id": "a", "type": "function", "function": {"name": "find", "arguments": '{"q": "é"}'}}],
    },
    {"role": "tool", "tool_call_id": "a", "content": "none"},
    {"role": "assistant", "content": "There are none."},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "No, I meant"},
            {"type": "image_url", "image_url": {"url": "https://example.com/shoe.png"}},
            {"type": "text", "text": "blue ones"},
        ],
    },
]
ANTHROPIC: list[dict[str, Any]] = [
    {"role": "user", "content": "Find me shoes"},
    {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": "shoes", "signature": "c2ln"},
            {"type": "text", "text": "I look."},
            {"type": "tool_use", "id": "a", "name": "find", "input": {"q": "é"}},
        ],
    },
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": "none"}]},
    {"role": "assistant", "content": "There are none."},
    {"role": "user", "content": [{"type": "text", "text": "No, I meant"}, {"type": "text", "text": "blue ones"}]},
]
RESPONSES = [
    {"role": "developer", "content": "You sell shoes."},
    {"role": "user", "content": "Find me shoes"},
    {"type": "reasoning", "id": "r", "summary": []},
    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "I look."}]},
    {"type": "function_call", "call_id": "a", "name": "find", "arguments": '{"q": "é"}'},
    {"type": "function_call_output", "call_id": "a", "output": "none"},
    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "There are none."}]},
    {
        "role": "user",
        "content": [{"type": "input_text", "text": "No, I meant"}, {"type": "input_text", "text": "blue ones"}],
    },
]
SHAREGPT = [{"from": row.role, "value": row.value} for row in ROWS]


def compact(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Anthropic's input is JSON of ours and not the model's text: without the blank."""
    return tuple(Row(row.role, row.value.replace('\\": \\"', '\\":\\"'), row.failed) for row in rows)


@pytest.mark.parametrize(
    ("api", "messages", "rows"),
    [
        ("openai_chat", CHAT, ROWS),
        ("anthropic_messages", ANTHROPIC, compact(ROWS)),
        ("openai_responses", RESPONSES, ROWS),
        ("sharegpt", SHAREGPT, ROWS),
        ("sharegpt", list(ROWS), ROWS),
    ],
    ids=["chat", "messages", "responses", "sharegpt", "rows"],
)
def test_one_conversation_gives_the_same_rows_by_each_api_and_without_its_name(
    api: Api, messages: list[Any], rows: tuple[Row, ...]
) -> None:
    assert rows_of(messages, api) == rows
    assert rows_of(messages) == rows
    assert rows_of(iter(messages)) == rows


@pytest.mark.parametrize(
    ("messages", "rows"),
    [
        ([], ()),
        ([{"role": "user", "content": ""}], (Row("human"),)),
        ([{"role": "user", "content": None}], (Row("human"),)),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x"}}]}], (Row("human"),)),
        ([{"role": "assistant", "content": ""}], ()),
        ([{"role": "tool", "tool_call_id": "a", "content": ""}], (Row("observation"),)),
        ([{"from": "human"}, {"value": "who?"}], (Row("human"), Row("", "who?"))),
        ([{"from": "human", "value": "hi", "failed": "yes", "lang": "en"}], (Row("human", "hi"),)),
    ],
)
def test_what_is_empty_is_a_row_where_somebody_had_their_turn(messages: object, rows: tuple[Row, ...]) -> None:
    assert rows_of(messages) == rows


def test_results_of_tools_come_before_what_is_said_and_tell_whether_the_tool_failed() -> None:
    parts = [
        {"type": "text", "text": "and now?"},
        {"type": "tool_result", "tool_use_id": "a", "content": [{"type": "text", "text": "1"}], "is_error": True},
        {"type": "tool_result", "tool_use_id": "b", "content": "2"},
    ]
    calls = [{"type": "tool_use", "id": each, "name": each, "input": {}} for each in "ab"]
    rows = rows_of([{"role": "assistant", "content": calls}, {"role": "user", "content": parts}])
    assert rows[2:] == (Row("observation", "1", failed=True), Row("observation", "2"), Row("human", "and now?"))


def test_what_is_no_text_of_a_conversation_is_no_row() -> None:
    messages = (
        Message("developer", (Text("be kind"),)),
        Message("user", (Image(Link("https://x")), Text("a"), Text("b"))),
        Message("assistant", (Thinking("hm"), Refusal("no"))),
        Message("assistant", (ToolCall("1", "f", "{"), Text("first"), ToolCall("2", "g", ""))),
        Message("tool", (ToolResult("1", (Text("x"), Image(Link("https://x")), Text("y"))), ToolResult("2"))),
        Message("assistant", (Opaque("anthropic_messages", "server_tool_use", Raw(b"{}")),)),
    )
    assert rows_of_conversation(messages) == (
        Row("human", "a\nb"),
        Row("gpt", "first"),
        Row("function_call", '{"name":"f","arguments":"{"}'),
        Row("function_call", '{"name":"g","arguments":""}'),
        Row("observation", "x\ny"),
        Row("observation"),
    )


def test_answers_in_the_words_of_the_libraries_stand_among_the_messages() -> None:
    answer = ChatCompletionMessage.model_validate(CHAT[2])
    assert rows_of([*CHAT[:2], answer, *CHAT[3:]]) == ROWS
    whole = {"id": "m", "type": "message", "model": "claude", "usage": {"input_tokens": 1, "output_tokens": 1}}
    said = AnthropicMessage.model_validate({**whole, **ANTHROPIC[1], "stop_reason": "tool_use", "stop_sequence": None})
    turn = {"role": "assistant", "content": said.content}
    assert rows_of([ANTHROPIC[0], turn, *ANTHROPIC[2:]]) == compact(ROWS)


def test_chat_messages_of_data_sets_may_lack_ids_and_have_arguments_as_objects() -> None:
    call = {"function": {"name": "find", "arguments": {"b": 1, "a": "é"}}}
    messages = [
        {"role": "assistant", "content": None, "tool_calls": [call, {"function": {"name": "list"}}]},
        {"role": "tool", "name": "find", "content": "1"},
        {"role": "tool", "tool_call_id": None, "content": "2"},
        {"role": "assistant", "content": "done", "tool_calls": None},
    ]
    assert rows_of(messages) == (
        Row("function_call", json.encode({"name": "find", "arguments": '{"b":1,"a":"é"}'}).decode()),
        Row("function_call", '{"name":"list","arguments":""}'),
        Row("observation", "1"),
        Row("observation", "2"),
        Row("gpt", "done"),
    )


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("a\ud800b", "a\ufffdb"),
        ("\udc00\ud800", "\ufffd\ufffd"),
        ("\ud83d\ude00", "\U0001f600"),
        ("a\U0001f600", "a\U0001f600"),
    ],
)
def test_half_a_character_is_replaced_so_that_it_can_be_written(text: str, mended: str) -> None:
    assert rows_of([Row("human", text)]) == (Row("human", mended),)
    assert rows_of([{"from": "human", "value": text}]) == (Row("human", mended),)
    assert rows_of([{"role": "user", "content": [{"type": "text", "text": text}]}]) == (Row("human", mended),)


@pytest.mark.parametrize("row", [Row("human", None), Row(3, "a"), Row("human", "a", "yes")])  # type: ignore[arg-type]
def test_rows_of_something_else_than_text_are_no_rows(row: Row) -> None:
    with pytest.raises(Unread):
        rows_of([row])


def test_the_input_of_a_response_may_be_a_text() -> None:
    assert rows_of("hello", "openai_responses") == (Row("human", "hello"),)


def circle() -> object:
    inner: list[object] = []
    inner.append(inner)
    return [{"role": "user", "content": inner}]


def deep() -> object:
    content: object = "x"
    for _ in range(100_000):
        content = [content]
    return [{"role": "user", "content": content}]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: "hello", "messages: expected a list of messages, got str"),
        (lambda: {"messages": []}, "messages: expected a list of messages, got dict"),
        (lambda: None, "messages: expected a list of messages, got NoneType"),
        (lambda: [object()], "object is no message"),
        (lambda: [{"role": "wizard", "content": "x"}], "messages[0].role: 'wizard' is none of"),
        (lambda: [{"from": "human", "value": None}], "Expected `str`, got `null`"),
        (lambda: [{"from": "human", "value": math.pi}], "Expected `str`, got `float`"),
        (lambda: [{"role": "user", "content": 1}], "messages[0].content"),
        (
            lambda: [{"role": "assistant", "tool_calls": [{"function": {"arguments": 1}}]}],
            "missing required field `name`",
        ),
        (lambda: [{"role": "assistant", "tool_calls": [None]}], "Expected `object`, got `null`"),
        (lambda: [3], "Expected `object`, got `int`"),
        (lambda: [{(1, 2): 3}], "tuple is no message"),
        (circle, "recursion"),
        (deep, "recursion"),
    ],
)
def test_what_can_not_be_read_is_told_why(made: Callable[[], object], said: str) -> None:
    with pytest.raises(Unread) as raised:
        rows_of(made())
    assert said in str(raised.value)


def test_an_api_that_is_not_known_is_told_apart_from_messages_that_can_not_be_read() -> None:
    with pytest.raises(NotInTable, match="did you mean 'openai_chat'"):
        rows_of([], "openai-chat")  # type: ignore[arg-type]


def values() -> st.SearchStrategy[object]:
    text = st.text(st.characters(), max_size=8)
    kinds = st.sampled_from(["text", "tool_use", "tool_result", "input_text", "message", "function_call", "image", ""])
    roles = st.sampled_from(["user", "assistant", "tool", "system", "function", "human", "gpt"])
    leaf = st.none() | st.booleans() | st.integers() | st.floats() | text | kinds | roles | st.binary(max_size=4)
    keys = st.sampled_from(
        [
            "role",
            "content",
            "from",
            "value",
            "type",
            "text",
            "tool_calls",
            "name",
            "arguments",
            "input",
            "id",
            "call_id",
            "tool_use_id",
            "tool_call_id",
            "function",
            "output",
            "is_error",
        ]
    )
    return st.recursive(
        leaf, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys | text, inner, max_size=5)
    )


@given(st.lists(values(), max_size=4) | values(), st.sampled_from(get_args(Api)))
def test_nothing_at_all_raises_anything_else_and_all_rows_can_be_written(messages: object, api: Api) -> None:
    try:
        rows = rows_of(messages, api)
    except Unread:
        return
    json.encode(rows)
