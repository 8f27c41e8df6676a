import pytest
from msgspec import msgpack

from planoai.config.load import load
from planoai.config.schema import (
    Alias,
    Config,
    Cors,
    Listener,
    ListenerTimeouts,
    ListenerTls,
    ModelProvider,
    Overrides,
    ProviderTimeouts,
)

HEAD = "version: v0.4.0\n"
VARIABLES = {"OPENAI_API_KEY": "sk-1", "HOUSE_KEY": "k-2", "TEAM_KEY": "team-key-of-20-letters"}
DOOR = Listener(type="model", name="egress_traffic", address="0.0.0.0", port=12000, timeout=300.0)


def config(text: str, dotenv: str = "", **environ: str) -> Config:
    return load(text, environ, dotenv=dotenv).config


def warnings(text: str, **environ: str) -> tuple[str, ...]:
    return load(text, environ).warnings


WHOLE = """
version: v0.4.0
listeners:
  - type: model
    name: llm_door
    address: 127.0.0.1
    port: 8080
    timeout: 2m
    timeouts: {first_byte: 250ms, idle: 1h, total: 5s}
    shutdown_timeout: 10m
    max_retries: 3
    client_keys: [$TEAM_KEY, " written-as-it-is-0001 "]
    tls: {cert: certs/full.pem, key: /etc/keys/tls.pem}
    cors: {allow_origins: ['https://App.Example:443', 'http://localhost:3000', "app://notes"]}
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
overrides: {upstream_connect_timeout: 2s, upstream_tls_ca_path: certs/authorities.pem}
workers: 4
"""


def test_a_whole_config_is_read_into_structs() -> None:
    assert config(WHOLE, **VARIABLES) == Config(
        version="v0.4.0",
        listeners=(
            Listener(
                type="model",
                name="llm_door",
                address="127.0.0.1",
                port=8080,
                timeout=120.0,
                timeouts=ListenerTimeouts(first_byte=0.25, idle=3600.0, total=5.0),
                shutdown_timeout=600.0,
                max_retries=3,
                client_keys=("team-key-of-20-letters", "written-as-it-is-0001"),
                tls=ListenerTls(cert="certs/full.pem", key="/etc/keys/tls.pem"),
                cors=Cors(allow_origins=("https://app.example", "http://localhost:3000", "app://notes")),
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
        overrides=Overrides(upstream_connect_timeout=2.0, upstream_tls_ca_path="certs/authorities.pem"),
        workers=4,
    )


def test_nothing_is_lost_of_a_config_that_is_sent_to_another_process() -> None:
    keys = "aws: {access_key_id: a, secret_access_key: b, session_token: c, region: eu-west-1}"
    signed = HEAD + f"model_providers: [{{model: amazon_bedrock/*, base_url: 'http://h', {keys}}}]\n"
    for whole in (config(WHOLE, **VARIABLES), config(HEAD), config(HEAD + "workers: auto\n"), config(signed)):
        assert msgpack.decode(msgpack.encode(whole), type=Config) == whole


def test_what_is_not_said_has_its_default() -> None:
    plain = config(HEAD)
    assert (plain.workers, plain.overrides) == (1, Overrides(upstream_connect_timeout=5.0, upstream_tls_ca_path=None))
    (door,) = plain.listeners
    assert (door.shutdown_timeout, door.max_retries, door.client_keys, door.tls, door.cors) == (
        300.0,
        0,
        (),
        None,
        None,
    )


@pytest.mark.parametrize(("folder", "start"), [("", ""), ("/etc/plano", "/etc/plano/"), ("conf", "conf/")])
def test_files_that_the_config_names_are_beside_it(folder: str, start: str) -> None:
    placed = load(WHOLE, VARIABLES, folder=folder).config
    assert placed.listeners[0].tls == ListenerTls(cert=f"{start}certs/full.pem", key="/etc/keys/tls.pem")
    assert placed.overrides.upstream_tls_ca_path == f"{start}certs/authorities.pem"


@pytest.mark.parametrize(("written", "read"), [("1", 1), ("256", 256), ("auto", "auto"), ("$N", 12), ("'3'", 3)])
def test_workers_are_counted_or_left_to_the_machine(written: str, read: int | str) -> None:
    assert config(HEAD + f"workers: {written}\n", N="12").workers == read


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("*", "*"),
        ("https://a.example", "https://a.example"),
        ("HTTPS://A.Example:443", "https://a.example"),
        ("http://a.example:80", "http://a.example"),
        ("http://a.example:443", "http://a.example:443"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("chrome-extension://abcdef", "chrome-extension://abcdef"),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(written: str, origin: str) -> None:
    text = HEAD + f"listeners: [{{type: model, name: a, cors: {{allow_origins: ['{written}']}}}}]\n"
    assert config(text).listeners[0].cors == Cors(allow_origins=(origin,))


def test_a_key_that_is_not_known_is_passed_over_under_overrides() -> None:
    loaded = load(HEAD + "overrides: {upstream_connect_timout: 9s, x-1: y, upstream_connect_timeout: 3s}\n", {})
    assert loaded.config.overrides == Overrides(upstream_connect_timeout=3.0)
    assert loaded.warnings[1:] == (
        "config.yaml:2:13: overrides.upstream_connect_timout: unknown key; did you mean 'upstream_connect_timeout'?",
        (
            "config.yaml:2:42: overrides: a key here is not known; there is 'upstream_connect_timeout', 'upstream_tls_ca_path', "
            "'prompt_target_intent_matching_threshold', 'optimize_context_window', 'use_agent_orchestrator', 'disable_signals', "
            "'llm_routing_model', 'agent_orchestration_model', 'orchestrator_model_context_length'"
        ),
    )


@pytest.mark.parametrize("listeners", ["", "listeners: []\n", "listeners:\n"])
def test_a_model_listener_that_is_not_there_is_added(listeners: str) -> None:
    assert config(HEAD + listeners + "model_providers: [{model: openai/a}]\n").listeners == (DOOR,)


def test_the_old_forms_are_read_as_the_new_ones_and_say_so() -> None:
    old = """version: v0.1
listeners:
  egress_traffic: {port: 12001, message_format: openai, timeout: 30s, max_retries: 2, client_keys: [k-0123456789-abcde]}
  ingress_traffic: {}
llm_providers:
  - {model: openai/a, default: true}
"""
    loaded = load(old, {})
    assert loaded.config == Config(
        version="v0.4.0",
        listeners=(
            Listener(
                type="model",
                name="egress_traffic",
                port=12001,
                timeout=30.0,
                max_retries=2,
                client_keys=("k-0123456789-abcde",),
            ),
        ),
        model_providers=(ModelProvider(model="openai/a", default=True),),
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
    text = HEAD + "model_providers:\n  - {model: openai/a, access_key: $NOPE, passthrough_auth: true, default: true}\n"
    assert config(text).model_providers[0].access_key is None
    assert warnings(text) == (
        "config.yaml:3:23: model_providers[0].access_key: access_key will be ignored: passthrough_auth sends the client's own credential",
    )


def test_one_model_id_on_two_providers_is_allowed_and_said() -> None:
    text = HEAD + "model_providers:\n  - {model: openai/a, default: true}\n  - {model: groq/a}\n"
    assert warnings(text) == (
        "config.yaml:4:13: model_providers[1].model: 'openai/a' and 'groq/a' have the same model id; a request must give the full name",
    )


def test_a_gateway_with_nothing_to_serve_is_said() -> None:
    (said,) = warnings(HEAD + "model_providers: []\n")
    assert "at least one LLM Provider" in said


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


def test_where_something_stands_can_be_asked_later() -> None:
    loaded = load(HEAD + "model_providers:\n  - {model: openai/a}\n", {}, name="plano.yaml")
    assert loaded.where("model_providers[0].model") == "plano.yaml:3:13"
    assert loaded.where("model_providers[0]") == "plano.yaml:3:5"
    assert loaded.where("model_providers[0].timeouts.idle") == "plano.yaml:3:5"  # the nearest that stands there
    assert loaded.where("listeners[0].port") == "plano.yaml:1:1"


def test_a_problem_that_shows_only_later_is_told_at_its_place() -> None:
    text = (
        HEAD
        + "listeners:\n  - type: model\n    name: a\n    tls: {cert: a.pem, key: b.pem}\noverrides: {upstream_tls_ca_path: c.pem}\n"
    )
    loaded = load(text, {}, folder="/etc/plano")
    missing = "/etc/plano/b.pem can not be read: no such file or directory"
    assert loaded.located(f"listeners[0].tls.key: {missing}") == f"config.yaml:5:29: listeners[0].tls.key: {missing}"
    assert loaded.where("overrides.upstream_tls_ca_path") == "config.yaml:6:35"
    assert loaded.located("listeners[0]: 0.0.0.0:12000 can not be bound: address already in use").startswith(
        "config.yaml:3:5: listeners[0]: "
    )


def test_no_key_is_shown_when_a_config_is() -> None:
    text = """
version: v0.4.0
listeners: [{type: model, name: a, port: 12000, client_keys: [a-planted-client-key]}]
model_providers: [{model: openai/gpt-4o, access_key: sk-planted, headers: {x-team: a-planted-header}}, {model: amazon_bedrock/*, base_url: 'http://h', aws:
  {access_key_id: an-id, secret_access_key: a-planted-secret, session_token: a-planted-token, region: eu-west-1}}]
"""
    loaded = load(text, {})
    assert "planted" not in repr(loaded)
    assert "openai/gpt-4o" in repr(loaded)


SECRET = "sk-0123456789"


@pytest.mark.parametrize(
    ("path", "problem", "told"),
    [
        ("listeners[0]", f"{SECRET}:12000 can not be bound", "$KEY:12000 can not be bound"),
        ("listeners[0].tls", f"/etc/{SECRET} and /etc/k{SECRET} are not PEM", "/etc/$KEY and /etc/k${KEY} are not PEM"),
        ("listeners[0]", "12000 is taken, and 1 is not", "12000 is taken, and 1 is not"),
        ("overrides", f"what {SECRET} is is not told there", f"what {SECRET} is is not told there"),
    ],
    ids=["an address", "parts of paths", "no number", "where nothing was expanded"],
)
def test_a_problem_that_is_found_later_shows_no_value_of_a_variable(path: str, problem: str, told: str) -> None:
    text = (
        "version: v0.4.0\nworkers: $ONE\nlisteners:\n  - {type: model, name: a, address: $KEY, port: $PORT,"
        " tls: {cert: $KEY, key: 'k${KEY}'}}\n"
    )
    loaded = load(text, {"KEY": SECRET, "PORT": "12000", "ONE": "1"}, folder="/etc")
    assert loaded.located(f"{path}: {problem}").endswith(f": {path}: {told}")
    assert SECRET not in repr(loaded)
