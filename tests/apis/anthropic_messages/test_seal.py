"""Proofs of thinking in this API's own fields: Anthropic's as they are, all others sealed, and each back to whoever issued it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from planoai.apis.anthropic_messages import DIALECT
from planoai.apis.anthropic_messages.adapt import adapt
from planoai.apis.dialect import Accepts, Head
from planoai.apis.fields import read_fields
from planoai.apis.seal import Proof, sealed
from planoai.conversation.event import Ended, Event, PartAdded, PartEnded, TextDelta, ThinkingDelta, ThinkingSigned
from planoai.conversation.fold import Answer
from planoai.conversation.message import (
    Message,
    Part,
    RedactedThinking,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from planoai.conversation.request import FunctionTool, Reasoning, Request, Sampling
from tests.apis import golden

Json = dict[str, Any]

HEAD = Head("m", stream=False)
BEDROCK = Accepts(proofs=("amazon_bedrock",))
TEXT = {"type": "text", "text": "x"}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
FOREIGN = {"type": "thinking", "thinking": "hm", "signature": sealed(Proof("amazon_bedrock", "signature", "c2ln"))}
ENCRYPTED = {"type": "thinking", "thinking": "hm", "signature": sealed(Proof("openai", "encrypted", "gAAA", "rs_1"))}
HIDDEN = {"type": "redacted_thinking", "data": sealed(Proof("amazon_bedrock", "redacted", "aGlk"))}

values = st.text(min_size=1)
issuers = st.sampled_from(["", "anthropic", "amazon_bedrock", "my.own"])
thoughts = st.one_of(
    st.builds(Thinking, text=st.text(), signature=values, issuer=issuers),
    st.builds(
        Thinking, text=st.text(), encrypted=values, id=st.none() | values, summary=st.just(value=True), issuer=values
    ),
    st.builds(RedactedThinking, data=values, issuer=issuers),
).filter(lambda part: not _forged(part))


def _forged(part: Part) -> bool:
    """Nobody but us begins a proof so."""
    proof = part.data if isinstance(part, RedactedThinking) else getattr(part, "signature", None)
    return (proof or "").startswith("plano1.")


def told(*parts: Part) -> list[Json]:
    assert DIALECT.client is not None
    answer = Answer("id", "m", Message("assistant", parts))
    found: list[Json] = json.loads(DIALECT.client.write_answer(answer, golden.envelope()))["content"]
    return found


def streamed(*events: Event) -> list[Json]:
    stream = golden.write_stream(DIALECT.name, [*events, Ended()]).decode()
    told = [json.loads(frame.split("data: ")[1]) for frame in stream.split("\n\n") if frame]
    return [event for event in told if event["type"].startswith("content_block")]


def read(content: list[Json]) -> tuple[Part, ...]:
    assert DIALECT.client is not None
    body = {"model": "m", "max_tokens": 9, "messages": [{"role": "assistant", "content": content}]}
    return DIALECT.client.read_request(read_fields(golden.compact(body))).messages[0].parts


def adapted(*content: Json, accepts: Accepts = BEDROCK, **more: Any) -> tuple[list[Json], Json, tuple[str, ...]]:
    """The blocks that go on, the other fields, and what is lost."""
    body = {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": content}], **more}
    found = adapt(read_fields(golden.compact(body)), HEAD, accepts)
    fields = {name: json.loads(bytes(value)) for name, value in found.fields.items()}
    messages = fields.pop("messages")
    return (messages[1]["content"] if len(messages) > 1 else []), fields, found.lost


@given(st.lists(thoughts, min_size=1, max_size=4))
def test_what_a_client_sends_back_is_what_it_was_given(parts: list[Part]) -> None:
    """But for Anthropic's own, of which nobody can tell whose they are."""

    def unmarked(part: Part) -> Part:
        known = not isinstance(part, Thinking | RedactedThinking) or part.issuer != "anthropic"
        return part if known else structs.replace(part, issuer="")

    expected = [
        structs.replace(part, id=part.id or None) if isinstance(part, Thinking) else part
        for part in map(unmarked, parts)
    ]

    assert list(read(told(*parts))) == expected


def test_what_is_at_home_goes_as_it_is() -> None:
    for issuer in ("", "anthropic"):
        assert told(Thinking("hm", "c2ln", issuer=issuer), RedactedThinking("aGlk", issuer)) == [
            {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
            {"type": "redacted_thinking", "data": "aGlk"},
        ]


def test_a_streamed_proof_comes_sealed_after_the_thought_however_it_came_in() -> None:
    events = streamed(
        ThinkingSigned("c2", issuer="amazon_bedrock"),
        ThinkingDelta("h"),
        ThinkingDelta("m"),
        ThinkingSigned("ln", issuer="amazon_bedrock"),
        PartEnded(),
        PartAdded(RedactedThinking("aGlk", "amazon_bedrock")),
        TextDelta("x"),
    )

    assert [event.get("delta") or event.get("content_block") or event["type"] for event in events[:7]] == [
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "thinking_delta", "thinking": "h"},
        {"type": "thinking_delta", "thinking": "m"},
        {"type": "signature_delta", "signature": FOREIGN["signature"]},
        "content_block_stop",
        HIDDEN,
        "content_block_stop",
    ]


def test_a_thought_that_is_all_encrypted_is_a_block_of_its_own() -> None:
    events = streamed(ThinkingSigned(encrypted="gAAA", id="rs_1", issuer="openai"), PartEnded(), TextDelta("x"))

    assert [event.get("delta") or event.get("content_block") or event["type"] for event in events[:3]] == [
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "signature_delta", "signature": ENCRYPTED["signature"]},
        "content_block_stop",
    ]


def test_the_issuer_gets_its_proofs_as_it_issued_them() -> None:
    content, _, lost = adapted(FOREIGN, HIDDEN, TEXT)

    assert content == [{**FOREIGN, "signature": "c2ln"}, {**HIDDEN, "data": "aGlk"}, TEXT]
    assert lost == ()


def test_nobody_else_gets_them() -> None:
    content, _, lost = adapted(FOREIGN, HIDDEN, ENCRYPTED, TEXT, accepts=Accepts(proofs=("anthropic",)))

    assert content == [TEXT]
    assert lost == (
        "messages[1].content[0] (thinking of amazon_bedrock)",
        "messages[1].content[1] (redacted thinking of amazon_bedrock)",
        "messages[1].content[2] (thinking of openai)",
    )


def test_an_encrypted_thought_has_no_place_here_even_at_its_issuer() -> None:
    assert adapted(ENCRYPTED, TEXT, accepts=Accepts(proofs=("openai",)))[0] == [TEXT]


def test_whoever_wants_reasoning_back_gets_the_words_alone() -> None:
    accepts = Accepts(proofs=("deepseek",), reasoning_back=True)
    unsigned = {"type": "thinking", "thinking": "mine", "signature": ""}
    cited = {**TEXT, "citations": [{"url": "a", "encrypted_index": ""}]}
    content, _, lost = adapted(FOREIGN, {**ENCRYPTED, "thinking": ""}, HIDDEN, unsigned, cited, accepts=accepts)

    assert content == [{**FOREIGN, "signature": ""}, unsigned, cited]
    assert lost == (
        "messages[1].content[0] (thinking of amazon_bedrock)",
        "messages[1].content[1] (thinking of openai)",
        "messages[1].content[2] (redacted thinking of amazon_bedrock)",
    )


def test_with_a_budget_the_model_does_not_think_on_where_a_proof_was_taken_out() -> None:
    thinking = {"type": "enabled", "budget_tokens": 2000}
    more: Json = {"thinking": thinking, "context_management": {"edits": []}}
    accepts = Accepts(proofs=("anthropic",))

    assert adapted(FOREIGN, CALL, accepts=accepts, **more)[1] == {}
    assert adapted(HIDDEN, CALL, accepts=accepts, **more)[1] == {}
    assert adapted(FOREIGN, CALL, **more)[1] == more  # it can go on from its own


def test_a_turn_of_which_nothing_is_left_goes() -> None:
    assert adapted(FOREIGN, accepts=Accepts())[0] == []


@pytest.mark.parametrize(
    "turn",
    [
        {"role": "user", "content": [{"type": "text", "text": FOREIGN["signature"]}]},
        {"role": "assistant", "content": FOREIGN["signature"]},
        {"role": "assistant", "content": [{"type": "text", "text": FOREIGN["signature"]}]},
        {"role": "assistant", "content": [{"type": "thinking", "thinking": "plano1.", "signature": "c2ln"}]},
        {"role": "assistant", "content": [{"type": "thinking", "thinking": "plano1.", "signature": 3}]},
        {"role": "assistant", "content": [{"type": "redacted_thinking", "data": ["plano1."]}]},
        {"role": "assistant", "content": [{"type": "hologram", "data": FOREIGN["signature"]}]},
    ],
)
def test_what_only_looks_like_one_goes_through_untouched(turn: Json) -> None:
    fields = read_fields(golden.compact({"messages": [turn]}))

    assert adapt(fields, HEAD, Accepts()).fields is fields


@pytest.mark.parametrize(("accepts", "thinks"), [(BEDROCK, True), (Accepts(proofs=("anthropic",)), False)])
def test_nor_does_it_where_the_client_speaks_another_api(accepts: Accepts, *, thinks: bool) -> None:
    """The proof stays behind, so the call that came from the thought has none any more."""
    messages = (
        Message("user", (Text("hi"),)),
        Message("assistant", (Thinking("hm", "c2ln", issuer="amazon_bedrock"), ToolCall("toolu_1", "f", "{}"))),
        Message("tool", (ToolResult("toolu_1", (Text("x"),)),)),
    )
    asked = Request(
        "claude-sonnet-4-5",
        messages,
        "openai_chat",
        tools=(FunctionTool("f"),),
        reasoning=Reasoning(effort="low"),
        sampling=Sampling(max_tokens=9000),
    )
    written = json.loads(DIALECT.upstream.write_request(asked, accepts).body)

    assert ("thinking" in written) == thinks
    assert (written["messages"][1]["content"][0]["type"] == "thinking") == thinks
