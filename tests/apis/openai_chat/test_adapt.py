"""What a Chat request needs for one upstream of its own API."""

import json
from typing import Any

import pytest

from planoai.apis.dialect import Accepts, Head
from planoai.apis.fields import read_fields
from planoai.apis.openai_chat import DIALECT
from planoai.apis.openai_chat.ids import nine
from planoai.apis.seal import Proof, sealed
from planoai.providers.catalog import PROVIDERS

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


KIMI = PROVIDERS["moonshotai"].accepts
KIMI_REFUSES = {"temperature": 0.5, "top_p": 1, "n": 2, "presence_penalty": 0, "frequency_penalty": 0}


def lost_of(accepts: Accepts, body: dict[str, Any], model: str) -> tuple[str, ...]:
    fields = read_fields(json.dumps({"model": model, **body}).encode())
    return DIALECT.upstream.adapt(fields, Head(model, stream=False), accepts).lost


def test_what_one_model_refuses_where_it_is_made_goes_to_it_elsewhere() -> None:
    body = {**KIMI_REFUSES, "seed": 1}
    assert adapted(KIMI, body, model="kimi-k3") == {"seed": 1}
    assert sorted(lost_of(KIMI, body, "kimi-k3")) == sorted(KIMI_REFUSES)
    for accepts, model in ((KIMI, "kimi-k3-turbo"), (KIMI, "kimi-k2.5"), (PROVIDERS["groq"].accepts, "kimi-k3")):
        assert adapted(accepts, body, model=model) == body


@pytest.mark.parametrize(
    ("effort", "written", "lost"),
    [
        ("none", "low", ("reasoning_effort (low instead of none)",)),
        ("minimal", "low", ("reasoning_effort (low instead of minimal)",)),
        ("low", "low", ()),
        ("medium", "high", ("reasoning_effort (high instead of medium)",)),
        ("high", "high", ()),
        ("max", "max", ()),
        ("xhigh", None, ("reasoning_effort",)),
        ("immense", None, ("reasoning_effort",)),
    ],
)
def test_efforts_are_in_the_words_of_the_model(effort: str, written: str | None, lost: tuple[str, ...]) -> None:
    body = {"reasoning_effort": effort}
    assert adapted(KIMI, body, model="kimi-k3").get("reasoning_effort") == written
    assert lost_of(KIMI, body, "kimi-k3") == lost
    assert adapted(PROVIDERS["openrouter"].accepts, body, model="kimi-k3") == body


def history(identifier: str) -> list[dict[str, Any]]:
    call = {"id": identifier, "type": "function", "function": {"name": "f", "arguments": "{}"}, "x": 1}
    return [
        {"role": "user", "content": "tool_calls"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": identifier, "content": "1"},
    ]


def test_ids_that_mistral_refuses_are_shortened_alike_in_calls_and_results() -> None:
    mistral = PROVIDERS["mistral"].accepts
    made_by_claude = "toolu_01A09q90qw90lq917835lq9"
    written = adapted(mistral, {"messages": history(made_by_claude)})["messages"]

    assert written == history(nine(made_by_claude))
    assert lost_of(mistral, {"messages": history(made_by_claude)}, "m") == ()
    fields = read_fields(json.dumps({"model": "m", "messages": history("abcDEF123")}).encode())
    assert DIALECT.upstream.adapt(fields, Head("m", stream=False), mistral).fields is fields
    assert adapted(ALL, {"messages": history(made_by_claude)})["messages"] == history(made_by_claude)


def test_gemini_is_given_schemas_that_it_knows() -> None:
    schema = {"$schema": "s", "type": "object", "properties": {"$schema": {"type": "string"}}}
    plain = {"type": "object", "properties": {"$schema": {"type": "string"}}}

    def body(told: dict[str, Any]) -> dict[str, Any]:
        return {
            "tools": [{"type": "function", "function": {"name": "f", "parameters": told}}, {"type": "custom"}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "r", "schema": told}},
        }

    gemini = PROVIDERS["gemini"].accepts
    assert adapted(gemini, body(schema)) == body(plain)
    assert lost_of(gemini, body(schema), "m") == (
        "tools[0].function.parameters.$schema",
        "response_format.json_schema.schema.$schema",
    )
    fields = read_fields(json.dumps({"model": "m", **body(plain)}).encode())
    assert DIALECT.upstream.adapt(fields, Head("m", stream=False), gemini).fields is fields
    assert adapted(ALL, body(schema)) == body(schema)


@pytest.mark.parametrize("odd", [{"type": "json_schema"}, {"json_schema": {"schema": 1}}, {"json_schema": "schema"}])
def test_an_odd_format_is_left_for_gemini_to_judge(odd: dict[str, Any]) -> None:
    assert adapted(PROVIDERS["gemini"].accepts, {"response_format": odd}) == {"response_format": odd}


def test_what_gemini_signed_its_calls_with_goes_back() -> None:
    messages = history("c")
    messages[1]["tool_calls"][0]["extra_content"] = {"google": {"thought_signature": "s"}}
    assert adapted(PROVIDERS["gemini"].accepts, {"messages": messages})["messages"] == messages


BOOKS = {"prompt_cache_key": "k", "prompt_cache_retention": "24h", "safety_identifier": "s", "store": True}


@pytest.mark.parametrize("provider", ["mistral", "gemini", "groq"])
def test_openais_bookkeeping_is_for_openai(provider: str) -> None:
    assert adapted(PROVIDERS[provider].accepts, BOOKS) == {}
    assert sorted(lost_of(PROVIDERS[provider].accepts, BOOKS, "m")) == sorted(BOOKS)
    assert adapted(PROVIDERS["azure_openai"].accepts, BOOKS) == BOOKS


def thinking(**members: str) -> list[dict[str, Any]]:
    return [
        {"role": "assistant", "content": "y", "thinking_blocks": [{"type": "thinking", "thinking": "t", **members}]}
    ]


def test_a_sealed_proof_goes_to_its_issuer_as_it_was_issued() -> None:
    sealed_one = sealed(Proof("vercel", "signature", "the.signature"))
    sent = {"messages": thinking(signature=sealed_one)}

    assert adapted(PROVIDERS["vercel"].accepts, sent)["messages"] == thinking(signature="the.signature")
    assert adapted(PROVIDERS["openrouter"].accepts, sent)["messages"] == [{"role": "assistant", "content": "y"}]
    assert lost_of(PROVIDERS["openrouter"].accepts, sent, "m") == (
        "messages[0].thinking_blocks[0] (thinking of vercel)",
    )
    unmarked = {"messages": thinking(signature="not ours")}
    assert adapted(PROVIDERS["openrouter"].accepts, unmarked) == unmarked


def test_proofs_in_odd_places_are_left_for_the_upstream_to_judge() -> None:
    for odd in ("plano1.x", {"a": "plano1."}, ["plano1."], [{"signature": 1, "x": "plano1."}]):
        sent = {"messages": [{"role": "assistant", "content": "plano1.a.signature..b", "thinking_blocks": odd}]}
        assert adapted(ALL, sent) == sent
