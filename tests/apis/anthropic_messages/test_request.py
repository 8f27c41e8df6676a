"""Requests of the Messages API: what is refused, and that what is read can be written again."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw, structs

from planoai.apis import DIALECTS
from planoai.apis.anthropic_messages.outline import inspect
from planoai.apis.anthropic_messages.request_read import read_request
from planoai.apis.anthropic_messages.request_write import write_request
from planoai.apis.dialect import Accepts, Head
from planoai.apis.fields import read_fields
from planoai.conversation.event import Ended, ToolDelta, ToolStarted
from planoai.conversation.fold import fold
from planoai.conversation.message import (
    CacheMark,
    Document,
    Image,
    Inline,
    Link,
    Message,
    Opaque,
    Text,
    Thinking,
    ToolResult,
)
from planoai.conversation.request import FunctionTool
from planoai.errors import BadRequest
from tests.apis.golden import ENVELOPE

LEAST: dict[str, Any] = {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "hi"}]}


def body(**more: Any) -> bytes:
    return json.dumps({**LEAST, **more}).encode()


def test_the_head_of_a_request() -> None:
    assert inspect(read_fields(body(stream=True))) == Head("m", stream=True)
    assert inspect(read_fields(body(stream=None, model=None))) == Head("", stream=False)


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"model": 3}, "model"),
        ({"messages": {}}, "messages"),
        ({"messages": [3]}, "messages[0]"),
        ({"messages": [{"content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "messages[0].content[0]"),
        ({"messages": [{"role": "user", "content": [{"text": "x"}]}]}, "messages[0].content[0].type"),
        ({"max_tokens": "9"}, "max_tokens"),
        ({"max_tokens": -1}, "max_tokens"),
        ({"system": 3}, "system"),
        ({"system": [{"text": "x"}]}, "system[0].type"),
        ({"tools": {}}, "tools"),
        ({"tools": [3]}, "tools[0]"),
        ({"tool_choice": "auto"}, "tool_choice"),
        ({"thinking": {}}, "thinking.type"),
        ({"stop_sequences": "x"}, "stop_sequences"),
        ({"stop_sequences": [1]}, "stop_sequences[0]"),
        ({"top_k": "x"}, "top_k"),
        ({"metadata": "x"}, "metadata"),
    ],
)
def test_what_is_plainly_wrong_is_refused_with_its_path(more: dict[str, Any], param: str) -> None:
    with pytest.raises(BadRequest) as refused:
        inspect(read_fields(body(**more)))

    assert refused.value.param == param
    assert refused.value.message.startswith(param)


def test_what_is_only_unknown_passes() -> None:
    unknown = {
        "messages": [{"role": "narrator", "content": [{"type": "hologram", "depth": 1e999}], "mood": None}],
        "tools": [{"type": "teleport_20300101"}],
        "tool_choice": {"type": "dice"},
        "glitter": {"a": [1]},
    }
    fields = read_fields(body(**unknown).replace(b"Infinity", b"1e9"))

    assert inspect(fields).model == "m"


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.text(max_size=3)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "role", "content", "text", "source", "input", "id", "name", "tool_use_id", "data"]
            ),
            inner
            | st.sampled_from(["user", "assistant", "text", "image", "tool_use", "tool_result", "base64", "document"]),
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from(["messages", "system", "tools", "tool_choice", "thinking", "output_config", "metadata"]), JSON)
def test_no_value_makes_reading_raise_anything_but_a_refusal(field: str, value: object) -> None:
    with suppress(BadRequest):
        request = read_request(read_fields(body(**{field: value})))
        for dialect in DIALECTS.values():
            assert dialect.upstream.write_request(request, Accepts()).body


texts = st.fixed_dictionaries({"type": st.just("text"), "text": st.text(min_size=1, max_size=5).filter(str.strip)})
marks = st.sampled_from(
    [{}, {"cache_control": {"type": "ephemeral"}}, {"cache_control": {"type": "ephemeral", "ttl": "1h"}}]
)
marked = st.builds(lambda block, mark: {**block, **mark}, texts, marks)
calls = st.builds(
    lambda number, value: {"type": "tool_use", "id": f"toolu_{number}", "name": "f", "input": value},
    st.integers(0, 99),
    st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3), max_size=2),
)
results = st.builds(
    lambda number, content: {"type": "tool_result", "tool_use_id": f"toolu_{number}", "content": content},
    st.integers(0, 99),
    st.lists(marked, min_size=2, max_size=3),
)
signed = st.builds(lambda text: {"type": "thinking", "thinking": text, "signature": "c2ln"}, st.text(max_size=4))
users = st.builds(
    lambda first, then: [*first, *then], st.lists(results, max_size=2), st.lists(marked, min_size=2, max_size=3)
)
assistants = st.lists(st.one_of(signed, marked, calls), min_size=2, max_size=4)


@pytest.mark.no_cover
@given(st.lists(st.tuples(users, assistants), min_size=1, max_size=3), users)
def test_a_conversation_written_again_is_the_same(turns: list[tuple[Any, Any]], last: Any) -> None:
    messages = [
        turn
        for user, assistant in turns
        for turn in ({"role": "user", "content": user}, {"role": "assistant", "content": assistant})
    ]
    messages.append({"role": "user", "content": last})

    written = write_request(read_request(read_fields(body(messages=messages))), Accepts())

    assert json.loads(written.body)["messages"] == messages
    assert written.lost == ()


def test_schemas_and_arguments_keep_their_bytes() -> None:
    schema = (
        '{"type":"object","properties":{"z":{"maximum":1e2},"a":{"const":12345678901234567890.10},"é":{"x":"\\u00e9"}}}'
    )
    arguments = '{"z":1.0,"big":123456789012345678901234567890}'
    call = f'{{"type":"tool_use","id":"t","name":"f","input":{arguments}}}'
    turns = f'[{{"role":"assistant","content":[{call}]}},{{"role":"user","content":"x"}}]'
    raw = f'{{"model":"m","max_tokens":1,"tools":[{{"name":"f","input_schema":{schema}}}],"messages":{turns}}}'
    request = read_request(read_fields(raw.encode()))

    for dialect in DIALECTS.values():
        written = dialect.upstream.write_request(request, Accepts()).body.decode()
        assert schema in written
        assert arguments in written.replace('\\"', '"')


def test_the_next_turn_of_an_answer_pairs_up() -> None:
    """A Chat client's loop on this API: the answer's call goes back with its result, ids and roles as they must be."""
    answer = fold([ToolStarted(0, "toolu_1", "f"), ToolDelta(0, "{}"), ToolStarted(1, "toolu_2", "g"), Ended()])
    chat = DIALECTS["openai_chat"].client
    assert chat is not None
    message = json.loads(chat.write_answer(answer, ENVELOPE))["choices"][0]["message"]
    results = [{"role": "tool", "tool_call_id": call["id"], "content": "ok"} for call in message["tool_calls"]]
    messages = [{"role": "user", "content": "go"}, message, *results]
    request = chat.read_request(read_fields(json.dumps({"model": "m", "messages": messages}).encode()))

    turns = json.loads(write_request(request, Accepts()).body)["messages"]

    assert [turn["role"] for turn in turns] == ["user", "assistant", "user"]
    assert [block["id"] for block in turns[1]["content"]] == [block["tool_use_id"] for block in turns[2]["content"]]


def test_results_come_first_in_the_turn_they_are_in() -> None:
    request = read_request(read_fields(body()))
    messages = (
        Message("user", (Text("a"),)),
        Message("tool", (ToolResult("t1", (Text("1"),)),)),
        Message("user", (Text("b"),)),
        Message("tool", (ToolResult("t2", (Text("2"),)),)),
    )

    turns = json.loads(write_request(structs.replace(request, messages=messages), Accepts()).body)["messages"]

    assert [block.get("tool_use_id", block.get("text")) for block in turns[0]["content"]] == ["t1", "t2", "a", "b"]


def test_members_of_blocks_that_nobody_knows_are_told_where_they_are_written_anew() -> None:
    block = {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "r", "hue": 1}], "took": 3}
    tool = {"name": "f", "input_schema": {"type": "object"}, "defer_loading": True}
    request = read_request(
        read_fields(body(messages=[{"role": "user", "content": [block], "turn_id": "a"}], tools=[tool]))
    )

    written = write_request(request, Accepts())

    assert json.loads(written.body)["tools"] == [tool]
    assert written.lost == (
        "messages[0].content[0].content[0].hue",
        "messages[0].content[0].took",
        "messages[0].turn_id",
    )


def test_each_part_knows_where_it_stood() -> None:
    content = [
        {"type": "text", "text": "a"},
        {"type": "tool_result", "tool_use_id": "t", "content": "r"},
        {"type": "text", "text": "b"},
    ]
    fields = read_fields(body(system="be", messages=[{"role": "user", "content": content}]))

    system, results, said = read_request(fields).messages

    assert (system.paths, results.paths, said.paths) == (
        ("system",),
        ("messages[0].content[1]",),
        ("messages[0].content[0]", "messages[0].content[2]"),
    )


def test_parameters_that_are_no_schema_are_refused() -> None:
    request = read_request(read_fields(body()))
    tools = (FunctionTool("f", parameters=Raw(b"[1]")),)

    with pytest.raises(BadRequest) as refused:
        write_request(structs.replace(request, tools=tools), Accepts())

    assert refused.value.param == "tools[0]"


def test_what_nobody_sent_is_named_as_the_gateways_own() -> None:
    request = read_request(read_fields(body()))
    message = Message("assistant", (Thinking("hm"),))

    lost = write_request(structs.replace(request, messages=(*request.messages, message)), Accepts()).lost

    assert lost == ("a message of the gateway's own (thinking without a signature)",)


def test_the_source_of_a_block_is_read_whole_too() -> None:
    source = {"type": "url", "url": "https://example.com/a.png", "hint": 1}
    image = {"type": "image", "source": source, "cache_control": {"type": "ephemeral", "scope": "all"}}
    request = read_request(read_fields(body(messages=[{"role": "user", "content": [image]}])))

    assert set(request.extras) == {
        "messages[0].content[0].source.hint",
        "messages[0].content[0].cache_control.scope",
    }


def test_the_cache_mark_of_a_document_told_apart_is_on_what_comes_last() -> None:
    image = {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}
    source = {"type": "content", "content": [{"type": "text", "text": "a"}, image]}
    document = {"type": "document", "source": source, "cache_control": {"type": "ephemeral", "ttl": "1h"}}

    (message,) = read_request(read_fields(body(messages=[{"role": "user", "content": [document]}]))).messages

    assert message.parts == (
        Document(Inline("a")),
        Image(Link("https://example.com/a.png"), cache=CacheMark("1h")),
    )
    assert message.paths == ("messages[0].content[0]", "messages[0].content[0].source.content[1]")


def test_a_document_of_something_stranger_is_kept_as_it_is() -> None:
    source = {"type": "content", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}]}
    request = read_request(
        read_fields(body(messages=[{"role": "user", "content": [{"type": "document", "source": source}]}]))
    )

    assert isinstance(request.messages[0].parts[0], Opaque)
