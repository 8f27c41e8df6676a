"""What a Chat request needs for one upstream of its own API."""

import json
from typing import Any

import pytest

from planoai.apis.dialect import Accepts, Head
from planoai.apis.fields import read_fields
from planoai.apis.openai_chat import DIALECT
from planoai.apis.openai_chat.models import counts_completion, reasons

ALL = Accepts(web_search=True, account_fields=True)


def adapted(
    accepts: Accepts, body: dict[str, Any] | None = None, *, stream: bool = False, model: str = "gpt-4o"
) -> dict[str, Any]:
    fields = read_fields(json.dumps({"model": model, **(body or {})}).encode())
    changed = DIALECT.upstream.adapt(fields, Head(model, stream), accepts).fields
    return {name: json.loads(bytes(value)) for name, value in changed.items() if name != "model"}


def test_the_same_mapping_where_nothing_is_needed() -> None:
    fields = read_fields(b'{"model":"gpt-4o","messages":[],"max_tokens":5,"x":1.0,"store":true,"metadata":{}}')

    assert DIALECT.upstream.adapt(fields, Head("gpt-4o", stream=False), ALL) == (fields, ())
    assert DIALECT.upstream.adapt(fields, Head("gpt-4o", stream=False), ALL).fields is fields


def test_values_that_stay_keep_their_bytes() -> None:
    fields = read_fields(b'{"model":"gpt-5","messages":[{"a": 1.50}],"max_tokens":5}')
    changed = DIALECT.upstream.adapt(fields, Head("gpt-5", stream=False), ALL).fields

    assert bytes(changed["messages"]) == b'[{"a": 1.50}]'
    assert "max_tokens" in fields


@pytest.mark.parametrize(
    ("model", "accepts", "given", "expected"),
    [
        ("gpt-4o", "max_completion_tokens", "max_tokens", "max_tokens"),
        ("gpt-5-mini", "max_completion_tokens", "max_tokens", "max_completion_tokens"),
        ("o3", "max_completion_tokens", "max_tokens", "max_completion_tokens"),
        ("openai/o4-mini", "max_tokens", "max_tokens", "max_completion_tokens"),
        ("mistral-large", "max_tokens", "max_completion_tokens", "max_tokens"),
        ("mistral-large", "max_tokens", "max_tokens", "max_tokens"),
    ],
)
def test_the_limit_has_the_name_that_the_upstream_takes(model: str, accepts: Any, given: str, expected: str) -> None:
    assert adapted(Accepts(max_tokens=accepts), {given: 7}, model=model) == {expected: 7}


def test_of_two_limits_the_one_that_the_upstream_takes_stays() -> None:
    assert adapted(Accepts(max_tokens="max_tokens"), {"max_tokens": 1, "max_completion_tokens": 2}) == {"max_tokens": 1}


def test_a_stream_asks_for_its_usage() -> None:
    assert adapted(ALL, stream=True) == {"stream_options": {"include_usage": True}}
    assert adapted(ALL, stream=False) == {}
    assert adapted(ALL, {"stream_options": {"include_obfuscation": False}}, stream=True) == {
        "stream_options": {"include_obfuscation": False, "include_usage": True}
    }
    assert adapted(ALL, {"stream_options": {"include_usage": False}}, stream=True) == {
        "stream_options": {"include_usage": True}
    }


def test_an_upstream_without_stream_options_gets_none() -> None:
    assert adapted(Accepts(stream_options=False), {"stream_options": {"include_usage": True}}, stream=True) == {}


def test_developers_are_systems_where_developers_are_unknown() -> None:
    messages = [{"role": "developer", "content": "d"}, {"role": "user", "content": "developer", "x": 1}]

    assert adapted(Accepts(developer_role=False), {"messages": messages})["messages"] == [
        {"role": "system", "content": "d"},
        messages[1],
    ]
    assert adapted(Accepts(developer_role=True), {"messages": messages})["messages"] == messages


def test_fields_that_an_upstream_refuses_are_left_out() -> None:
    body = {"web_search_options": {}, "store": True, "metadata": {}, "service_tier": "flex", "reasoning_effort": "low"}

    assert adapted(Accepts(reasoning_effort=False), body) == {}
    assert adapted(ALL, body) == body


def test_what_is_left_out_is_told() -> None:
    body = (
        b'{"model":"gpt-5","temperature":0.2,"store":true,"reasoning_effort":null,"stream_options":{},"max_tokens":1}'
    )
    nothing = Accepts(stream_options=False, reasoning_effort=False)
    _, lost = DIALECT.upstream.adapt(read_fields(body), Head("gpt-5", stream=True), nothing)

    assert sorted(lost) == ["reasoning_effort", "store", "temperature"]


@pytest.mark.parametrize(
    ("model", "effort", "stays"),
    [
        ("gpt-5", None, False),
        ("gpt-5.2", "none", True),
        ("gpt-5-chat-latest", None, True),
        ("gpt-5.1-chat-latest", None, True),
        ("o3-mini", None, False),
        ("gpt-4.1", None, True),
    ],
)
def test_reasoning_models_sample_as_they_like(model: str, effort: str | None, stays: bool) -> None:
    body = {"temperature": 0.2, **({"reasoning_effort": effort} if effort else {})}

    assert ("temperature" in adapted(ALL, body, model=model)) is stays


def test_kimi_for_coding_gets_only_what_it_takes() -> None:
    body = {"stream_options": {}, "reasoning_effort": "low", "store": True, "service_tier": "auto", "x": 1}

    assert adapted(ALL, body, model="kimi-for-coding", stream=True) == {"x": 1}


@pytest.mark.parametrize(
    "model", ["o1", "o3", "o3-mini", "o4-mini-2025-04-16", "gpt-5", "gpt-5.1-codex", "openai/gpt-5", "GPT-5"]
)
def test_openais_reasoning_models_are_known(model: str) -> None:
    assert counts_completion(model)
    assert reasons(model)


@pytest.mark.parametrize(
    "model", ["gpt-4o", "gpt-4.1", "ollama3", "o3x", "claude-3-opus", "gpt-50", "llama-o3", "gpt-5-chat-latest"]
)
def test_other_models_are_not_taken_for_them(model: str) -> None:
    assert not counts_completion(model)
