"""What a Chat request needs for one upstream of its own API."""

import json
from typing import Any

import pytest

from planoai.apis.dialect import Accepts, Head
from planoai.apis.fields import read_fields
from planoai.apis.openai_chat import DIALECT

ALL = Accepts(web_search=True, account_fields=True)


def adapted(
    accepts: Accepts, body: dict[str, Any] | None = None, *, stream: bool = False, model: str = "gpt-4o"
) -> dict[str, Any]:
    fields = read_fields(json.dumps({"model": model, **(body or {})}).encode())
    changed = DIALECT.upstream.adapt(fields, Head(model, stream), accepts).fields
    return {name: json.loads(bytes(value)) for name, value in changed.items() if name != "model"}


def test_the_same_mapping_where_nothing_is_needed() -> None:
    fields = read_fields(b'{"model":"gpt-4o","messages":[],"max_tokens":5,"x":1.0,"store":true,"metadata":{}}')

    adapted = DIALECT.upstream.adapt(fields, Head("gpt-4o", stream=False), ALL)
    assert adapted.fields is fields
    assert not adapted.lost


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
    lost = DIALECT.upstream.adapt(read_fields(body), Head("gpt-5", stream=True), nothing).lost

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


def test_the_o_series_calls_one_tool_at_a_time_without_being_told() -> None:
    body = {"parallel_tool_calls": False, "temperature": 1, "reasoning_effort": "none"}

    assert adapted(ALL, body, model="o4-mini") == {"reasoning_effort": "none"}
    assert adapted(ALL, body, model="gpt-5.2") == body


def test_names_go_only_to_servers_that_know_them() -> None:
    named = [
        {"role": "user", "name": "ann", "content": "developer"},
        {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f"}}]},
        {"role": "tool", "name": "f", "tool_call_id": "c", "content": "1.50"},
    ]
    nameless = [{"role": "user", "content": "developer"}, *named[1:]]
    fields = read_fields(json.dumps({"model": "m", "messages": named}).encode())

    assert adapted(Accepts(name=False), {"messages": named})["messages"] == nameless
    assert DIALECT.upstream.adapt(fields, Head("m", stream=False), Accepts(name=False)).lost == ("messages[0].name",)
    assert DIALECT.upstream.adapt(fields, Head("m", stream=False), ALL).fields is fields


def test_strict_goes_only_to_servers_that_know_it() -> None:
    functions: list[dict[str, Any]] = [
        {"name": "a", "strict": True, "parameters": {"properties": {"strict": {"type": "number"}}}},
        {"name": "b"},
    ]
    tools = [*({"type": "function", "function": each} for each in functions), {"type": "custom"}]
    fields = read_fields(json.dumps({"model": "m", "tools": tools}).encode())
    change = DIALECT.upstream.adapt(fields, Head("m", stream=False), Accepts(strict=False))

    assert change.lost == ("tools[0].function.strict",)
    del functions[0]["strict"]
    assert json.loads(bytes(change.fields["tools"])) == tools
    assert adapted(ALL, {"tools": tools})["tools"] == tools


@pytest.mark.parametrize(
    ("accepts", "field"), [(Accepts(user=False), "user"), (Accepts(parallel_tool_calls=False), "parallel_tool_calls")]
)
def test_each_field_has_a_row_that_knows_who_refuses_it(accepts: Accepts, field: str) -> None:
    assert adapted(accepts, {field: True, "x": 1}) == {"x": 1}
    assert adapted(ALL, {field: True}) == {field: True}
