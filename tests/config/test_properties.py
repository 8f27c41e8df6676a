"""No text makes `load` do anything but load or say what is wrong, and nothing it says holds a secret."""

import string
from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from planoai.config.load import load
from planoai.errors import ConfigError

SECRET = "sk-planted-4f9c2e71d0"

VOCABULARY = """
version v0.4.0 v0.1 listeners model_providers llm_providers model_aliases egress_traffic type model name openai/* openai/a house/b base_url
http://h access_key $A ${B $$ headers timeouts idle 5s target default true passthrough_auth provider_interface << tracing port null ~ = { é
overrides upstream_connect_timeout upstream_tls_ca_path llm_routing_model workers auto max_retries client_keys tls cert key cors allow_origins *
https://a.example shutdown_timeout
"""
WORDS = st.sampled_from([*VOCABULARY.split(), "", "\n", "\t", "\u2028"])
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


@given(
    st.fixed_dictionaries(
        {"version": st.just("v0.4.0")},
        optional={
            "listeners": TREES,
            "model_providers": TREES,
            "model_aliases": TREES,
            "overrides": TREES,
            "workers": TREES,
        },
    )
)
def test_nor_is_any_value_under_a_key_that_is_known(tree: object) -> None:
    check_lines(read(yaml.safe_dump(tree), A="a"))


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
    ],
)
def test_a_secret_in_the_wrong_place_is_not_told(text: str) -> None:
    said = read(f"version: v0.4.0\n{text}\n")
    assert said
    assert SECRET[3:] not in "\n".join(said)  # nor without what tells that it is one


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
