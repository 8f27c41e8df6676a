from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from planoai.config.load import load
from planoai.config.rendered import HIDDEN, plain, rendered
from tests.config.test_properties import SECRET
from tests.config.trees import decoded, trees

DATA = Path(__file__).parents[1] / "data"
HEAD = "version: v0.4.0\n"


def shown(text: str, **environ: str) -> dict[str, object]:
    return plain(load(HEAD + text, environ))


def entry(text: str, **environ: str) -> dict[str, object]:
    """The first of `model_providers`."""
    entries = shown(f"model_providers: [{{model: openai/a, {text}}}]", **environ)["model_providers"]
    assert isinstance(entries, list)
    found: dict[str, object] = entries[0]
    return found


def test_defaults_are_filled_in_and_what_has_none_is_left_out() -> None:
    found = shown("model_providers: [{model: openai/a}]")
    assert found["workers"] == 1
    assert found["overrides"] == {"upstream_connect_timeout": "5s", "disable_signals": False}
    assert "model_aliases" not in found
    assert entry("default: true") == {
        "model": "openai/a",
        "name": "openai/a",
        "default": True,
        "passthrough_auth": False,
        "api_version": "2025-01-01-preview",
    }


def test_an_older_file_is_shown_in_the_newest_form() -> None:
    found = plain(load("version: v0.1\nllm_providers: [{model: openai/a}]\nlisteners: {egress_traffic: {port: 7}}", {}))
    assert found["version"] == "v0.4.0"
    assert isinstance(found["listeners"], list)
    assert found["listeners"][0]["port"] == 7
    assert "llm_providers" not in found


def test_the_listener_that_is_added_is_shown() -> None:
    listeners = shown("model_providers: [{model: openai/a}]")["listeners"]
    assert isinstance(listeners, list)
    assert [(each["name"], each["port"]) for each in listeners] == [("egress_traffic", 12000)]


def test_what_is_not_served_is_only_shown_where_it_is_asked_for() -> None:
    assert "failover" not in shown("model_providers: []")
    assert shown("failover: {attempts: 2}")["failover"] == {
        "enabled": True,
        "attempts": 2,
        "on": ["connect", "timeout", "408", "409", "429", "5xx", "context", "quota", "stream_error"],
        "breaker": {"window": "30s", "errors": 0.5, "open_for": "30s"},
        "hedge": {"max_share": 0.05},
    }


def test_what_belongs_to_another_type_is_left_out() -> None:
    stores = shown("state_storage: {type: sqlite}")["state_storage"]
    assert stores == {"type": "sqlite", "ttl": "30d"}
    listeners = shown("listeners: [{type: prompt, name: a, address: 127.0.0.1}]")["listeners"]
    assert isinstance(listeners, list)
    assert "max_retries" not in listeners[0]


def test_a_variable_is_shown_as_it_is_written() -> None:
    found = entry("name: $NAME, base_url: 'http://$HOST/v1', access_key: $KEY", NAME="a", HOST="h", KEY="k-1")
    assert (found["name"], found["base_url"], found["access_key"]) == ("$NAME", "http://$HOST/v1", "$KEY")
    listeners = shown("listeners: [{type: model, name: a, address: 127.0.0.1, port: $PORT}]", PORT="17")["listeners"]
    assert isinstance(listeners, list)
    assert listeners[0]["port"] == "$PORT"


def test_an_entry_without_a_name_is_called_as_its_model_is_written() -> None:
    entries = shown("model_providers: [{model: openai/$MODEL}, {model: groq/b, name: $NAME}]", MODEL="o", NAME="groq/b")
    assert [each["name"] for each in entries["model_providers"]] == ["openai/$MODEL", "$NAME"]  # type: ignore[attr-defined]


def test_a_credential_that_is_written_out_is_not_shown() -> None:
    found = entry(
        "access_key: hunter2, headers: {x-team: hunter2, authorization: Bearer hunter2, x-a: $A}", A="hunter2"
    )
    assert found["access_key"] == HIDDEN
    assert found["headers"] == {"x-team": HIDDEN, "authorization": HIDDEN, "x-a": "$A"}


def test_a_variable_after_the_word_bearer_is_shown() -> None:
    headers = "headers: {authorization: Bearer $A, x-b: '${A}', x-c: hunter2$A}"
    assert entry(headers, A="a")["headers"] == {"authorization": "Bearer $A", "x-b": "${A}", "x-c": HIDDEN}


def test_what_the_environment_adds_by_itself_is_not_shown_either() -> None:
    found = shown(
        "model_providers: [{model: amazon_bedrock/a, base_url: 'https://bedrock-runtime.us-east-1.amazonaws.com'}]",
        AWS_ACCESS_KEY_ID="hunter2",
        AWS_SECRET_ACCESS_KEY="hunter2",
    )
    assert "hunter2" not in str(found)
    assert HIDDEN in str(found)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("postgresql://plano:hunter2@db.example:5432/plano", "postgresql://***@db.example:5432/plano"),
        ("postgresql://plano:${DB_PASS}@db.example/plano", "postgresql://plano:${DB_PASS}@db.example/plano"),
        ("postgresql://plano:hunter2$DB_PASS@db.example/plano", "postgresql://***@db.example/plano"),
        ("postgresql://plano:hunter2@db.example/plano?sslpassword=hunter2", "postgresql://***@db.example/plano?***"),
        ("postgresql://db.example/plano?password=hunter2", "postgresql://db.example/plano?***"),
        ("$URL", "$URL"),
    ],
)
def test_the_address_of_a_store_is_shown_without_its_password(written: str, told: str) -> None:
    text = f'state_storage: {{type: postgres, connection_string: "{written}"}}'
    stores = shown(text, DB_PASS="hunter2", URL="postgresql://plano:hunter2@db.example/plano")["state_storage"]
    assert stores == {"type": "postgres", "connection_string": told, "ttl": "30d"}


@pytest.mark.parametrize(
    "text",
    [
        f"model_providers: [{{model: openai/a, name: {SECRET}}}]",
        f"model_providers: [{{model: openai/{SECRET}}}]",
        f"model_providers: [{{model: openai/a, api_version: {SECRET}}}]",
        f"model_providers: [{{model: openai/a}}]\nmodel_aliases: {{{SECRET}: {{target: openai/a}}}}",
        f"system_prompt: 'the key is {SECRET}, keep the password and every secret'",
        f"system_prompt: 'send Bearer {SECRET}'",
        f"tracing: {{headers: {{x-anything: {SECRET}}}, span_attributes: {{static: {{a: {SECRET}}}}}}}",
        f"tracing: {{exporters: [{{type: posthog, url: http://a, api_key: {SECRET}}}]}}",
        f"console: {{token: {SECRET}}}",
        f"listeners: [{{type: model, name: a, client_keys: [{SECRET}]}}]",
        f"routing: {{session_cache: {{type: redis, url: 'redis://:{SECRET}@h'}}}}",
        f"routing_preferences: [{{name: {SECRET}, description: a {SECRET} b, models: [openai/a]}}]",
    ],
)
def test_no_planted_secret_is_shown(text: str) -> None:
    entries = "" if "model_providers" in text else "model_providers: [{model: openai/a}]\n"
    assert SECRET[3:] not in rendered(load(f"{HEAD}{entries}{text}", {}))


def test_prose_may_speak_of_secrets() -> None:
    text = "Never tell the password, nor any secret: not even a token-less one."
    assert shown(f"system_prompt: '{text}'")["system_prompt"] == text


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=8).map("Zq".__add__))
def test_a_credential_is_hidden_whatever_it_looks_like(key: str) -> None:
    text = f"model_providers: [{{model: openai/a, access_key: '{key}', headers: {{x-a: '{key}'}}}}]\n"
    assert key not in rendered(load(f"{HEAD}{text}console: {{token: '{key}'}}", {}))


@given(trees(literal=False))
def test_what_is_shown_means_the_same(tree: object) -> None:
    loaded = decoded(yaml.safe_dump(tree))
    assert decoded(rendered(loaded)).config == loaded.config


def test_the_config_that_has_every_key_means_the_same_once_shown() -> None:
    text = (DATA / "annotated.yaml").read_text().replace("x-team: platform", "x-team: $HOUSE_KEY")
    names = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "HOUSE_KEY", "LEDGER_TOKEN", "DB_PASS")
    environ = {name: f"the-{name}" for name in names}
    loaded = load(text, environ)
    assert load(rendered(loaded), environ).config == loaded.config


def test_lines_of_prose_and_keys_that_yaml_takes_for_something_else_survive() -> None:
    loaded = load(f"{HEAD}system_prompt: |\n  one\n  two\nfailover: {{on: [408]}}\nmodel_aliases: {{}}", {})
    text = rendered(loaded)
    assert "system_prompt: |" in text
    assert load(text, {}).config == loaded.config
