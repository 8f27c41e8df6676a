"""No text makes `load` do anything but load or say what is wrong, and nothing it says holds a secret."""

import string
import types
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Literal, Union, get_args, get_origin

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct, msgpack, structs, to_builtins

from planoai.config import schema
from planoai.config.load import load
from planoai.errors import ConfigError
from tests.config.trees import ENVIRON, trees


def is_shape(made: object) -> bool:
    return isinstance(made, type) and issubclass(made, Struct)


SECRET = "sk-planted-4f9c2e71d0"

# What the format has a word for, so that trees of any shape get past the names of the keys.
NAMES = sorted({field.name for shape in vars(schema).values() if is_shape(shape) for field in structs.fields(shape)})
VOCABULARY = """
v0.4.0 v0.1 llm_providers egress_traffic openai/* openai/a house/b http://h https://a.example https://h/v1 $A ${B $$ 5s 1GB 0.5 408 5xx true << null
~ = { é * auto agent prompt plano_orchestrator_v1 mcp cost latency prometheus file redis redis://h sqlite postgres postgresql://u:p@h cheapest
127.0.0.1:9093 /a/{b} h:80 POST minute email a*
"""
WORDS = st.sampled_from([*VOCABULARY.split(), *NAMES, "", "\n", "\t", "\u2028"])
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.dates() | st.text(max_size=8) | WORDS
)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=6), max_leaves=30
)
YAML_LIKE = st.lists(
    st.sampled_from([*string.ascii_lowercase[:4], *":-[]{}#&*!|>'\"%@`?,\n\t $<", "\n  ", ": ", "- ", "&a ", "*a "])
).map("".join)


def read(text: str, **environ: str) -> list[str]:
    """What is said of `text`: its warnings, or its problems, of which there is one at least."""
    try:
        return list(load(text, environ).warnings)
    except ConfigError as error:
        return error.problems or ["an error without a problem"]


def check_lines(lines: list[str]) -> None:
    for line in lines:
        assert line.startswith("config.yaml:")
        assert line.isprintable()


@given(st.text(alphabet=st.characters()) | YAML_LIKE)
def test_no_text_at_all_is_more_than_a_config_error(text: str) -> None:
    check_lines(read(text))


@given(TREES)
def test_no_yaml_is_more_than_a_config_error(tree: object) -> None:
    check_lines(read(yaml.safe_dump(tree, allow_unicode=True), A="a"))


def values_of(kind: object) -> st.SearchStrategy[object]:
    """Trees of the shape that a field of `kind` has, with anything in them where it has values."""
    inner = [each for each in get_args(kind) if each not in {type(None), Ellipsis}]
    if is_shape(kind):
        return st.deferred(lambda: st.fixed_dictionaries({}, optional=_fields(kind)))
    if get_origin(kind) in {Union, types.UnionType}:
        return values_of(inner[0])
    if get_origin(kind) is tuple:
        return st.lists(values_of(inner[0]), max_size=2)
    if get_origin(kind) is Mapping:
        return st.dictionaries(WORDS, values_of(inner[1]), max_size=2)
    return LEAVES


def _fields(shape: object) -> dict[str, st.SearchStrategy[object]]:
    assert is_shape(shape)
    return {field.name: values_of(field.type) for field in structs.fields(shape)}  # type: ignore[arg-type]


@given(
    st.sampled_from(structs.fields(schema.Config)).flatmap(
        lambda field: st.fixed_dictionaries({"version": st.just("v0.4.0"), field.name: values_of(field.type) | TREES})
    )
)
def test_nor_is_any_value_under_a_key_that_is_known(tree: object) -> None:
    check_lines(read(yaml.safe_dump(tree), A="a"))


@given(trees())
def test_no_rule_fails_on_values_that_are_right_by_themselves_or_tells_what_a_variable_stands_for(tree: object) -> None:
    said = read(yaml.safe_dump(tree), **ENVIRON)
    check_lines(said)
    assert ENVIRON["A"] not in "".join(said)


@pytest.mark.parametrize(
    "text",
    [
        f"model_providers: [{{model: openai/a, access_key: [{SECRET}]}}]",
        f"model_providers: [{{model: openai/a, access_key: {{{SECRET}: x}}}}]",
        f"model_providers: [{{model: openai/a, access_key: {SECRET}, nme: x}}]",
        f'model_providers: [{{model: openai/a, access_key: "{SECRET}\\n{SECRET}"}}]',
        f"model_providers: [{{model: openai/a, access_key: {SECRET}, access_key: {SECRET}}}]",
        f"model_providers: [{{model: openai/a, access_key: *{SECRET}}}]",
        f"model_providers: [{{model: openai/a, access_key: '{SECRET}}}]",
        f"model_providers: [{{model: openai/a, access_key: !{SECRET} x}}]",
        f"model_providers:\n  - model: openai/a\n    access_key: {SECRET}: x",
        f"model_providers:\n  - model: openai/a\n    access_key:\n    {SECRET}: x",
        f"model_providers:\n  - model: openai/a\n    access_key:\n\t{SECRET}",
        f"model_providers: [{{model: openai/a, headers: {{authorization: [Bearer {SECRET}]}}}}]",
        f"model_providers: [{{model: openai/a, headers: {{{SECRET}: }}}}]",
        f"model_providers: [{{model: openai/a, headers: {{'Bearer {SECRET}': x}}}}]",
        f'model_providers: [{{model: openai/a, headers: {{x-a: "{SECRET}\\u00e9"}}}}]',
        f"model_providers: [{{model: openai/a, headers: Bearer {SECRET}}}]",
        f"model_providers: [{{model: openai/a, base_url: 'http://u:{SECRET}@h'}}]",
        f"model_providers: [{{model: openai/a, base_url: 'http://h?key={SECRET}'}}]",
        f"model_providers: [{{model: openai/a, base_url: {SECRET}}}]",
        f"model_providers: [{{model: openai/a, default: {SECRET}}}]",
        f"model_providers: [{{model: openai/a, upstream_api: {SECRET}}}]",
        f"model_providers: [{{model: house/a, provider_interface: {SECRET}}}]",
        f"model_providers: [{{model: openai/a, name: {SECRET}}}, {{model: groq/b, name: {SECRET}}}]",
        f"model_providers: [{{model: {SECRET}}}]",
        f"model_providers: [{SECRET}]",
        f"model_providers: {SECRET}",
        f"model_aliases: {{{SECRET}: x}}",
        f"model_aliases: {{{SECRET}: {{target: {SECRET}}}}}",
        f"{SECRET}: x",
        f"listeners: {{{SECRET}: x}}",
        f"workers: {SECRET}",
        f"overrides: {{{SECRET}: x}}",
        f"overrides: {{upstream_tls_ca_path: {{{SECRET}: x}}, upstream_connect_timeout: {SECRET}}}",
        f"listeners: [{{type: model, name: x, client_keys: {SECRET}}}]",
        f"listeners: [{{type: model, name: x, client_keys: {{{SECRET}: x}}}}]",
        f"listeners: [{{type: model, name: x, client_keys: [{{{SECRET}: x}}]}}]",
        f"listeners: [{{type: model, name: x, client_keys: [{SECRET}, {SECRET}]}}]",
        f"listeners: [{{type: model, name: x, client_keys: ['{SECRET} {SECRET}', \"{SECRET}\\n{SECRET}\"]}}]",
        f"listeners: [{{type: model, name: x, client_key: [{SECRET}], tls: {SECRET}, max_retries: {SECRET}}}]",
        f'listeners: [{{type: model, name: x, tls: {{cert: a, key: "-----BEGIN PRIVATE KEY-----\\n{SECRET[3:]}"}}}}]',
        f"listeners: [{{type: model, name: x, tls: {{cert: a, key: '-----BEGIN PRIVATE KEY----- {SECRET}'}}}}]",
        f"listeners: [{{type: model, name: x, cors: {{allow_origins: ['https://u:{SECRET}@a.example']}}}}]",
        f"listeners: [{{type: {SECRET}, name: x, port: {SECRET}, timeout: {SECRET}, address: '{SECRET} '}}]",
        f"listeners: [{{type: agent, name: x, router: {SECRET}, agents: [{SECRET}], input_filters: {SECRET}}}]",
        f"model_providers: [{{model: openai/a, balance: {SECRET}, price: {{input: {SECRET}, output: {SECRET}}}}}]",
        f"model_providers: [{{model: openai/a, endpoints: [{{weight: {SECRET}, base_url: {SECRET}, key: {SECRET}}}]}}]",
        f"model_providers: [{{model: openai/a, endpoints: {{access_key: {SECRET}}}}}]",
        f"routing_preferences: [{{name: a, description: b, models: [{SECRET}], selection_policy: {SECRET}}}]",
        f"model_metrics_sources: [{{type: {SECRET}, provider: {SECRET}, url: '{SECRET}', refresh_interval: {SECRET}}}]",
        f"agents: [{{id: a, url: 'http://u:{SECRET}@h'}}, {{id: {SECRET}, url: '{SECRET}'}}]",
        f"filters: [{{id: a, url: 'http://h?k={SECRET}', type: {SECRET}, transport: {SECRET}}}]",
        f"endpoints: {{{SECRET}: {{endpoint: h}}, a: {{endpoint: 'u:{SECRET}@h', protocol: {SECRET}, http_host: '{SECRET}/'}}}}",
        f"prompt_targets: [{{name: a, description: b, endpoint: {{name: c, path: {SECRET}, http_headers: {{{SECRET}: x}}}}}}]",
        f"prompt_targets: [{{name: a, description: b, endpoint: {{name: c, path: /, http_headers: {{a: '{SECRET}é'}}}}}}]",
        f"prompt_targets: [{{name: a, description: b, parameters: [{{name: c, default: [{SECRET}], required: {SECRET}}}]}}]",
        f"prompt_guards: {{input_guards: {{jailbreak: {{on_exception: {SECRET}}}}}}}",
        f"ratelimits: [{{model: a, selector: {{key: 'Bearer {SECRET}', value: [{SECRET}]}}, limit: {{tokens: {SECRET}, unit: {SECRET}}}}}]",
        f"state_storage: {{type: {SECRET}, connection_string: 'mysql://u:{SECRET}@h', ttl: {SECRET}}}",
        f"state_storage: {{type: postgres, connection_string: 'postgresql://u:{SECRET}%@h'}}",
        f"state_storage: {{type: postgres, connection_string: 'postgresql://u:{SECRET}#@h'}}",
        f"state_storage: 'postgresql://u:{SECRET}@h'",
        f"state_storage: {{path: '-----BEGIN {SECRET}'}}",
        f"tracing: {{random_sampling: {SECRET}, opentracing_grpc_endpoint: 'http://u:{SECRET}@h', protocol: {SECRET}}}",
        f"tracing: {{headers: {{'x {SECRET}': a, x-b: \"{SECRET}\\n\"}}, exporters: [{{type: posthog, url: {SECRET}}}]}}",
        f"tracing: {{exporters: [{{type: {SECRET}, url: 'http://h', api_key: [{SECRET}], distinct_id_header: 'a {SECRET}'}}]}}",
        f"tracing: {{span_attributes: {{header_prefixes: ['{SECRET} '], static: {{{SECRET}: [x]}}}}, tls: {{key: ['{SECRET}']}}}}",
        f"routing: {{session_cache: {{type: redis, url: 'http://:{SECRET}@h', tenant_header: 'a {SECRET}'}}}}",
        f"routing: {{session_cache: 'redis://:{SECRET}@h', threshold: {SECRET}, session_headers: ['Bearer {SECRET}']}}",
        f"routing: {{router: {SECRET}, timeout: {SECRET}, session_ttl_seconds: {SECRET}, routing_budget: {SECRET}}}",
        f"failover: {{on: [{SECRET}], attempts: {SECRET}, breaker: {{errors: {SECRET}}}, hedge: {SECRET}}}",
        f"signals: {{profile: {SECRET}, thresholds: {{{SECRET}: x, b: {SECRET}}}, lists: {{{SECRET}: x}}, window: {SECRET}}}",
        f"observability: {{capture: {SECRET}, redact: ['({SECRET}', '{SECRET}*'], store: {{max_bytes: {SECRET}}}, metrics_bind: {SECRET}}}",
        f"console: {{enabled: {SECRET}, bind: {SECRET}, token: [{SECRET}]}}",
        f"console: {{enabled: true, token: '{SECRET}é'}}",
        f"mode: {SECRET}",
        f"system_prompt: [{SECRET}]",
    ],
)
def test_a_secret_in_the_wrong_place_is_not_told(text: str) -> None:
    said = read(f"version: v0.4.0\n{text}\n")
    assert said
    assert SECRET[3:] not in "\n".join(said)  # nor without what tells that it is one


PLAIN = "Zq81planted4f9"  # a secret of no shape that could be known for one


@pytest.mark.parametrize(
    "text",
    [
        f"model_providers: [{{model: openai/a, access_key: '{PLAIN}é'}}]",
        f"model_providers: [{{model: openai/a, headers: {{x-a: '{PLAIN}é', 'x {PLAIN}': b}}}}]",
        f"model_providers: [{{model: openai/a, base_url: 'http://u:{PLAIN}@h'}}]",
        f"model_providers: [{{model: openai/a, base_url: {PLAIN}}}]",
        f"model_providers: [{{model: openai/a, endpoints: [{{access_key: '{PLAIN}é', base_url: {PLAIN}}}]}}]",
        f"listeners: [{{type: model, name: x, client_keys: ['{PLAIN} {PLAIN}', '{PLAIN}é']}}]",
        f"agents: [{{id: a, url: '{PLAIN}'}}]",
        f"endpoints: {{a: {{endpoint: 'u:{PLAIN}@h', http_host: '{PLAIN}/'}}}}",
        f"prompt_targets: [{{name: a, description: b, endpoint: {{name: c, path: /, http_headers: {{a: '{PLAIN}é'}}}}}}]",
        f"state_storage: {{type: postgres, connection_string: 'postgresql://u:{PLAIN}%@h'}}",
        f"state_storage: {{type: postgres, connection_string: 'postgresql://u:{PLAIN}#@h'}}",
        f"state_storage: {{type: postgres, connection_string: {PLAIN}}}",
        f"state_storage: {{type: postgres, connection_string: 'postgresql://u:a${PLAIN}@h'}}",
        f"routing: {{session_cache: {{type: redis, url: 'http://:{PLAIN}@h'}}}}",
        f"routing: {{session_cache: {{type: redis, url: 'redis://:{PLAIN} @h'}}}}",
        f"tracing: {{opentracing_grpc_endpoint: 'http://u:{PLAIN}@h', headers: {{x-a: '{PLAIN}é'}}}}",
        f"tracing: {{exporters: [{{type: posthog, url: 'http://u:{PLAIN}@h', api_key: '{PLAIN}é'}}]}}",
        f"console: {{enabled: true, token: '{PLAIN}é'}}",
        f"observability: {{redact: ['({PLAIN}', '{PLAIN}|', {PLAIN[4:-3]}]}}",
    ],
)
def test_where_a_secret_belongs_it_is_not_told_whatever_it_looks_like(text: str) -> None:
    said = read(f"version: v0.4.0\n{text}\n")
    assert said
    assert PLAIN[4:-3] not in "\n".join(said)


@pytest.mark.parametrize(
    "field",
    [
        "model",
        "name",
        "base_url",
        "provider_interface",
        "upstream_api",
        "api_version",
        "default",
        "http_host",
        "access_key",
    ],
)
def test_a_variable_in_the_wrong_place_is_told_by_its_name(field: str) -> None:
    value = "hunter2 with\na line break"  # of no shape that could be known for a secret
    entry = {"model": "openai/a", field: "$VALUE"}
    said = read(yaml.safe_dump({"version": "v0.4.0", "model_providers": [entry]}), VALUE=value)
    assert said
    assert "hunter2" not in "\n".join(said)


def test_a_variable_that_names_a_model_is_told_by_its_name() -> None:
    tree = {"version": "v0.4.0", "model_providers": [{"model": "$VALUE"}], "model_aliases": {"x": {"target": "$VALUE"}}}
    said = "\n".join(read(yaml.safe_dump(tree), VALUE="hunter2"))
    assert "'$VALUE'" in said
    assert "hunter2" not in said


@given(st.text(alphabet=string.ascii_letters + string.digits, min_size=12).map("sk-".__add__), YAML_LIKE)
def test_no_damage_to_a_config_makes_it_tell_its_keys(key: str, damage: str) -> None:
    text = f"version: v0.4.0\nmodel_providers:\n  - model: openai/a\n    access_key: {key}{damage}\n    headers: {{x-key: {key}}}\n"
    with suppress(ConfigError):
        load(text, {})
    assert key not in "\n".join(read(text))


def sample(kind: object) -> object:
    """A value of `kind` with `PLAIN` in all that is masked."""
    origin, inner = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, Struct):
        return kind(**{field.name: sample(field.type) for field in structs.fields(kind)})
    if origin is Annotated:
        return PLAIN if inner[1].masked else sample(inner[0])
    if origin is Literal:
        return inner[0]
    if origin in {Union, types.UnionType}:
        return sample(inner[0])
    if origin is tuple:
        return (sample(inner[0]),)
    if origin is Mapping:
        return {"x": sample(inner[1])}
    return {str: "x", bool: True, int: 1, float: 1.0}[kind]  # type: ignore[index]


@pytest.mark.parametrize("shape", [shape for shape in vars(schema).values() if is_shape(shape)])
def test_no_repr_of_what_was_read_holds_a_secret(shape: type[Struct]) -> None:
    made = sample(shape)
    assert PLAIN not in repr(made)
    assert (PLAIN in str(to_builtins(made))) == has_masked(shape)


def test_nothing_of_any_shape_is_lost_on_the_way_to_another_process() -> None:
    made = sample(schema.Config)
    assert msgpack.decode(msgpack.encode(made), type=schema.Config) == made


def has_masked(kind: object) -> bool:
    if is_shape(kind):
        return any(has_masked(field.type) for field in structs.fields(kind))  # type: ignore[arg-type]
    return any(getattr(each, "masked", False) or has_masked(each) for each in get_args(kind))
