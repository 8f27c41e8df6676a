"""What a Messages request needs before it goes to an upstream of the Messages API."""

import json
from typing import Any

import pytest

from planoai.apis.anthropic_messages.adapt import adapt
from planoai.apis.dialect import Accepts, Head
from planoai.apis.fields import read_fields
from planoai.providers.catalog import PROVIDERS

HEAD = Head("claude-sonnet-4-5", stream=False)
UNSIGNED = {"type": "thinking", "thinking": "hm", "signature": ""}
SIGNED = {"type": "thinking", "thinking": "hm", "signature": "c2ln"}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"signature": ""}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "x"}


def adapted(content: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    body = {
        "model": "m",
        "messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": content},
            {"role": "user", "content": [RESULT]},
        ],
        **more,
    }
    fields = read_fields(json.dumps(body, separators=(",", ":")).encode())
    return {name: json.loads(bytes(value)) for name, value in adapt(fields, HEAD, Accepts()).fields.items()}


@pytest.mark.parametrize("content", [[SIGNED, CALL], [CALL], [{"type": "text", "text": 'say "signature":""'}]])
def test_what_anthropic_takes_goes_through_untouched(content: list[dict[str, Any]]) -> None:
    fields = read_fields(json.dumps({"messages": [{"role": "assistant", "content": content}]}).encode())

    assert adapt(fields, HEAD, Accepts()).fields is fields


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_unsigned_thinking_is_taken_out(separators: tuple[str, str]) -> None:
    body = {"messages": [{"role": "assistant", "content": [UNSIGNED, SIGNED, CALL]}]}
    fields = read_fields(json.dumps(body, separators=separators).encode())

    messages = json.loads(bytes(adapt(fields, HEAD, Accepts()).fields["messages"]))

    assert messages == [{"role": "assistant", "content": [SIGNED, CALL]}]


def test_an_upstream_that_wants_reasoning_back_gets_it() -> None:
    fields = read_fields(json.dumps({"messages": [{"role": "assistant", "content": [UNSIGNED]}]}).encode())

    assert adapt(fields, HEAD, Accepts(reasoning_back=True)).fields is fields


def test_a_turn_of_which_nothing_is_left_goes() -> None:
    assert [turn["role"] for turn in adapted([UNSIGNED])["messages"]] == ["user", "user"]


def test_citations_that_nobody_proved_are_taken_out() -> None:
    proven = {"type": "web_search_result_location", "url": "a", "encrypted_index": "Eo8"}
    block = {"type": "text", "text": "x", "citations": [{**proven, "encrypted_index": ""}, proven]}

    assert adapted([block])["messages"][1]["content"] == [{**block, "citations": [proven]}]
    assert adapted([{**block, "citations": [{**proven, "encrypted_index": ""}]}])["messages"][1]["content"] == [
        {"type": "text", "text": "x"}
    ]


def test_what_another_maker_wanted_back_is_taken_out_of_a_call() -> None:
    call = {**CALL, "extra_content": {"google": {"thought_signature": "s"}}}

    assert adapted([call])["messages"][1]["content"] == [CALL]


def test_with_a_budget_the_model_does_not_think_on_where_its_thinking_is_gone() -> None:
    thinking = {"type": "enabled", "budget_tokens": 2000}

    assert "thinking" not in adapted([UNSIGNED, CALL], thinking=thinking, context_management={"edits": []})
    assert "thinking" in adapted([UNSIGNED, CALL], thinking={"type": "adaptive"})


def test_odd_citations_are_left_for_the_upstream_to_refuse() -> None:
    block = {"type": "text", "text": "x", "citations": 'not "encrypted_index":""'}

    assert adapted([block, UNSIGNED])["messages"][1]["content"] == [block]


def test_turns_of_plain_text_stay_as_they_are() -> None:
    body = {"messages": [{"role": "assistant", "content": "x"}, {"role": "assistant", "content": [UNSIGNED, CALL]}]}
    fields = read_fields(json.dumps(body).encode())

    messages = json.loads(bytes(adapt(fields, HEAD, Accepts()).fields["messages"]))

    assert messages == [{"role": "assistant", "content": "x"}, {"role": "assistant", "content": [CALL]}]


def test_only_the_last_answer_decides_whether_the_model_may_think_on() -> None:
    thinking = {"type": "enabled", "budget_tokens": 2000}
    body = {
        "thinking": thinking,
        "messages": [
            {"role": "assistant", "content": [UNSIGNED, CALL]},
            {"role": "assistant", "content": [SIGNED, CALL]},
        ],
    }

    assert "thinking" in adapt(read_fields(json.dumps(body).encode()), HEAD, Accepts()).fields


def test_a_citation_that_is_proven_goes_through_beside_a_trace_elsewhere() -> None:
    block = {"type": "text", "text": "x", "citations": [{"type": "page_location", "cited_text": "y"}]}

    assert adapted([block, UNSIGNED])["messages"][1]["content"] == [block]


def test_what_is_taken_out_is_told() -> None:
    cited = {"type": "text", "text": "x", "citations": [{"url": "a", "encrypted_index": ""}]}
    call = {**CALL, "extra_content": {"google": {}}}
    body = {
        "thinking": {"type": "enabled", "budget_tokens": 2000},
        "context_management": {"edits": []},
        "messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": [UNSIGNED, cited, call]}],
    }

    assert adapt(read_fields(json.dumps(body).encode()), HEAD, Accepts()).lost == (
        "messages[1].content[0] (thinking without a signature)",
        "messages[1].content[1].citations",
        "messages[1].content[2].extra_content",
        "thinking",
        "context_management",
    )


@pytest.mark.parametrize(
    ("model", "provider", "lost"),
    [
        ("kimi-for-coding", "moonshotai", ("thinking",)),
        ("moonshotai/kimi-for-coding", "openrouter", ("thinking",)),
        ("kimi-k3", "moonshotai", ("temperature", "top_p")),
        ("kimi-k3", "openrouter", ()),
        ("kimi-k2.5", "moonshotai", ()),
    ],
)
def test_kimi_is_not_sent_what_it_refuses(model: str, provider: str, lost: tuple[str, ...]) -> None:
    body = {"model": model, "messages": [], "thinking": {"type": "enabled"}, "temperature": 0.5, "top_p": 1, "top_k": 2}
    fields = read_fields(json.dumps(body).encode())
    adapted = adapt(fields, HEAD, PROVIDERS[provider].accepts)

    assert sorted(adapted.lost) == sorted(lost)
    assert adapted.fields == {name: value for name, value in fields.items() if name not in lost}
    assert adapted.fields is fields or lost
