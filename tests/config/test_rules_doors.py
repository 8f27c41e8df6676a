"""Listeners, stores, tracing and the console with keys that do not go together, and exactly what is said of them."""

import pytest
from msgspec import structs

from planoai.config.rules.variants import CALLED
from planoai.config.shapes import default
from planoai.config.variants import VARIANTS
from tests.config.told import HEAD, problems, warnings

ENTRY = "model_providers: [{model: openai/a, default: true}]\n"
AGENTS = "agents: [{id: clerk, url: 'http://a'}]\n"
CLERK = "agents: [{id: clerk, description: d}]"


def doors(*listeners: str, more: str = "") -> str:
    """Listeners from line 5 on, one a line; their first key in column 6."""
    return HEAD + ENTRY + AGENTS + "listeners:\n" + "".join(f"  - {{{each}}}\n" for each in listeners) + more


def top(text: str) -> str:
    """`text` in line 3."""
    return f"{HEAD}{ENTRY}{text}\n"


PROBLEMS = {
    "two listeners of prompts": (
        doors("type: prompt, name: a", "type: prompt, name: b, port: 1"),
        "6:12: listeners[1].type: only one listener can be of type `prompt`; the first is in line 5",
    ),
    "two listeners at one port": (
        doors("type: model, name: a, address: 127.0.0.1", "type: prompt, name: b, port: 12000"),
        "6:35: listeners[1].port: port 12000 is taken by the listener 'a' already",
    ),
    "the console at a listener's port": (
        doors("type: model, name: a", more="console: {enabled: true, bind: '127.0.0.1:12000'}\n"),
        "6:32: console.bind: port 12000 is taken by the listener 'a' already",
    ),
    "a listener at the console's usual port": (
        doors("type: model, name: a, port: 9093", more="console: {enabled: true}\n"),
        "6:10: console.bind: port 9093 is taken by the listener 'a' already",
    ),
    "the metrics at the port of a listener that is added": (
        top("observability: {metrics_bind: '[::1]:12000'}"),
        "3:31: observability.metrics_bind: port 12000 is taken by the listener 'egress_traffic' already",
    ),
    "the metrics at the console's port": (
        top("observability: {metrics_bind: 'localhost:9093'}\nconsole: {enabled: true}"),
        "3:31: observability.metrics_bind: port 9093 is taken by the console already",
    ),
    "a console for everybody": (
        top("console: {enabled: true, bind: '0.0.0.0:9093'}"),
        (
            "3:32: console.bind: anyone who can reach this address could read what is asked and answered; write a `token`, or bind 127.0.0.1"
        ),
    ),
    "agents at a listener of models": (
        doors(f"type: model, name: a, {CLERK}"),
        "5:36: listeners[0].agents: `agents` is only of a listener of type `agent`",
    ),
    "a router at a listener of prompts": (
        doors("type: prompt, name: a, router: plano_orchestrator_v1"),
        "5:37: listeners[0].router: `router` is only of a listener of type `agent`",
    ),
    "tries of a listener of agents": (
        doors(f"type: agent, name: a, port: 1, max_retries: 1, {CLERK}"),
        "5:50: listeners[0].max_retries: `max_retries` is only of a listener of type `model`",
    ),
    "a tool of a filter that has none": (
        top("filters: [{id: a, url: 'http://h', type: http, tool: t}]"),
        "3:54: filters[0].tool: `tool` is only of a filter of type `mcp`",
    ),
    "names of models in a source of latencies": (
        top("model_metrics_sources: [{type: latency, provider: internal, model_aliases: {a: b}}]"),
        "3:76: model_metrics_sources[0].model_aliases: `model_aliases` is only of a source of type `cost`",
    ),
    "Prometheus without a query": (
        top("model_metrics_sources: [{type: latency, provider: prometheus, url: 'http://h'}]"),
        "3:25: model_metrics_sources[0].query: `query` is missing; a source of provider `prometheus` needs it",
    ),
    "a file without a path": (
        top("model_metrics_sources: [{type: cost, provider: file}]"),
        "3:25: model_metrics_sources[0].path: `path` is missing; a source of provider `file` needs it",
    ),
    "a path that no file is at": (
        top("model_metrics_sources: [{type: cost, provider: models.dev, path: a}]"),
        "3:66: model_metrics_sources[0].path: `path` is only of a source of provider `file`",
    ),
    "Redis nowhere": (
        top("routing: {session_cache: {type: redis}}"),
        (
            "3:26: routing.session_cache.url: session_cache.url is required; write where Redis is, such as `redis://127.0.0.1:6379`"
        ),
    ),
    "a URL for memory": (
        top("routing: {session_cache: {url: 'redis://h'}}"),
        "3:32: routing.session_cache.url: `url` is only of a session cache of type `redis`",
    ),
    "PostgreSQL nowhere": (
        top("state_storage: {type: postgres}"),
        (
            "3:16: state_storage.connection_string: connection_string is required; write where PostgreSQL is, such as "
            "`postgresql://127.0.0.1:5432/plano`"
        ),
    ),
    "PostgreSQL for a file": (
        top("state_storage: {type: sqlite, connection_string: 'postgres://h'}"),
        "3:50: state_storage.connection_string: `connection_string` is only of a store of type `postgres`",
    ),
    "a file for PostgreSQL": (
        top("state_storage: {type: postgres, connection_string: 'postgres://h', path: a}"),
        "3:74: state_storage.path: `path` is only of a store of type `sqlite`",
    ),
    "gRPC over TLS that is not asked for": (
        top("tracing: {opentracing_grpc_endpoint: 'https://h:4317'}"),
        (
            "3:38: tracing.opentracing_grpc_endpoint: the scheme must be http; write `tls: {}` beside it to speak TLS with the collector, or "
            "`protocol: http` for OTLP over HTTP"
        ),
    ),
    "gRPC with a path": (
        top("tracing: {opentracing_grpc_endpoint: 'http://h:4317/v1/traces'}"),
        (
            "3:38: tracing.opentracing_grpc_endpoint: the path must be empty; write `protocol: http` for OTLP over HTTP, which has one"
        ),
    ),
    "a certificate for a collector without its key": (
        top("tracing: {tls: {cert: a}}"),
        "3:16: tracing.tls.key: `key` is missing; `cert` alone is of no use",
    ),
    "a key for a collector without its certificate": (
        top("tracing: {tls: {key: a}}"),
        "3:16: tracing.tls.cert: `cert` is missing; `key` alone is of no use",
    ),
}

NOTHING = {
    "a listener of each type": doors(
        "type: model, name: a, max_retries: 1",
        "type: prompt, name: b",
        f"type: agent, name: c, port: 1, router: plano_orchestrator_v1, {CLERK}",
    ),
    "keys that say what is so anyway": doors(
        "type: model, name: a, router: , agents: []",
        f"type: agent, name: c, port: 1, max_retries: 0, {CLERK}",
        more="filters: [{id: a, url: 'http://h', type: http, transport: streamable-http}]\nstate_storage: {path: }\n",
    ),
    "a console for this machine": top("console: {enabled: true, bind: '[::1]:9093'}"),
    "a console by its name": top("console: {enabled: true, bind: 'localhost:9093'}"),
    "a console with a token": top("console: {enabled: true, bind: '0.0.0.0:9093', token: a-token}"),
    "a console that is not there": top("console: {bind: '0.0.0.0:12000'}"),
    "a collector without a path": top("tracing: {opentracing_grpc_endpoint: 'http://h:4317/'}"),
    "gRPC over TLS": top("tracing: {opentracing_grpc_endpoint: 'https://h:4317', tls: {}}"),
    "HTTP over TLS with a path": top("tracing: {opentracing_grpc_endpoint: 'https://h/v1/traces', protocol: http}"),
    "a certificate with its key": top("tracing: {tls: {cert: a, key: b, ca: c}}"),
    "Redis": top("routing: {session_cache: {type: redis, url: 'redis://h'}}"),
    "PostgreSQL": top("state_storage: {type: postgres, connection_string: 'postgres://h'}"),
    "a file": top("state_storage: {type: sqlite, path: a}"),
    "a file where it is usual": top("state_storage: {type: sqlite}"),
    "a tool of MCP": top("filters: [{id: a, url: 'http://h', tool: t}]"),
}


@pytest.mark.parametrize("case", PROBLEMS)
def test_what_is_wrong_is_said_once_at_its_place(case: str) -> None:
    text, said = PROBLEMS[case]
    assert problems(text) == [f"config.yaml:{said}"]


@pytest.mark.parametrize("case", NOTHING)
def test_of_what_is_right_nothing_is_said(case: str) -> None:
    assert warnings(NOTHING[case]) == []


@pytest.mark.parametrize(
    "text",
    [
        "state_storage: {type: mysql, connection_string: 'postgres://h', path: a}",
        "state_storage: {type: postgres, connection_string: 'mysql://h'}",
        "routing: {session_cache: {type: x, url: 'redis://h'}}",
        "filters: [{id: a, url: 'http://h', type: x, tool: t, transport: streamable-http}]",
        "tracing: {protocol: x, opentracing_grpc_endpoint: 'https://h/v1'}",
        "tracing: {tls: {cert: a, key: ~/a}}",
        "console: {enabled: true, bind: '0.0.0.0'}",
        "console: {enabled: true, bind: '0.0.0.0:1', token: ''}",
    ],
)
def test_what_can_not_be_read_is_no_reason_for_a_second_complaint(text: str) -> None:
    assert len(problems(top(text))) == 1


def test_every_shape_whose_keys_depend_on_another_has_a_word_for_what_it_is() -> None:
    assert CALLED.keys() == VARIANTS.keys()


def test_nothing_that_is_needed_is_there_by_itself() -> None:
    for shape, takes in VARIANTS.items():
        fields = {field.name: field for field in structs.fields(shape)}
        assert not any(default(fields[name]) for each in takes.values() for name in each.needs)
