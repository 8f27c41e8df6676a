"""What the golden files can not show of a request: exact bytes, paths, the light check."""

import json
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from planoai.apis.dialect import Accepts, Fields, Head
from planoai.apis.fields import read_fields
from planoai.apis.openai_chat import DIALECT
from planoai.conversation.message import Image, Link, Message, Opaque, Text, ToolCall, ToolResult
from planoai.conversation.request import CustomTool, FunctionTool, Request, ToolChoice
from planoai.errors import BadRequest

MESSAGES = [{"role": "user", "content": "x"}]


def fields(**body: Any) -> Fields:
    return read_fields(json.dumps({"model": "m", "messages": MESSAGES, **body}).encode())


def inspect(given: Fields) -> Head:
    assert DIALECT.client is not None
    return DIALECT.client.inspect(given)


def read(given: Fields) -> Request:
    assert DIALECT.client is not None
    return DIALECT.client.read_request(given)


def write(request: Request, accepts: Accepts | None = None) -> bytes:
    return DIALECT.upstream.write_request(request, accepts or Accepts()).body


def without_places(request: Request) -> Request:
    messages = tuple(structs.replace(message, path="", paths=()) for message in request.messages)
    return structs.replace(request, messages=messages, paths={})


def test_the_head_is_what_the_walk_must_know() -> None:
    assert inspect(fields()) == Head("m", stream=False, include_usage=False)
    assert inspect(fields(stream=True, stream_options={"include_usage": True})) == Head(
        "m", stream=True, include_usage=True
    )
    assert [inspect(fields(n=n)).choices for n in (None, 1, 3)] == [1, 1, 3]
    assert inspect(fields(model=None, stream=None, stream_options=None)).model == ""


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"messages": "x"}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": [1]}, "messages[0]"),
        ({"messages": [*MESSAGES, {"content": "x"}]}, "messages[1].role"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "messages[0].content[0]"),
        ({"messages": [{"role": "user", "content": [{"type": 1}]}]}, "messages[0].content[0].type"),
        ({"messages": [{"role": "assistant", "tool_calls": {}}]}, "messages[0].tool_calls"),
        ({"model": 7}, "model"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": True}, "stream_options"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": -2}, "max_tokens"),
        ({"max_completion_tokens": 0}, "max_completion_tokens"),
        ({"max_completion_tokens": "5"}, "max_completion_tokens"),
        ({"temperature": "warm"}, "temperature"),
        ({"tools": {}}, "tools"),
        ({"tools": ["f"]}, "tools[0]"),
        ({"stop": [1]}, "stop[0]"),
        ({"n": 0}, "n"),
        ({"response_format": "json"}, "response_format"),
    ],
)
def test_what_is_plainly_wrong_is_refused_with_its_path(body: dict[str, Any], param: str) -> None:
    with pytest.raises(BadRequest) as raised:
        inspect(fields(**body))

    assert raised.value.param == param
    assert raised.value.message.startswith(param)


@pytest.mark.parametrize(
    "body",
    [
        {"brand_new": {"a": [1]}},
        {"messages": [{"role": "oracle", "content": None, "x": 1}]},
        {"messages": [{"role": "user", "content": [{"type": "hologram", "data": 1}]}]},
        {"tools": [{"type": "hologram"}], "tool_choice": {"type": "allowed_tools"}, "function_call": "auto"},
        {"seed": 2**70, "reasoning_effort": "beyond", "stop": "x"},
        {"temperature": 1, "top_p": None, "metadata": 7},
        {"max_tokens": -1},
    ],
)
def test_what_is_unknown_is_left_for_the_upstream_to_judge(body: dict[str, Any]) -> None:
    assert inspect(fields(**body)).model == "m"


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "messages",
                "tools",
                "stop",
                "tool_choice",
                "response_format",
                "metadata",
                "thinking",
                "stream_options",
                "seed",
            ]
        ),
        st.recursive(
            st.none() | st.integers() | st.text(max_size=3),
            lambda inner: (
                st.lists(inner, max_size=2)
                | st.dictionaries(st.sampled_from(["role", "content", "type", "text", "function", "name"]), inner)
            ),
            max_leaves=8,
        ),
    )
)
def test_no_json_makes_reading_raise_anything_but_a_bad_request(body: dict[str, Any]) -> None:
    with suppress(BadRequest):
        assert json.loads(write(read(fields(**body))))["model"] == "m"


def test_numbers_and_schemas_keep_their_bytes() -> None:
    schema = '{"type": "object","properties":{"z":{"minimum":0.10,"maximum":1e3},"a":{"const":12345678901234567890}}}'
    body = (
        '{"model":"m","messages":[{"role":"user","content":"Grüße"}],"logit_bias":{"1":-1.50},'
        f'"tools":[{{"type":"function","function":{{"name":"f","parameters":{schema}}}}}]}}'
    )
    written = write(read(read_fields(body.encode())))

    assert schema.encode() in written
    assert "Grüße".encode() in written
    assert b'"logit_bias":{"1":-1.50}' in written


def test_reading_what_was_written_gives_the_same_request() -> None:
    call = ToolCall("c1", "f", '{"a": 1}')
    request = Request(
        model="m",
        messages=(
            Message("system", (Text("s"),)),
            Message("user", (Text("a"), Image(Link("https://x.test/i.png"), "low")), "ann"),
            Message("assistant", (Text("b"), call)),
            Message("tool", (ToolResult("c1", (Text("r"),)),)),
        ),
        dialect=DIALECT.name,
        stream=True,
    )

    assert without_places(read(read_fields(write(request)))) == request


def test_what_only_another_api_can_say_is_lost_and_named() -> None:
    request = Request(
        model="m",
        messages=(
            Message("user", (Text("x"),)),
            Message(
                "assistant",
                (Text("y"), Opaque("bedrock_converse", "guardContent", msgspec.Raw(b"{}"))),
                paths=("messages[1].content[0]", "messages[1].content[1]"),
            ),
        ),
        dialect="bedrock_converse",
        extras={"guardrailConfig": msgspec.Raw(b"{}")},
    )
    written = DIALECT.upstream.write_request(request, Accepts())

    assert written.lost == ("messages[1].content[1] (guardContent)", "guardrailConfig")
    assert b"guard" not in written.body


def test_a_request_of_which_nothing_can_be_sent_is_refused() -> None:
    lost = Opaque("bedrock_converse", "video", msgspec.Raw(b"{}"))
    request = Request(model="m", messages=(Message("user", (lost,)),), dialect="bedrock_converse")

    with pytest.raises(BadRequest) as raised:
        write(request)

    assert raised.value.param == "messages"


def test_signatures_go_only_to_the_issuer_that_wants_them() -> None:
    extras = msgspec.Raw(b'{"extra_content":{"google":{"thought_signature":"s"}}}')
    messages = (
        Message("assistant", (ToolCall("c", "f", "{}", extras=extras),)),
        Message("tool", (ToolResult("c", (Text("r"),)),)),
    )

    def said(model: str) -> bytes:
        return write(Request(model=model, messages=messages, dialect="anthropic_messages"))

    assert b"thought_signature" in said("gemini-3-pro")
    assert b"thought_signature" not in said("gpt-4o")


def test_a_tool_without_parameters_stays_without() -> None:
    request = Request(model="m", messages=(Message("user", (Text("x"),)),), dialect="x", tools=(FunctionTool("f"),))

    assert json.loads(write(request))["tools"] == [{"type": "function", "function": {"name": "f"}}]


def test_a_custom_tool_of_another_api_is_a_function_in_all_that_speaks_of_it() -> None:
    request = Request(
        model="m",
        messages=(
            Message("user", (Text("x"),)),
            Message("assistant", (ToolCall("c", "sql", 'SELECT "1"', custom=True),)),
            Message("tool", (ToolResult("c", (Text("1"),), custom=True),)),
        ),
        dialect="openai_responses",
        tools=(CustomTool("sql", "Runs it."),),
        tool_choice=ToolChoice("named", "sql"),
    )
    written = json.loads(write(request))

    assert written["tools"][0]["function"]["parameters"]["required"] == ["input"]
    assert written["tool_choice"] == {"type": "function", "function": {"name": "sql"}}
    function = {"name": "sql", "arguments": '{"input":"SELECT \\"1\\""}'}
    assert written["messages"][1]["tool_calls"] == [{"id": "c", "type": "function", "function": function}]
    assert written["messages"][2] == {"role": "tool", "tool_call_id": "c", "content": "1"}
    assert b'"strict"' not in write(request, Accepts(strict=False))


def test_a_name_goes_only_where_it_is_known() -> None:
    request = Request("m", (Message("user", (Text("x"),), "ann", path="messages[0]"),), "openai_responses")
    written = DIALECT.upstream.write_request(request, Accepts(name=False))

    assert json.loads(written.body)["messages"] == [{"role": "user", "content": "x"}]
    assert written.lost == ("messages[0].name",)
    assert json.loads(write(request))["messages"][0]["name"] == "ann"


def test_what_stood_inside_of_what_was_read_is_told_even_within_the_api() -> None:
    body = fields(messages=[{"role": "user", "content": "x", "zoom": 1}], stream_options={"include_obfuscation": False})
    written = DIALECT.upstream.write_request(structs.replace(read(body), stream=True), Accepts())

    assert written.lost == ("messages[0].zoom",)
    assert json.loads(written.body)["stream_options"] == {"include_obfuscation": False, "include_usage": True}
