"""Requests of other APIs as the Responses API takes them, and conversations that cross to it turn by turn."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from planoai.apis.dialect import Accepts, Envelope
from planoai.apis.fields import read_fields
from planoai.apis.openai_responses import DIALECT
from planoai.apis.openai_responses.counting import COUNTING
from planoai.conversation.fold import fold
from planoai.conversation.message import Audio, Document, Link, Message, Opaque, Text, ToolCall, ToolResult
from planoai.conversation.request import CustomTool, FunctionTool, Request, ToolChoice
from planoai.simulate.answer import answer
from planoai.simulate.dialect import Turn
from planoai.simulate.ids import Ids
from planoai.simulate.options import Options
from planoai.simulate.reading import Received
from planoai.simulate.routes import RESPONSES
from tests.apis import golden
from tests.apis.golden import client_side

WRITTEN = [path for path in golden.cases("requests") if path.parent.name.endswith("_to_openai_responses")]
TOOL = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
ALL = Accepts(web_search=True, account_fields=True)
UPSTREAM = Accepts(proofs=("openai",))


def expected(path: Path) -> dict[str, Any] | None:
    found = json.loads(path.read_text()).get("expected")
    return found if found is None or "previous_response_id" not in found else None


@pytest.mark.parametrize("path", [path for path in WRITTEN if expected(path)], ids=golden.name)
def test_a_strict_server_takes_what_is_written(path: Path) -> None:
    body = expected(path)
    assert body is not None

    assert RESPONSES.read(Received(golden.compact(body))).model == body["model"]


@pytest.mark.parametrize("path", [path for path in WRITTEN if expected(path)], ids=golden.name)
def test_what_is_counted_is_what_would_be_asked(path: Path) -> None:
    case = json.loads(path.read_text())
    client = client_side(path.parent.name.partition("_to_")[0])
    request = client.read_request(read_fields(golden.compact(case["request"])))

    counted = json.loads(COUNTING.write(request, msgspec.convert(case.get("accepts", {}), Accepts)).body)
    assert counted.items() <= case["expected"].items()
    assert case["expected"].keys() - counted.keys() <= {
        *("max_output_tokens", "temperature", "top_p", "store", "include", "stream", "user", "metadata"),
        *("service_tier", "prompt_cache_key", "safety_identifier"),
    }


@pytest.mark.parametrize("path", [path for path in WRITTEN if expected(path)], ids=golden.name)
def test_what_is_written_is_read_as_it_was_meant(path: Path) -> None:
    body = expected(path)
    assert body is not None

    request = client_side(DIALECT.name).read_request(read_fields(golden.compact(body)))
    for tool in body.get("tools", []):
        if tool.get("format") == {"type": "text"}:  # which says nothing
            del tool["format"]
    assert json.loads(DIALECT.upstream.write_request(request, ALL).body) == body


@pytest.mark.parametrize(
    ("schema", "sent"),
    [
        ({}, {"type": "object", "properties": {}}),
        ({"type": "object"}, {"type": "object", "properties": {}}),
        ({"properties": {"a": {}}}, {"type": "object", "properties": {"a": {}}}),
        (TOOL, TOOL),
    ],
)
def test_a_schema_says_all_that_openai_insists_on(schema: dict[str, Any], sent: dict[str, Any]) -> None:
    body = {"model": "gpt-5", "max_tokens": 99, "messages": [{"role": "user", "content": "hi"}]}
    written = cross("anthropic_messages", {**body, "tools": [{"name": "f", "input_schema": schema}]})

    assert json.loads(written)["tools"][0]["parameters"] == sent


def send(body: bytes, *, stream: bool, **options: Any) -> bytes:
    """What the simulated model answers."""
    ask = RESPONSES.read(Received(body))
    chosen = Options(**options)
    turn = Turn(ask, answer(ask, chosen), chosen, Ids("seed"), RESPONSES.new_id(Ids("seed")), 1)
    return b"".join(frame.data for frame in RESPONSES.stream(turn)) if stream else RESPONSES.whole(turn)


def cross(client: str, body: dict[str, Any]) -> bytes:
    """The body that the upstream is sent."""
    request = client_side(client).read_request(read_fields(golden.compact(body)))
    return DIALECT.upstream.write_request(request, UPSTREAM).body


def back(client: str, answered: bytes, *, stream: bool) -> dict[str, Any]:
    """The whole answer that the client is given."""
    envelope = Envelope("0" * 32, 1, "m", issuer="openai")
    if stream:
        reader = DIALECT.upstream.stream_reader(envelope)
        events = [*reader.feed(answered), *reader.close()]
    else:
        events = DIALECT.upstream.read_answer(answered, envelope)
    return dict(json.loads(client_side(client).write_answer(fold(events), envelope)))


def chat_turns(said: dict[str, Any] | None) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = [{"role": "user", "content": "Weather?"}]
    if said is not None:
        message = said["choices"][0]["message"]
        assert said["choices"][0]["finish_reason"] == "tool_calls"
        results = [{"role": "tool", "tool_call_id": call["id"], "content": "4 C"} for call in message["tool_calls"]]
        turns += [message, *results]
    return turns


def messages_turns(said: dict[str, Any] | None) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = [{"role": "user", "content": "Weather?"}]
    if said is not None:
        assert said["stop_reason"] == "tool_use"
        calls = [block["id"] for block in said["content"] if block["type"] == "tool_use"]
        results = [{"type": "tool_result", "tool_use_id": call, "content": "4 C"} for call in calls]
        turns += [{"role": "assistant", "content": said["content"]}, {"role": "user", "content": results}]
    return turns


CLIENTS: dict[str, Any] = {
    "openai_chat": (
        chat_turns,
        {
            "reasoning_effort": "high",
            "tools": [{"type": "function", "function": {"name": name, "parameters": TOOL}} for name in ("a", "b")],
        },
    ),
    "anthropic_messages": (
        messages_turns,
        {
            "max_tokens": 1000,
            "thinking": {"type": "enabled", "budget_tokens": 2000},
            "tools": [{"name": name, "input_schema": TOOL} for name in ("a", "b")],
        },
    ),
}


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("client", CLIENTS)
def test_tools_are_called_and_answered_and_the_model_is_given_its_thought_back(client: str, *, stream: bool) -> None:
    turns, asked = CLIENTS[client]
    first = cross(client, {"model": "gpt-5.2", "messages": turns(None), **asked})
    answered = send(first, stream=stream, tools=2, thinking="Two cities.", interleave=True)
    thought = json.loads(send(first, stream=False, tools=2, thinking="Two cities."))["output"][0]

    second = cross(client, {"model": "gpt-5.2", "messages": turns(back(client, answered, stream=stream)), **asked})
    items = json.loads(second)["input"]
    assert [item["type"] for item in items] == [
        *("message", "reasoning", "function_call", "function_call"),
        *("function_call_output", "function_call_output"),
    ]
    assert thought["encrypted_content"]
    assert items[1] == thought
    assert [item["call_id"] for item in items[2:4]] == [item["call_id"] for item in items[4:]]

    last = back(client, send(second, stream=stream), stream=stream)
    assert "4 C" in json.dumps(last)


def request(*parts: Message, **more: Any) -> Request:
    return Request("gpt-5.2", parts, "another", **more)


def test_a_result_of_a_custom_tool_answers_its_call_though_the_client_did_not_say_that_it_is_one() -> None:
    call, result = ToolCall("c", "sql", "SELECT 1", custom=True), ToolResult("c", (Text("1"),))
    body = DIALECT.upstream.write_request(
        request(Message("user", (Text("hi"),)), Message("assistant", (call,)), Message("tool", (result,))), Accepts()
    ).body

    assert json.loads(body)["input"][1:] == [
        {"type": "custom_tool_call", "call_id": "c", "name": "sql", "input": "SELECT 1"},
        {"type": "custom_tool_call_output", "call_id": "c", "output": "1"},
    ]


def test_what_a_tool_gave_is_shown_as_far_as_there_are_words_for_it() -> None:
    linked = Document(Link("https://x.test/a.pdf"), name="Plan")
    opaque = Opaque("another", "search_result", Raw(b"{}"))
    result = ToolResult("c", (Text("see"), Audio("wav", "UklG"), linked, opaque), is_error=True)
    written = DIALECT.upstream.write_request(
        request(Message("assistant", (ToolCall("c", "f"),)), Message("tool", (result,), path="m", paths=("m",))),
        Accepts(),
    )

    assert json.loads(written.body)["input"][1]["output"] == [
        {"type": "input_text", "text": "Error: see"},
        {"type": "input_file", "file_url": "https://x.test/a.pdf"},
    ]
    assert written.lost == (*("m.content[1] (audio)", "m.content[2].title", "m.content[3] (search_result)"),)


@pytest.mark.parametrize("form", [b'{"type":"grammar","grammar":7}', b"7"])
def test_a_format_that_nobody_knows_is_left_for_the_upstream_to_judge(form: bytes) -> None:
    tools = (CustomTool("sql", format=Raw(form)),)
    body = DIALECT.upstream.write_request(request(Message("user", (Text("hi"),)), tools=tools), Accepts()).body

    assert json.loads(body)["tools"][0]["format"] == json.loads(form)


def test_tools_of_one_group_stand_together() -> None:
    tools = (
        FunctionTool("a", namespace="one"),
        FunctionTool("b"),
        CustomTool("c", namespace="two"),
        FunctionTool("d", namespace="one"),
    )
    body = DIALECT.upstream.write_request(request(Message("user", (Text("hi"),)), tools=tools), Accepts()).body

    written = json.loads(body)["tools"]
    assert [(tool["type"], tool["name"]) for tool in written] == [
        ("namespace", "one"),
        ("function", "b"),
        ("namespace", "two"),
    ]
    assert [tool["name"] for tool in written[0]["tools"]] == ["a", "d"]


@given(
    offered=st.lists(st.sampled_from(["a", "b", "c"]), unique=True),
    allowed=st.lists(st.sampled_from(["a", "b", "gone"]), unique=True),
    mode=st.sampled_from(["auto", "required", "none", "named"]),
    custom=st.booleans(),
)
def test_a_choice_is_never_of_a_tool_that_is_not_offered(
    offered: list[str], allowed: list[str], mode: Any, *, custom: bool
) -> None:
    tools = tuple(CustomTool(name) if custom else FunctionTool(name) for name in offered)
    choice = ToolChoice(
        mode, allowed[0] if mode == "named" and allowed else None, () if mode == "named" else (*allowed,)
    )
    written = DIALECT.upstream.write_request(
        request(Message("user", (Text("hi"),)), tools=tools, tool_choice=choice), Accepts()
    )

    asked = RESPONSES.read(Received(written.body))
    assert {tool.name for tool in asked.tools} == set(offered)
    said = json.loads(written.body).get("tool_choice")
    if isinstance(said, dict):
        assert {tool["name"] for tool in said.get("tools", [said])} <= set(offered)
