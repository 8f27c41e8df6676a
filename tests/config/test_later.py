"""What this version reads and does not serve: it is told by name, and only where the file asks for it."""

import subprocess
import sys

import pytest
from msgspec import msgpack

from planoai.config.later import LATER, LATER_VALUES, served, unserved
from planoai.config.load import load
from planoai.config.located import Located
from planoai.config.places import Report
from planoai.config.schema import Config, Failover, Listener, ModelProvider, Overrides, Routing
from tests.config.told import HEAD

# Everything there is, once, with another value than its default.
WHOLE = """version: v0.4.0
mode: llm
agents: [{id: billing, url: http://127.0.0.1:9301}]
filters:
  - {id: guard, url: http://127.0.0.1:9401, type: http}
  - {id: mask, url: http://127.0.0.1:9402, type: mcp, transport: streamable-http, tool: mask_text}
endpoints:
  ledger: {endpoint: ledger.example:8443, protocol: https, http_host: ledger.example, connect_timeout: 2s}
model_providers:
  - model: openai/gpt-4o
    endpoints: [{access_key: $KEY, weight: 3}, {base_url: https://replica.example/v1}]
    balance: least_pending
    price: {input: 2.5, output: 10, cache_read: 1.25, cache_write: 0}
    routing_preferences: [{name: old, description: of long ago}, {description: no name}]
model_metrics_sources:
  - {type: cost, provider: digitalocean, refresh_interval: 3600, model_aliases: {openai-gpt-4o: openai/gpt-4o}}
  - {type: latency, provider: prometheus, url: http://127.0.0.1:9090, query: model_latency_p95_seconds}
routing_preferences:
  - name: review
    description: find defects in $DIFF
    models: [openai/gpt-4o]
    selection_policy: {prefer: cheapest}
    examples: [look at this diff]
routing:
  session_ttl_seconds: 60
  session_max_entries: 9
  session_cache: {type: redis, url: "redis://:pw@127.0.0.1:6379", tenant_header: X-Tenant}
  router: lexical
  timeout: 1s
  threshold: 0.25
  session_headers: [X-Session]
  route_on_user_only: true
  routing_budget: {max_switch_spend_pct: 12.5, replenish_on_rebind: false, cache_read_discount: 0.2, record_counterfactual: true}
  llm_provider: a
  model: b
failover:
  enabled: true
  attempts: 2
  on: [408, 5xx, quota]
  breaker: {window: 10s, errors: 0.75, open_for: 1m}
  hedge: {after: 250ms, max_share: 1}
prompt_caching: {enabled: true, session_affinity: false, inject_cache_control: false, min_prefix_tokens: 1, session_ttl_seconds: 5}
listeners:
  - {type: model, name: llm, port: 12001, input_filters: [mask], output_filters: [guard]}
  - type: agent
    name: desk
    port: 8001
    router: plano_orchestrator_v1
    agents: [{id: billing, description: "invoices,\\nrefunds", default: true, input_filters: [guard]}]
  - {type: prompt, name: functions}
system_prompt: Answer $BRIEFLY.
prompt_targets:
  - name: refund
    description: state of a refund
    default: true
    system_prompt: You are a clerk.
    auto_llm_dispatch_on_response: true
    parameters:
      - {name: id, description: its id, type: str, required: true, in_path: true, format: word}
      - {name: days, description: how many, type: int, default: 7, enum: [7, 14, true, all]}
    endpoint: {name: ledger, path: "/refunds/{id}", http_method: POST, http_headers: {Authorization: Bearer $KEY}}
prompt_guards: {input_guards: {jailbreak: {on_exception: {message: That is outside of what I can do.}}}}
ratelimits: [{model: openai/gpt-4o, selector: {key: X-User-Id, value: "*"}, limit: {tokens: 50000, unit: minute}}]
state_storage: {type: postgres, connection_string: "postgresql://plano:$KEY@db.example:5432/plano", ttl: 1d}
tracing:
  random_sampling: 100
  trace_arch_internal: true
  opentracing_grpc_endpoint: http://127.0.0.1:4317
  span_attributes: {header_prefixes: [X-Acme-], static: {environment: staging}}
  protocol: http
  headers: {x-key: $KEY}
  tls: {ca: ca.pem, cert: cert.pem, key: key.pem}
  exporters: [{type: posthog, url: https://eu.posthog.example, api_key: $KEY, distinct_id_header: X-User, capture_messages: true}]
signals: {profile: strict, thresholds: {retry_calls: 4}, lists: {negative_stance: [this is wrong]}, window: 50}
observability:
  capture: full
  redact: [email, "\\\\bcustomer-[0-9]+"]
  store: {path: store.db, max_bytes: 200MB, max_age: 7d}
  metrics_bind: 127.0.0.1:9092
console: {enabled: true, bind: "[::1]:9093", token: $KEY}
overrides:
  prompt_target_intent_matching_threshold: 0.6
  optimize_context_window: true
  use_agent_orchestrator: true
  disable_signals: true
  llm_routing_model: plano/own
  agent_orchestration_model: plano/own
  orchestrator_model_context_length: 4096
workers: 2
"""
KEY = "sk-planted-4f9c2e71d0"


def asks(text: str) -> list[str]:
    """The paths of what is not served."""
    return [line.split(": ")[1] for line in load(HEAD + text, {}).unserved]


def test_every_key_of_the_format_is_read() -> None:
    config = load(WHOLE, {"KEY": KEY}, folder="/etc").config
    assert config.mode == "llm"
    assert config.failover.on == ("408", "5xx", "quota")
    assert config.prompt_targets[0].parameters[1].default == "7"
    assert config.prompt_targets[0].parameters[1].enum == ("7", "14", "true", "all")
    assert config.observability.store.max_bytes == 200_000_000
    assert config.observability.store.path == "/etc/store.db"
    assert config.tracing.span_attributes.header_prefixes == ("x-acme-",)
    assert config.system_prompt == "Answer $BRIEFLY."
    assert config.routing_preferences[0].description == "find defects in $DIFF"
    assert [(listener.type, listener.port) for listener in config.listeners] == [
        ("model", 12001),
        ("agent", 8001),
        ("prompt", 10000),
    ]
    assert config.door.name == "llm"


def test_nothing_of_it_is_lost_on_the_way_to_another_process() -> None:
    config = load(WHOLE, {"KEY": KEY}).config
    assert msgpack.decode(msgpack.encode(config), type=Config) == config


def test_no_key_of_it_is_shown_when_it_is() -> None:
    shown = repr(load(WHOLE, {"KEY": KEY}))
    assert "openai/gpt-4o" in shown
    assert KEY not in shown
    assert ":pw@" not in shown


def test_all_that_is_not_served_is_told_at_its_place_in_the_order_of_the_file() -> None:
    found = load(WHOLE, {"KEY": KEY})
    told = [line.split(": ")[1] for line in found.unserved]
    assert told[:4] == ["agents", "filters", "endpoints", "model_providers[0].endpoints"]
    assert set(told) == {
        *LATER[Config],
        *(f"model_providers[0].{field}" for field in LATER[ModelProvider]),
        *(f"overrides.{field}" for field in LATER[Overrides]),
        *("listeners[0].input_filters", "listeners[0].output_filters", "listeners[1].type", "listeners[2].type"),
        "model_metrics_sources[1].type",
    }
    assert found.unserved[0] == "config.yaml:3:9: agents: `agents` is not served by this version yet"
    assert [note.written("config.yaml") for note in found.later] == list(found.unserved)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tracing: {random_sampling: 1}\n", []),
        ("model_metrics_sources: [{type: cost, provider: models.dev}]\n", []),
        ("model_metrics_sources: [{type: latency, provider: internal}]\n", ["model_metrics_sources[0].type"]),
        ("agents: []\nfilters: []\nendpoints: {}\n", []),
        ("console: {enabled: false}\nsystem_prompt:\n", []),
        ("failover: {on: [stream_error]}\n", ["failover"]),
        ("state_storage: {type: memory}\n", ["state_storage"]),
        ("overrides: {disable_signals: true, upstream_connect_timeout: 3s}\n", []),
        ("overrides: {llm_routing_model: Plano-Orchestrator}\n", []),
        ("listeners: [{type: agent, name: a, port: 1, agents: [{id: b, description: c}]}]\n", ["listeners[0].type"]),
        ("listeners: {ingress_traffic: {port: 1}}\nmodel_providers: [{model: openai/a}]\n", ["listeners[0].type"]),
        ("model_providers: [{model: openai/a, balance: weighted}, {model: groq/b, balance: prefix}]\n", ["model_providers[1].balance"]),
    ],
)  # fmt: skip
def test_what_says_no_more_than_the_default_asks_for_nothing(text: str, told: list[str]) -> None:
    assert asks(text) == told


def test_what_was_added_asks_for_nothing() -> None:
    config = load("version: v0.4.0\n", {}).config
    assert unserved(config, Located(Report())) == ()


def test_a_field_is_served_or_it_is_not() -> None:
    assert served(Config, "model_providers")
    assert served(Routing, "router")  # of `routing` it is asked once
    assert not served(Config, "routing")
    assert LATER_VALUES[(Listener, "type")] == {"agent", "prompt"}
    assert Failover().on == Config(version="v0.4.0").failover.on


def test_a_model_listener_is_added_beside_others() -> None:
    agent = "{type: agent, name: a, port: 1, agents: [{id: a, description: b}]}"
    config = load(HEAD + f"listeners: [{agent}, {{type: prompt, name: b}}]\n", {}).config
    assert [(listener.type, listener.port) for listener in config.listeners] == [
        ("agent", 1),
        ("prompt", 10000),
        ("model", 12000),
    ]
    assert config.door is config.listeners[2]


def test_reading_a_config_costs_none_of_the_apis() -> None:
    told = "import sys, planoai.config.load; print(sorted(each for each in sys.modules if each.startswith('planoai.apis.openai')))"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
