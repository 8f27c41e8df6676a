"""Answers of Converse: what is read of them, and what comes back to Bedrock when a client goes on."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from planoai.apis import DIALECTS
from planoai.apis.bedrock_converse import DIALECT
from planoai.apis.dialect import Accepts, Envelope
from planoai.apis.fields import read_fields
from planoai.conversation.event import (
    Ended,
    Event,
    Failed,
    PartAdded,
    ThinkingSigned,
    ToolDelta,
    ToolStarted,
)
from planoai.conversation.fold import fold
from planoai.conversation.message import RedactedThinking, Thinking, ToolCall
from planoai.conversation.request import CustomTool, FunctionTool, Request
from planoai.errors import UpstreamUnreadable
from tests.apis import golden
from tests.support.eventstream import encoded

Json = dict[str, Any]
CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
BEDROCK = "amazon_bedrock"
STREAMS = [path for path in golden.streams() if path.parent.name == "bedrock_converse"]
LONG = "mcp__" + "a" * 70


def envelope(*tools: FunctionTool | CustomTool) -> Envelope:
    request = Request("m", (), "openai_responses", tools=tools)
    return structs.replace(golden.envelope(), issuer=BEDROCK, request=request)


def streamed(frames: list[Json], asked: Envelope) -> list[Event]:
    reader = DIALECT.upstream.stream_reader(asked)
    return [*reader.feed(encoded(frames)), *reader.close()]


def whole(content: list[Json], asked: Envelope, **more: Any) -> list[Event]:
    message = {"role": "assistant", "content": content}
    return DIALECT.upstream.read_answer(golden.compact({"output": {"message": message}, **more}), asked)


def call_events(name: str, *pieces: str) -> list[Json]:
    start = {"toolUse": {"toolUseId": "tooluse_A", "name": name}}
    deltas = [{"contentBlockIndex": 0, "delta": {"toolUse": {"input": piece}}} for piece in pieces]
    return [
        {"event": "messageStart", "payload": {"role": "assistant"}},
        {"event": "contentBlockStart", "payload": {"contentBlockIndex": 0, "start": start}},
        *({"event": "contentBlockDelta", "payload": delta} for delta in deltas),
        {"event": "contentBlockStop", "payload": {"contentBlockIndex": 0}},
        {"event": "messageStop", "payload": {"stopReason": "tool_use"}},
    ]


def test_a_custom_tool_is_called_with_its_text() -> None:
    """It was offered as a function with one string."""
    asked = envelope(CustomTool("apply_patch", namespace="editor"))
    called = ToolCall("tooluse_A", "apply_patch", '*** "Begin"', custom=True)
    [text] = [json.dumps({"input": '*** "Begin"'})]
    block = {"toolUse": {"toolUseId": "tooluse_A", "name": "apply_patch", "input": json.loads(text)}}

    assert fold(whole([block], asked)).message.parts == (called,)
    assert fold(streamed(call_events("apply_patch", *text), asked)).message.parts == (called,)


def test_a_tool_whose_name_had_to_be_changed_is_called_by_its_own() -> None:
    asked = envelope(FunctionTool(LONG), FunctionTool("f"))
    assert asked.request is not None
    sent = DIALECT.upstream.write_request(asked.request, Accepts()).body
    offered = json.loads(sent)["toolConfig"]["tools"]
    name = offered[0]["toolSpec"]["name"]
    assert len(name) == 64

    events = streamed(call_events(name, "{}"), asked)
    assert [event.name for event in events if isinstance(event, ToolStarted)] == [LONG]
    events = whole([{"toolUse": {"toolUseId": "a", "name": name, "input": {}}}], asked)
    assert [event.name for event in events if isinstance(event, ToolStarted)] == [LONG]


def test_proofs_are_marked_with_who_issued_them() -> None:
    thought = {"reasoningContent": {"reasoningText": {"text": "Hmm.", "signature": "c2ln"}}}
    redacted = {"reasoningContent": {"redactedContent": "c2Vj"}}
    parts = fold(whole([thought, redacted], envelope())).message.parts
    assert parts == (Thinking("Hmm.", "c2ln", issuer=BEDROCK), RedactedThinking("c2Vj", BEDROCK))

    for path in STREAMS:
        reader = DIALECT.upstream.stream_reader(envelope())
        events = [*reader.feed(golden.bytes_of(path)), *reader.close()]
        signed = [event.issuer for event in events if isinstance(event, ThinkingSigned)]
        signed += [
            event.part.issuer
            for event in events
            if isinstance(event, PartAdded) and isinstance(event.part, RedactedThinking)
        ]
        assert set(signed) <= {BEDROCK}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}',
        b'{"output":{"message":{"content":"text"}}}',
        b'{"output":{"message":{"content":[1]}}}',
        b'{"output":{"message":{"content":[{"text":3}]}}}',
        b'{"output":{"message":{"content":[{"toolUse":{"toolUseId":"a"}}]}}}',
        b'{"output":{"message":{"content":[{"novel":"\xff"}]}}}',
    ],
)
def test_what_is_no_answer_can_not_be_read(body: bytes) -> None:
    with pytest.raises(UpstreamUnreadable):
        DIALECT.upstream.read_answer(body, golden.envelope())


SAID = [path for path in STREAMS if fold(golden.read_stream("bedrock_converse", [golden.bytes_of(path)])).complete]
PROVEN = Accepts(proofs=(BEDROCK,))


@pytest.mark.parametrize("client", ["openai_chat", "anthropic_messages"])
@pytest.mark.parametrize("path", SAID, ids=golden.name)
def test_an_answer_goes_back_with_the_results_of_its_calls(path: Path, client: str) -> None:
    """In the client's own words; ids pair up, roles take turns, and the proofs are those that were issued."""
    asked = envelope()
    reader = DIALECT.upstream.stream_reader(asked)
    answer = fold([*reader.feed(golden.bytes_of(path)), *reader.close()])
    side = golden.client_side(client)
    said = json.loads(side.write_answer(answer, golden.envelope()))
    body = {"model": CLAUDE, "max_tokens": 99, "messages": _next(client, said)}

    request = side.read_request(read_fields(golden.compact(body)))
    turns = json.loads(DIALECT.upstream.write_request(request, PROVEN).body)["messages"]

    roles = [turn["role"] for turn in turns]
    assert roles[0] == "user"
    assert all(one != two for one, two in pairwise(roles))
    blocks = [block for turn in turns for block in turn["content"]]
    called = [block["toolUse"]["toolUseId"] for block in blocks if "toolUse" in block]
    assert called == [part.id for part in answer.message.parts if isinstance(part, ToolCall)]
    assert called == [block["toolResult"]["toolUseId"] for block in blocks if "toolResult" in block]
    thoughts = [block["reasoningContent"] for block in blocks if "reasoningContent" in block]
    assert [each["reasoningText"] for each in thoughts if "reasoningText" in each] == [
        {"text": part.text, "signature": part.signature}
        for part in answer.message.parts
        if isinstance(part, Thinking) and part.signature
    ]
    assert [each["redactedContent"] for each in thoughts if "redactedContent" in each] == [
        part.data for part in answer.message.parts if isinstance(part, RedactedThinking)
    ]


def _next(client: str, said: Json) -> list[Json]:
    go: Json = {"role": "user", "content": "go"}
    if client == "openai_chat":
        message = said["choices"][0]["message"]
        calls = message.get("tool_calls", [])
        return [go, message, *({"role": "tool", "tool_call_id": each["id"], "content": "done"} for each in calls), go]
    content = said["content"] or [{"type": "text", "text": "Well."}]
    results = [
        {"type": "tool_result", "tool_use_id": block["id"], "content": "done"}
        for block in content
        if block["type"] == "tool_use"
    ]
    return [
        go,
        {"role": "assistant", "content": content},
        {"role": "user", "content": [*results, {"type": "text", "text": "on"}]},
    ]


def test_no_other_provider_gets_a_proof_of_bedrocks() -> None:
    asked = envelope()
    answer = fold(whole([{"reasoningContent": {"reasoningText": {"text": "Hmm.", "signature": "c2ln"}}}], asked))
    side = golden.client_side("anthropic_messages")
    said = json.loads(side.write_answer(answer, golden.envelope()))
    body = {"model": "m", "max_tokens": 9, "messages": _next("anthropic_messages", said)}
    request = side.read_request(read_fields(golden.compact(body)))

    for name, dialect in DIALECTS.items():
        sent = dialect.upstream.write_request(request, Accepts(proofs=("anthropic", "openai")))
        assert b"c2ln" not in sent.body, name
    assert b"c2ln" in DIALECT.upstream.write_request(request, PROVEN).body


payloads = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("a{}", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                (
                    "contentBlockIndex",
                    "delta",
                    "start",
                    "toolUse",
                    "toolUseId",
                    "name",
                    "input",
                    "text",
                    "reasoningContent",
                    "redactedContent",
                    "signature",
                    "citation",
                    "image",
                    "source",
                    "bytes",
                    "toolResult",
                    "type",
                    "stopReason",
                    "usage",
                    "inputTokens",
                    "cacheDetails",
                    "additionalModelResponseFields",
                    "message",
                )
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
kinds = st.sampled_from(
    ("messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata", "novel")
)
told = st.one_of(
    st.builds(lambda kind, payload: {"event": kind, "payload": payload}, kinds, payloads),
    st.builds(lambda payload: {"exception": "throttlingException", "payload": payload}, payloads),
)


@pytest.mark.no_cover
@given(st.lists(told, max_size=6))
def test_no_frames_make_reading_raise(frames: list[Json]) -> None:
    events = streamed(frames, golden.envelope())
    assert isinstance(events[-1], Ended | Failed)
    assert not any(isinstance(event, Ended | Failed) for event in events[:-1])
    keys = {event.key for event in events if isinstance(event, ToolStarted)}
    assert {event.key for event in events if isinstance(event, ToolDelta)} <= keys


@given(st.lists(payloads, max_size=3))
def test_no_content_makes_reading_raise_anything_but_that_it_can_not_be_read(content: list[Any]) -> None:
    try:
        events = whole(content, golden.envelope())
    except UpstreamUnreadable:
        return
    assert isinstance(events[-1], Ended)
