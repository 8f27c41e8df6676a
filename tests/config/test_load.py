import pytest

from planoai.config.load import load
from planoai.config.schema import Alias, Config, Listener, ListenerTimeouts, ModelProvider, ProviderTimeouts

HEAD = "version: v0.4.0\n"
DOOR = Listener(type="model", name="egress_traffic", address="0.0.0.0", port=12000, timeout=300.0)


def config(text: str, dotenv: str = "", **environ: str) -> Config:
    return load(text, environ, dotenv=dotenv).config


def warnings(text: str, **environ: str) -> tuple[str, ...]:
    return load(text, environ).warnings


def test_a_whole_config_is_read_into_structs() -> None:
    text = """
version: v0.4.0
listeners:
  - type: model
    name: llm_door
    address: 127.0.0.1
    port: 8080
    timeout: 2m
    timeouts: {first_byte: 250ms, idle: 1h, total: 5s}
model_providers:
  - model: openai/gpt-4o
    access_key: $OPENAI_API_KEY
    default: true
  - name: cheap
    model: anthropic/*
    passthrough_auth: yes
  - model: house/org/llama-70b
    base_url: https://vllm.internal.example/serving/v1
    provider_interface: OpenAI
    http_host: vllm.example
    access_key: ${HOUSE_KEY}
    headers: {X-Team: platform, x-cost: "$$5"}
    upstream_api: responses
    api_version: 2026-01-01
    timeouts: {connect: 2s, first_byte: 30s, idle: 10s}
model_aliases:
  fast: {target: gpt-4o}
"""
    assert config(text, OPENAI_API_KEY="sk-1", HOUSE_KEY="k-2") == Config(
        version="v0.4.0",
        listeners=(
            Listener(
                type="model",
                name="llm_door",
                address="127.0.0.1",
                port=8080,
                timeout=120.0,
                timeouts=ListenerTimeouts(first_byte=0.25, idle=3600.0, total=5.0),
            ),
        ),
        model_providers=(
            ModelProvider(model="openai/gpt-4o", name="openai/gpt-4o", access_key="sk-1", default=True),
            ModelProvider(model="anthropic/*", name="cheap", passthrough_auth=True),
            ModelProvider(
                model="house/org/llama-70b",
                access_key="k-2",
                base_url="https://vllm.internal.example/serving/v1",
                provider_interface="openai",
                http_host="vllm.example",
                headers={"x-team": "platform", "x-cost": "$5"},
                upstream_api="responses",
                api_version="2026-01-01",
                timeouts=ProviderTimeouts(connect=2.0, first_byte=30.0, idle=10.0),
            ),
        ),
        model_aliases={"fast": Alias("gpt-4o")},
    )


@pytest.mark.parametrize("listeners", ["", "listeners: []\n", "listeners:\n"])
def test_a_model_listener_that_is_not_there_is_added(listeners: str) -> None:
    assert config(HEAD + listeners + "model_providers: [{model: openai/a}]\n").listeners == (DOOR,)


def test_the_old_forms_are_read_as_the_new_ones_and_say_so() -> None:
    old = """version: v0.1
listeners:
  egress_traffic: {port: 12001, message_format: openai, timeout: 30s}
  ingress_traffic: {}
llm_providers:
  - model: openai/a
"""
    loaded = load(old, {})
    assert loaded.config == Config(
        version="v0.4.0",
        listeners=(Listener(type="model", name="egress_traffic", port=12001, timeout=30.0),),
        model_providers=(ModelProvider(model="openai/a"),),
    )
    assert loaded.warnings == (
        "config.yaml:1:10: version: v0.1 is an older version of the format, read as v0.4.0; write `version: v0.4.0`",
        "config.yaml:2:1: listeners: the map of listeners is an old form; write a list: `- {type: model, name: egress_traffic, port: 12000}`",
        "config.yaml:5:1: llm_providers: this is the old name; write `model_providers`",
    )


@pytest.mark.parametrize("door", ["egress_traffic: {}", "egress_traffic: ", ""])
def test_an_old_listener_that_says_nothing_is_the_usual_one(door: str) -> None:
    assert config(HEAD + f"listeners: {{{door}}}\nmodel_providers: [{{model: openai/a}}]\n").listeners == (DOOR,)


@pytest.mark.parametrize("version", ["v0.1", "v0.1.0", "0.1-beta", "0.2.0", "v0.3.0", "v0.4.0", "'v0.4.0'"])
def test_every_version_of_the_format_is_read_as_the_newest(version: str) -> None:
    assert config(f"version: {version}\nmodel_providers: [{{model: openai/a}}]\n").version == "v0.4.0"


def test_anchors_aliases_and_merges_are_read() -> None:
    text = """
version: v0.4.0
model_providers:
  - &base {model: groq/a, access_key: k, timeouts: &times {connect: 1s}}
  - {<<: *base, model: groq/b}
  - {model: groq/c, timeouts: *times}
"""
    first, second, third = config(text).model_providers
    assert (first.access_key, second.access_key, third.access_key) == ("k", "k", None)
    assert second.model == "groq/b"
    assert first.timeouts == second.timeouts == third.timeouts == ProviderTimeouts(connect=1.0)


def test_the_environment_wins_over_dotenv_which_fills_its_gaps() -> None:
    text = HEAD + "model_providers:\n  - {model: openai/a, access_key: $A}\n  - {model: groq/b, access_key: $B}\n"
    read = config(text, dotenv="A=of-the-file\nB=of-the-file\n", A="of-the-shell")
    assert [entry.access_key for entry in read.model_providers] == ["of-the-shell", "of-the-file"]


def test_numbers_and_flags_may_come_from_variables() -> None:
    text = HEAD + (
        "listeners: [{type: model, name: $N, port: $P, timeout: $T}]\nmodel_providers: [{model: openai/a, default: $D}]\n"
    )
    read = config(text, N="5", P="81", T="3s", D="true")
    assert read.listeners == (Listener(type="model", name="5", port=81, timeout=3.0),)
    assert read.model_providers[0].default is True


def test_a_value_from_a_variable_can_not_change_the_shape_of_the_file() -> None:
    text = HEAD + "model_providers: [{model: openai/a, headers: {x-a: $A}}]\n"
    assert config(text, A='b, default: true, "c": {').model_providers[0].headers == {"x-a": 'b, default: true, "c": {'}


def test_a_key_that_is_passed_over_need_not_be_set() -> None:
    text = HEAD + "model_providers:\n  - {model: openai/a, access_key: $NOPE, passthrough_auth: true}\n"
    assert config(text).model_providers[0].access_key is None
    assert warnings(text) == (
        "config.yaml:3:23: model_providers[0].access_key: access_key will be ignored: passthrough_auth sends the client's own credential",
    )


def test_one_model_id_on_two_providers_is_allowed_and_said() -> None:
    text = HEAD + "model_providers:\n  - {model: openai/a}\n  - {model: groq/a}\n"
    assert warnings(text) == (
        "config.yaml:4:13: model_providers[1].model: 'openai/a' and 'groq/a' have the same model id; a request must give the full name",
    )


def test_a_gateway_with_nothing_to_serve_is_said() -> None:
    (said,) = warnings(HEAD + "model_providers: []\n")
    assert "at least one LLM Provider" in said


@pytest.mark.parametrize(
    ("address", "warned"), [("0.0.0.0", True), ("10.0.0.1", True), ("127.0.0.1", False), ("'::1'", False)]
)
def test_keys_behind_an_open_door_are_said(address: str, warned: bool) -> None:
    text = (
        HEAD
        + f"listeners: [{{type: model, name: a, address: {address}}}]\nmodel_providers: [{{model: openai/a, access_key: k}}]\n"
    )
    assert any("can spend the keys" in said for said in warnings(text)) is warned


@pytest.mark.parametrize(
    "target", ["a", "openai/a", "mine", "groq/anything", "house/org/x", "gemini/x", "Groq/x", "HOUSE/x"]
)
def test_an_alias_may_stand_for_whatever_a_request_may_name(target: str) -> None:
    text = (
        HEAD
        + f"""model_providers:
  - {{model: openai/a}}
  - {{model: openai/b, name: mine}}
  - {{model: groq/*}}
  - {{model: google/*}}
  - {{model: house/*, base_url: 'http://h', provider_interface: openai}}
model_aliases: {{fast: {{target: {target}}}}}
"""
    )
    assert config(text).model_aliases == {"fast": Alias(target)}


def test_a_providers_row_may_take_headers_from_the_environment() -> None:
    text = HEAD + "model_providers: [{model: chatgpt/*}]\n"
    assert config(text, CHATGPT_ACCOUNT_ID="acc").model_providers[0].headers == {"chatgpt-account-id": "acc"}
    assert config(text).model_providers[0].headers == {}
    own = HEAD + "model_providers: [{model: chatgpt/*, headers: {ChatGPT-Account-Id: mine}}]\n"
    assert config(own, CHATGPT_ACCOUNT_ID="acc").model_providers[0].headers == {"chatgpt-account-id": "mine"}


def test_where_something_stands_can_be_asked_later() -> None:
    loaded = load(HEAD + "model_providers:\n  - {model: openai/a}\n", {}, name="plano.yaml")
    assert loaded.where("model_providers[0].model") == "plano.yaml:3:13"
    assert loaded.where("model_providers[0]") == "plano.yaml:3:5"
    assert loaded.where("model_providers[0].timeouts.idle") == "plano.yaml:3:5"  # the nearest that stands there
    assert loaded.where("listeners[0].port") == "plano.yaml:1:1"
