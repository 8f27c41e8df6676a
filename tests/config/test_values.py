"""Where a value may come from: the file itself, the shell, the `.env` beside it."""

from typing import Literal

import pytest
from msgspec import NODEFAULT, Struct, structs

from planoai.config import schema
from planoai.config.load import Loaded, load
from planoai.errors import ConfigError

HEAD = "version: v0.4.0\n"
LITERAL = "Zq81-planted-4f9c2e71d0"  # of no shape that tells a key


def read(text: str, dotenv: str = "", **environ: str) -> Loaded:
    return load(HEAD + text, environ, dotenv=dotenv)


def refused(text: str, dotenv: str = "", **environ: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read(text, dotenv, **environ)
    return caught.value


def provider(*lines: str) -> str:
    return "\n    ".join(["model_providers:\n  - model: openai/a", "default: true", *lines]) + "\n"


def key_of(loaded: Loaded) -> str | None:
    return loaded.config.model_providers[0].access_key


def test_the_shell_wins_over_dotenv_which_fills_its_gaps() -> None:
    text = provider("access_key: $KEY", "headers: {x-team: $TEAM}")
    entry = read(text, "KEY=of-dotenv\nTEAM=of-dotenv", KEY="of-the-shell").config.model_providers[0]
    assert (entry.access_key, entry.headers) == ("of-the-shell", {"x-team": "of-dotenv"})


@pytest.mark.parametrize("written", ["$KEY", "${KEY}", "'$KEY'", '"${KEY}"'])
def test_a_variable_is_written_with_or_without_braces(written: str) -> None:
    assert key_of(read(provider(f"access_key: {written}"), KEY="k-1")) == "k-1"
    assert refused(provider(f"access_key: {written}")).missing == ("KEY",)


@pytest.mark.parametrize(
    "text",
    [
        "model_providers: [{model: openai/a, access_key: ${KEY}}]",
        "model_providers: [{model: openai/a, access_key: ${KEY}, name: b}]",
        "listeners: [{type: model, name: a, client_keys: [${KEY}]}]",
        "listeners: [{type: model, name: a, client_keys: [$KEY, Bearer ${KEY}]}]",
    ],
)
def test_braces_within_braces_are_told_to_need_quotes(text: str) -> None:
    (problem,) = refused(text, KEY="k-1").problems
    assert "`${NAME}` must stand in quotes" in problem


def test_a_key_that_is_written_as_it_is_is_taken_and_never_told() -> None:
    loaded = read(provider(f"access_key: {LITERAL}"))
    assert key_of(loaded) == LITERAL
    assert LITERAL not in repr(loaded)
    error = refused(provider(f"access_key: {LITERAL}", f"headers: {{x-a: {LITERAL}}}", "name: 5", "nme: x"))
    assert (error.missing, LITERAL in str(error)) == ((), False)


def test_the_password_of_the_state_storage_is_looked_up_too() -> None:
    text = "state_storage: {type: postgres, connection_string: 'postgresql://plano:$DB_PASS@db.example/plano'}\n"
    (problem,) = refused(text).problems
    assert problem.startswith("config.yaml:2:52: state_storage.connection_string: the variable DB_PASS is not set")
    assert refused(text).missing == ("DB_PASS",)
    assert read(text, "DB_PASS=hunter2").config.state_storage is not None


def test_every_value_of_dotenv_can_be_named_anywhere() -> None:
    text = "listeners: [{type: model, name: $NAME, port: $PORT, timeout: $TIME}]\n" + provider(
        "base_url: 'http://$HOST/v1'"
    )
    config = read(text, "NAME=door\nPORT=8080\nTIME=2m\nHOST=models.example\n").config
    (door,) = config.listeners
    assert (door.name, door.port, door.timeout) == ("door", 8080, 120.0)
    assert config.model_providers[0].base_url == "http://models.example/v1"


EVERYWHERE = """
listeners:
  - {type: model, name: $A1, port: $A2, address: $A3, client_keys: [$A4]}
model_providers:
  - {model: $A5, base_url: "http://${A6}/v1", headers: {x-key: Bearer $A7, x-more: $A8}, default: $A9}
model_aliases: {fast: {target: $B1}}
overrides: {upstream_connect_timeout: $B2}
routing: {session_cache: {type: redis, url: "redis://:$B3@h"}, session_headers: [$B4]}
prompt_targets:
  - {name: a, description: d, endpoint: {name: b, path: /x, http_headers: {Authorization: Bearer $B5}}}
workers: $B6
"""


def test_every_scalar_is_searched_for_variables_and_all_that_are_missing_are_told_at_once() -> None:
    error = refused(EVERYWHERE)
    expected = [*(f"A{number}" for number in range(1, 10)), *(f"B{number}" for number in range(1, 7))]
    assert sorted(error.missing) == expected
    assert len([line for line in error.problems if "is not set" in line]) == len(expected)


@pytest.mark.parametrize("ours", ["true", "yes", "$YES", "${YES}"])
def test_a_key_that_the_clients_own_takes_the_place_of_need_not_be_set(ours: str) -> None:
    loaded = read(provider(f"passthrough_auth: {ours}", "access_key: $NOT_SET"), YES="true")
    assert key_of(loaded) is None
    assert [line for line in loaded.warnings if "access_key will be ignored" in line]


@pytest.mark.parametrize("ours", ["false", "$NO"])
def test_a_key_beside_passthrough_that_is_off_is_looked_up(ours: str) -> None:
    text = provider(f"passthrough_auth: {ours}", "access_key: $KEY")
    assert key_of(read(text, NO="false", KEY="k-1")) == "k-1"
    assert refused(text, NO="false").missing == ("KEY",)


def test_a_variable_that_is_set_to_nothing_is_told_so() -> None:
    (problem,) = refused(provider("access_key: $KEY"), KEY="").problems
    assert problem.endswith("access_key: is empty; leave it out where no key is needed; $KEY is set, but empty")
    (problem,) = refused("listeners: [{type: model, name: '${A}$B'}]", A="", B=" \t").problems
    assert problem.endswith("listeners[0].name: must be one line of printable text; ${A}$B is set, but empty")


PROSE = """
system_prompt: |
  Prices are in $US.
  Say ${hello} and pay $$5 to $WHOM.
prompt_targets:
  - {name: a, description: "costs $$TEN, or $5"}
signals: {lists: {invalid_args: ["#$@!", "${", "a\\tb"]}}
"""


def test_in_prose_what_names_no_variable_that_is_set_stays_as_it_was_typed() -> None:
    config = read(PROSE, WHOM="Ann").config
    assert config.system_prompt == "Prices are in $US.\nSay ${hello} and pay $5 to Ann.\n"
    assert config.prompt_targets[0].description == "costs $TEN, or $5"
    assert config.signals.lists == {"invalid_args": ("#$@!", "${", "a\tb")}


@pytest.mark.parametrize("written", ["5", "1.5", "yes", "off", "0x1F"])
@pytest.mark.parametrize(
    "text",
    [
        "system_prompt: {}",
        "routing_preferences: [{{name: a, description: b, models: [{}]}}]",
        "agents: [{{id: {}, url: 'http://h'}}]",
        "tracing: {{span_attributes: {{static: {{a: {}}}}}}}",
    ],
)
def test_what_yaml_takes_for_something_else_is_text_only_in_quotes(text: str, written: str) -> None:
    problem = refused(text.format(written)).problems[0]
    assert problem.endswith(f"must be text; put quotes around '{written}'")


def test_the_default_of_a_parameter_is_kept_as_it_is_written() -> None:
    parameter = "{name: a, description: b, type: str, default: %s, enum: [%s, 2, true, 1.50, 'x y']}"
    for written in ("7", "true", "0.50", "short", "2026-01-01"):
        text = f"prompt_targets: [{{name: a, description: b, parameters: [{parameter % (written, written)}]}}]"
        (made,) = read(text).config.prompt_targets[0].parameters
        assert (made.default, made.enum) == (written, (written, "2", "true", "1.50", "x y"))


def test_the_status_of_a_failure_needs_no_quotes() -> None:
    assert read("failover: {on: [408, '429', 5xx, $MORE]}", MORE="409").config.failover.on == (
        "408",
        "429",
        "5xx",
        "409",
    )
    (problem,) = refused("failover: {on: [404]}").problems
    assert "failover.on[0]: must be `connect`," in problem


@pytest.mark.parametrize(
    "text",
    [
        "routing: {threshold: %s}",
        "routing: {threshold: '%s'}",
        "routing: {threshold: $V}",
        "failover: {hedge: {max_share: %s}}",
        "model_providers: [{model: openai/a, default: true, price: {input: %s, output: 1}}]",
        "tracing: {random_sampling: %s}",
        "signals: {thresholds: {rephrase_overlap: %s}}",
    ],
)
def test_a_number_is_read_as_it_is_written(text: str) -> None:
    for written, value in (("0.25", 0.25), ("1", 1.0), (".5", 0.5), ("0", 0.0)):
        config = read(text.replace("%s", written), V=written).config
        assert value in {
            config.routing.threshold,
            config.failover.hedge.max_share,
            config.tracing.random_sampling,
            config.signals.thresholds.get("rephrase_overlap"),
            *(entry.price.input for entry in config.model_providers if entry.price),
        }
    for written in ("1e-1", "0x1", "true", "1_0", ".inf"):
        (problem,) = refused(text.replace("%s", written), V=written).problems
        assert ": must be a" in problem


def test_a_mapping_of_which_an_entry_could_not_be_read_is_not_judged_by_what_is_left() -> None:
    text = "overrides: {use_agent_orchestrator: true}\nendpoints: {a: {endpoint: h, protocol: ftp}}\n"
    assert [line.split(": ")[1] for line in refused(text).problems] == ["endpoints.a.protocol"]


def test_how_each_header_was_written_is_kept_by_its_name() -> None:
    loaded = read(provider("headers: {X-One: $A, x-two: Bearer $B}"), A="first-value", B="second-value")
    kept = {path: written for path, (_, written) in loaded.expanded.items()}
    assert kept == {"model_providers[0].headers.x-one": "$A", "model_providers[0].headers.x-two": "Bearer $B"}


DEFAULTS: dict[type[Struct], dict[str, object]] = {
    schema.Agent: {},
    schema.Filter: {"type": "mcp", "transport": "streamable-http", "tool": None},
    schema.NamedEndpoint: {"protocol": "http", "connect_timeout": None, "http_host": None},
    schema.Endpoint: {"base_url": None, "access_key": None, "weight": 1},
    schema.Price: {"cache_read": None, "cache_write": None},
    schema.Inline: {"name": "", "description": ""},
    schema.Preference: {"selection_policy": schema.SelectionPolicy(prefer="none"), "examples": ()},
    schema.MetricsSource: {"url": None, "path": None, "query": None, "refresh_interval": None, "model_aliases": {}},
    schema.SessionCache: {"type": "memory", "url": None, "tenant_header": None},
    schema.RoutingBudget: {"replenish_on_rebind": True, "cache_read_discount": 0.1, "record_counterfactual": False},
    schema.Routing: {
        "session_ttl_seconds": 600,
        "session_max_entries": 10_000,
        "session_cache": schema.SessionCache(),
        "router": "auto",
        "timeout": 2.0,
        "threshold": None,
        "session_headers": ("x-model-affinity",),
        "route_on_user_only": False,
        "routing_budget": None,
        "llm_provider": None,
        "model": None,
    },
    schema.Breaker: {"window": 30.0, "errors": 0.5, "open_for": 30.0},
    schema.Hedge: {"after": None, "max_share": 0.05},
    schema.Failover: {
        "enabled": True,
        "attempts": 3,
        "on": ("connect", "timeout", "408", "409", "429", "5xx", "context", "quota", "stream_error"),
        "breaker": schema.Breaker(),
        "hedge": schema.Hedge(),
    },
    schema.PromptCaching: {
        "enabled": False,
        "session_affinity": True,
        "inject_cache_control": True,
        "min_prefix_tokens": 1024,
        "session_ttl_seconds": None,
    },
    schema.TargetEndpoint: {"http_method": "GET", "http_headers": {}},
    schema.Parameter: {"required": False, "default": None, "enum": (), "in_path": False, "format": None},
    schema.PromptTarget: {
        "default": False,
        "system_prompt": None,
        "auto_llm_dispatch_on_response": False,
        "parameters": (),
        "endpoint": None,
    },
    schema.OnException: {"message": None},
    schema.Jailbreak: {"on_exception": schema.OnException()},
    schema.InputGuards: {"jailbreak": None},
    schema.PromptGuards: {"input_guards": schema.InputGuards()},
    schema.StateStorage: {"type": "memory", "connection_string": None, "path": None, "ttl": 30 * 86400.0},
    schema.SpanAttributes: {"header_prefixes": (), "static": {}},
    schema.TracingTls: {"ca": None, "cert": None, "key": None},
    schema.Exporter: {"distinct_id_header": None, "capture_messages": False},
    schema.Tracing: {
        "random_sampling": 0.0,
        "trace_arch_internal": False,
        "opentracing_grpc_endpoint": None,
        "span_attributes": schema.SpanAttributes(),
        "protocol": "grpc",
        "headers": {},
        "tls": None,
        "exporters": (),
    },
    schema.Signals: {"profile": "parity", "thresholds": {}, "lists": {}, "window": 100},
    schema.Store: {"path": None, "max_bytes": 10**9, "max_age": 30 * 86400.0},
    schema.Observability: {
        "capture": "preview",
        "redact": ("bearer", "key"),
        "store": schema.Store(),
        "metrics_bind": None,
    },
    schema.Console: {"enabled": False, "bind": "127.0.0.1:9093", "token": None},
    schema.ListenerAgent: {"default": False, "input_filters": ()},
    schema.ListenerTimeouts: {"first_byte": None, "idle": 300.0, "total": None},
    schema.Listener: {
        "address": "0.0.0.0",
        "port": 0,
        "timeout": 300.0,
        "timeouts": schema.ListenerTimeouts(),
        "shutdown_timeout": 300.0,
        "max_retries": 0,
        "client_keys": (),
        "tls": None,
        "cors": None,
        "router": None,
        "agents": (),
        "input_filters": (),
        "output_filters": (),
    },
    schema.Aws: {"session_token": None, "region": None},
    schema.ProviderTimeouts: {"connect": None, "first_byte": None, "idle": None},
    schema.ModelProvider: {
        "name": "",
        "access_key": None,
        "default": False,
        "base_url": None,
        "passthrough_auth": False,
        "http_host": None,
        "provider_interface": None,
        "headers": {},
        "aws": None,
        "upstream_api": None,
        "api_version": "2025-01-01-preview",
        "timeouts": schema.ProviderTimeouts(),
        "endpoints": (),
        "balance": "weighted",
        "price": None,
        "routing_preferences": (),
    },
    schema.Overrides: {
        "upstream_connect_timeout": 5.0,
        "upstream_tls_ca_path": None,
        "prompt_target_intent_matching_threshold": None,
        "optimize_context_window": False,
        "use_agent_orchestrator": False,
        "disable_signals": False,
        "llm_routing_model": "Plano-Orchestrator",
        "agent_orchestration_model": "Plano-Orchestrator",
        "orchestrator_model_context_length": 8192,
    },
    schema.Config: {
        "listeners": (),
        "model_providers": (),
        "model_aliases": {},
        "mode": "prompt",
        "routing_preferences": (),
        "model_metrics_sources": (),
        "agents": (),
        "filters": (),
        "endpoints": {},
        "prompt_targets": (),
        "ratelimits": (),
        "system_prompt": None,
        "prompt_guards": None,
        "state_storage": None,
        "tracing": schema.Tracing(),
        "routing": schema.Routing(),
        "failover": schema.Failover(),
        "prompt_caching": schema.PromptCaching(),
        "signals": schema.Signals(),
        "observability": schema.Observability(),
        "console": schema.Console(),
        "overrides": schema.Overrides(),
        "workers": 1,
    },
}


def defaults(shape: type[Struct]) -> dict[str, object]:
    return {
        field.name: field.default if field.default_factory is NODEFAULT else field.default_factory()
        for field in structs.fields(shape)
        if not field.required
    }


def test_every_default_is_written_down_here() -> None:
    shapes = [shape for shape in vars(schema).values() if isinstance(shape, type) and issubclass(shape, Struct)]
    assert {shape for shape in shapes if defaults(shape)} == {shape for shape in DEFAULTS if DEFAULTS[shape]}


@pytest.mark.parametrize("shape", DEFAULTS, ids=lambda shape: str(shape.__name__))
def test_what_is_not_said_has_its_default(shape: type[Struct]) -> None:
    assert defaults(shape) == DEFAULTS[shape]


@pytest.mark.parametrize(("kind", "port"), [("model", 12000), ("prompt", 10000), ("agent", 0)])
def test_the_port_of_a_listener_goes_by_its_type(kind: Literal["model", "prompt", "agent"], port: int) -> None:
    assert schema.Listener(type=kind, name="a").port == port
    assert schema.Listener(type=kind, name="a", port=81).port == 81
