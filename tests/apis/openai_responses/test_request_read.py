"""What a Responses request means. Which of it crosses to the other APIs is in the golden files."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from planoai.apis.dialect import Head
from planoai.apis.fields import read_fields
from planoai.apis.openai_responses import DIALECT
from planoai.apis.openai_responses.outline import inspect
from planoai.apis.openai_responses.request_read import ENCRYPTED, read_request
from planoai.apis.openai_responses.response_write import write_answer
from planoai.apis.openai_responses.stream_write import ResponsesStreamWriter
from planoai.apis.seal import Proof, sealed
from planoai.conversation.event import Ended, Event, PartEnded, TextDelta, ThinkingDelta, ThinkingSigned, ToolStarted
from planoai.conversation.fold import fold
from planoai.conversation.message import (
    Base64,
    Citation,
    Document,
    FileId,
    Image,
    Link,
    Message,
    Opaque,
    RedactedThinking,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from planoai.conversation.request import (
    CustomTool,
    FunctionTool,
    HostedTool,
    JsonSchema,
    Reasoning,
    Request,
    Sampling,
    ToolChoice,
    WebSearch,
)
from planoai.errors import BadRequest, ClientError
from tests.apis.golden import compact
from tests.apis.openai_responses.test_stream_write import asking, read


def request(**body: Any) -> Request:
    fields = read_fields(compact({"model": "m", **body}))
    inspect(fields)
    return read_request(fields)


def messages(*items: Any) -> tuple[Message, ...]:
    return request(input=list(items)).messages


def head(**body: Any) -> Head:
    return inspect(read_fields(compact(body)))


def test_what_the_walk_must_know() -> None:
    assert head(input="x") == Head("", stream=False, include_usage=True)
    assert head(model="m", input=[], stream=True) == Head("m", stream=True)
    assert head(model="m", input={"role": "user", "content": "x"}).model == "m"


@pytest.mark.parametrize("name", ["previous_response_id", "prompt", "conversation"])
def test_what_may_stand_for_input(name: str) -> None:
    assert head(model="m", **{name: "id_1"}).model == "m"
    with pytest.raises(BadRequest, match=r"^input: this field is required$"):
        head(model="m", **{name: None})


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"input": 5}, "input"),
        ({"input": ["x"]}, "input[0]"),
        ({"input": [{"type": 5}]}, "input[0].type"),
        ({"input": "x", "instructions": ["x"]}, "instructions"),
        ({"input": "x", "stream": "yes"}, "stream"),
        ({"input": "x", "tools": [1]}, "tools[0]"),
        ({"input": "x", "max_output_tokens": 0}, "max_output_tokens"),
        ({"input": "x", "temperature": "hot"}, "temperature"),
        ({"input": "x", "reasoning": "high"}, "reasoning"),
        ({"input": "x", "text": "json"}, "text"),
        ({"input": "x", "include": [1]}, "include[0]"),
        ({"input": "x", "previous_response_id": 1}, "previous_response_id"),
    ],
)
def test_a_field_of_another_type_is_named(body: Any, param: str) -> None:
    with pytest.raises(BadRequest) as refused:
        head(**body)

    assert refused.value.param == param


def test_a_body_that_is_nested_too_deeply() -> None:
    deep = b'{"input":[' + b"[" * 100_000 + b"]" * 100_000 + b"]}"
    with pytest.raises(BadRequest, match="nested too deeply"):
        inspect(read_fields(deep))


def test_instructions_come_first() -> None:
    assert request(instructions="Be brief.", input="Hi").messages == (
        Message("system", (Text("Be brief."),), path="instructions", paths=("instructions",)),
        Message("user", (Text("Hi"),), path="input", paths=("input",)),
    )


def test_what_an_assistant_did_without_a_pause_is_one_message() -> None:
    [user, assistant, result, after] = messages(
        {"role": "user", "content": "x"},
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "a"}, {"text": "b"}]},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "c", "annotations": []}]},
        {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{}", "namespace": "g"},
        {"type": "custom_tool_call", "call_id": "call_2", "name": "h", "input": "free"},
        {"type": "custom_tool_call_output", "call_id": "call_2", "output": "ok"},
        {"role": "assistant", "content": "d"},
    )

    assert (user.role, result.role) == ("user", "tool")
    assert assistant == Message(
        "assistant",
        (
            Thinking("a\n\nb", id="rs_1", summary=True),
            Text("c"),
            ToolCall("call_1", "f", "{}", namespace="g"),
            ToolCall("call_2", "h", "free", custom=True),
        ),
        path="input[1]",
        paths=("input[1]", "input[2].content[0]", "input[3]", "input[4]"),
    )
    assert result.parts == (ToolResult("call_2", (Text("ok"),), custom=True),)
    assert after.parts == (Text("d"),)


def test_an_item_is_what_its_type_says() -> None:
    """Whatever else it looks like: a call with a role and content is a call."""
    [message] = messages({"type": "function_call", "role": "user", "content": "x", "call_id": "c", "name": "f"})

    assert message.parts == (ToolCall("c", "f", ""),)


def test_what_a_call_gave_that_no_other_api_knows_stays_with_it() -> None:
    shell = {"type": "local_shell_call", "call_id": "a", "action": {"type": "exec"}}
    call = {"type": "function_call", "call_id": "b", "name": "f", "arguments": "{}"}
    outputs = [{"type": "function_call_output", "call_id": each, "output": each} for each in "abc"]

    said = messages(shell, call, *outputs)
    assert [message.role for message in said] == ["assistant", "tool", "tool"]
    assert [part.kind if isinstance(part, Opaque) else part for part in said[0].parts] == [
        "local_shell_call",
        ToolCall("b", "f", "{}"),
        "function_call_output",
    ]
    assert said[0].paths == ("input[0]", "input[1]", "input[2]")
    assert [message.parts for message in said[1:]] == [
        (ToolResult("b", (Text("b"),)),),
        (ToolResult("c", (Text("c"),)),),
    ]


def test_a_tool_for_free_text_may_have_no_name() -> None:
    assert request(input="x", tools=[{"type": "function", "name": "f"}, {"type": "custom"}]).tools == (
        FunctionTool("f"),
        CustomTool("custom_tool_2"),
    )


@pytest.mark.parametrize(
    ("item", "parts"),
    [
        (
            {"summary": [{"text": "s"}], "encrypted_content": "Z0FB", "id": "rs_1"},
            (Thinking("s", encrypted="Z0FB", id="rs_1", summary=True),),
        ),
        (
            {"summary": [{"text": "s"}], "content": [{"type": "reasoning_text", "text": "t"}], "id": "rs_1"},
            (Thinking("s", id="rs_1", summary=True), Thinking("t")),
        ),
        (
            {"summary": [], "encrypted_content": sealed(Proof("azure_openai", "encrypted", "Z.0", "rs_9"))},
            (Thinking(encrypted="Z.0", id="rs_9", summary=True, issuer="azure_openai"),),
        ),
        (
            {"summary": [{"text": "s"}], "encrypted_content": sealed(Proof("anthropic", "signature", "c2ln"))},
            (Thinking("s", "c2ln", issuer="anthropic"),),
        ),
        (
            {"summary": [], "encrypted_content": sealed(Proof("anthropic", "redacted", "ZW5j"))},
            (RedactedThinking("ZW5j", "anthropic"),),
        ),
        ({"summary": []}, ()),
    ],
)
def test_thoughts_and_what_proves_them(item: Any, parts: Any) -> None:
    [message] = messages({"type": "reasoning", **item})

    assert message.parts == parts


def test_parts_of_every_kind() -> None:
    [message] = messages(
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": "a"},
                {"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "low"},
                {"type": "input_image", "file_id": "file_1"},
                {"type": "input_file", "file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"},
                {"type": "input_file", "file_data": "AAAA"},
                {"type": "input_file", "file_url": "https://x.test/a.pdf"},
                {"type": "input_file", "file_id": "file_2"},
                {"type": "input_new", "x": 1},
            ],
        }
    )

    assert message.parts == (
        Text("a"),
        Image(Base64("image/png", "AAAA"), "low"),
        Image(FileId("file_1")),
        Document(Base64("application/pdf", "AAAA"), "a.pdf"),
        Document(Base64("application/pdf", "AAAA")),
        Document(Link("https://x.test/a.pdf")),
        Document(FileId("file_2")),
        Opaque("openai_responses", "input_new", Raw(b'{"type":"input_new","x":1}')),
    )
    assert message.paths == tuple(f"input[0].content[{place}]" for place in range(8))


def test_citations_of_pages_and_of_files() -> None:
    page = {"type": "url_citation", "url": "https://w.test", "title": "W", "start_index": 0, "end_index": 1}
    file = {"type": "file_citation", "file_id": "f"}
    part = {"type": "output_text", "text": "W", "annotations": [page, file]}
    [message] = messages({"role": "assistant", "content": [part]})

    [text] = message.parts
    assert isinstance(text, Text)
    assert text.citations == (
        Citation("https://w.test", "W", start=0, end=1, dialect="openai_responses"),
        Citation(raw=Raw(compact(file)), dialect="openai_responses"),
    )


@pytest.mark.parametrize(
    ("output", "parts"),
    [
        ("sunny", (Text("sunny"),)),
        ("", ()),
        (None, ()),
        ({"t": 1}, (Text('{"t":1}'),)),
        ([1, {"type": "x"}], (Text('[1,{"type":"x"}]'),)),
        (
            [{"type": "input_text", "text": "a"}, {"type": "input_image", "file_id": "f"}],
            (Text("a"), Image(FileId("f"))),
        ),
    ],
)
def test_what_a_tool_answered(output: Any, parts: Any) -> None:
    [message] = messages({"type": "function_call_output", "call_id": "c", "output": output})

    assert message.parts == (ToolResult("c", parts),)


def test_groups_of_tools_are_laid_out_flat() -> None:
    read = request(
        input="x",
        tools=[
            {"type": "function", "name": "f", "parameters": {"b": 1, "a": 2}, "strict": True},
            {"type": "namespace", "name": "agents", "description": "D", "tools": [{"type": "function", "name": "f"}]},
            {"type": "custom", "name": "p", "format": {"type": "grammar", "syntax": "lark", "definition": "x"}},
            {"type": "custom", "name": "q", "format": {"type": "text"}},
            {"type": "web_search", "search_context_size": "low", "filters": {"allowed_domains": ["x.test"]}},
            {"type": "mcp", "server_label": "s"},
        ],
    )

    assert read.tools == (
        FunctionTool("f", parameters=Raw(b'{"b":1,"a":2}'), strict=True),
        FunctionTool("f", namespace="agents"),
        CustomTool("p", format=Raw(b'{"type":"grammar","syntax":"lark","definition":"x"}')),
        CustomTool("q"),
        WebSearch("low", allowed_domains=("x.test",)),
        HostedTool("openai_responses", "mcp", Raw(b'{"type":"mcp","server_label":"s"}')),
    )
    assert [read.path(f"tools[{place}]") for place in range(6)] == [
        "tools[0]",
        "tools[1].tools[0]",
        "tools[2]",
        "tools[3]",
        "tools[4]",
        "tools[5]",
    ]
    assert read.extras["tools[1].description"] == Raw(b'"D"')
    assert read.bound == {}


def test_tools_behind_a_group_are_called_by_their_own_places() -> None:
    group = {"type": "namespace", "name": "g", "tools": [{"type": "function", "name": name} for name in "abc"]}
    read = request(input="x", tools=[group, {"type": "function", "name": "d"}])

    assert [read.path(f"tools[{place}]") for place in range(4)] == [
        *(f"tools[0].tools[{place}]" for place in range(3)),
        "tools[1]",
    ]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"background": True}, "background"),
        ({"conversation": {"id": "conv_1"}}, "conversation"),
        ({"prompt": {"id": "p"}}, "prompt"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "input[0]"),
        ({"input": [{"id": "msg_1"}]}, "input[0]"),
        ({"input": [{"type": "compaction", "encrypted_content": "x"}]}, "input[0]"),
        ({"tools": [{"type": "file_search"}, {"type": "function", "name": "f"}]}, "tools[0]"),
        ({"tools": [{"type": "code_interpreter"}, {"type": "function", "name": "f"}]}, "tools[0]"),
        ({"tools": [{"type": "computer_use_preview"}, {"type": "function", "name": "f"}]}, "tools[0]"),
        ({"tools": [{"type": "image_generation"}]}, "tools"),
    ],
)
def test_what_only_servers_of_this_api_can_do(body: Any, path: str) -> None:
    assert list(request(**{"input": "x", **body}).bound) == [path]


@pytest.mark.parametrize(
    "body", [{"background": False}, {"truncation": "disabled"}, {"top_logprobs": 0}, {"prompt": None}]
)
def test_what_is_meant_anyway_is_no_loss(body: Any) -> None:
    read = request(input="x", **body)

    assert (read.bound, read.extras) == ({}, {})


@pytest.mark.parametrize(
    ("choice", "read"),
    [
        ("auto", ToolChoice("auto")),
        ("required", ToolChoice("required")),
        ("none", ToolChoice("none")),
        ({"type": "function", "name": "f"}, ToolChoice("named", "f")),
        ({"type": "function", "function": {"name": "f"}}, ToolChoice("named", "f")),
        ({"type": "custom", "name": "p"}, ToolChoice("named", "p")),
        (
            {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "f"}]},
            ToolChoice("required", allowed=("f",)),
        ),
        ({"type": "allowed_tools", "mode": "auto", "tools": [{"type": "image_generation"}]}, ToolChoice("none")),
        ({"type": "web_search"}, None),
        ("sometimes", None),
    ],
)
def test_the_choice_of_a_tool(choice: Any, read: ToolChoice | None) -> None:
    found = request(input="x", tool_choice=choice)

    assert found.tool_choice == read
    assert ("tool_choice" in found.extras) == (read is None)


def test_all_that_has_a_word_in_a_conversation() -> None:
    schema = {"type": "object", "properties": {"b": {}, "a": {}}}
    read = request(
        input="x",
        max_output_tokens=50,
        temperature=0.5,
        top_p=0.9,
        reasoning={"effort": "high", "summary": "auto"},
        text={"format": {"type": "json_schema", "name": "r", "schema": schema, "strict": True}, "verbosity": "low"},
        stream=True,
        user="u",
        metadata={"a": "b"},
        service_tier="flex",
        store=False,
        prompt_cache_key="k",
        previous_response_id="resp_1",
        include=[ENCRYPTED, "message.output_text.logprobs"],
        parallel_tool_calls=False,
    )

    assert read.sampling == Sampling(50, 0.5, 0.9)
    assert read.reasoning == Reasoning(effort="high", summary="auto")
    assert read.format == JsonSchema(Raw(compact(schema)), "r", strict=True)
    assert (read.verbosity, read.stream, read.user, read.metadata) == ("low", True, "u", {"a": "b"})
    assert (read.service_tier, read.store, read.prompt_cache_key) == ("flex", False, "k")
    assert (read.previous, read.include[0], read.parallel_tool_calls) == ("resp_1", ENCRYPTED, False)
    assert set(read.extras) == {"include[1]", "reasoning.summary"}
    assert (read.path("format"), read.path("verbosity")) == ("text.format", "text.verbosity")


def test_what_we_said_comes_back_as_what_it_meant() -> None:
    """A client that appends our items to its next request, as they are."""
    events: list[Event] = [
        ThinkingDelta("Let me see."),
        ThinkingSigned(signature="c2ln", issuer="anthropic"),
        PartEnded(),
        TextDelta("It is four."),
        ToolStarted(0, "toolu_1", "f"),
        Ended(),
    ]
    streamed = read(ResponsesStreamWriter(asking()).write(events))[-1]["response"]["output"]
    whole = json.loads(write_answer(fold(events), asking()))["output"]

    for output in (streamed, whole):
        [message] = messages(*output)
        assert message.parts == (
            Thinking("Let me see.", "c2ln", issuer="anthropic"),
            Text("It is four."),
            ToolCall("toolu_1", "f", "{}"),
        )


values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                (
                    "type",
                    "role",
                    "content",
                    "text",
                    "call_id",
                    "name",
                    "output",
                    "summary",
                    "image_url",
                    "tools",
                    "format",
                    "id",
                )
            ),
            st.one_of(
                inner,
                st.sampled_from(
                    (
                        "message",
                        "user",
                        "assistant",
                        "input_text",
                        "function",
                        "namespace",
                        "function_call",
                        "reasoning",
                    )
                ),
            ),
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ("input", "tools", "tool_choice", "text", "reasoning", "include", "metadata", "instructions", "new")
        ),
        values,
    )
)
def test_whatever_is_sent_is_read_or_refused_with_its_place(body: dict[str, Any]) -> None:
    client = DIALECT.client
    assert client is not None
    told: str | None = "read"
    try:
        fields = read_fields(compact({"model": "m", **body}))
        client.inspect(fields)
        client.read_request(fields)
    except ClientError as refused:
        told = refused.param
    assert told
