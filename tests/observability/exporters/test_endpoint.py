"""Where the collector is, by what the config says."""

import pytest

from planoai.config.schema import Tracing, TracingTls
from planoai.observability.exporters.endpoint import endpoint_of


@pytest.mark.parametrize(
    ("tracing", "origin", "traces", "metrics"),
    [
        (Tracing(), "http://localhost:4317", "/v1/traces", "/v1/metrics"),
        (Tracing(protocol="http"), "http://localhost:4318", "/v1/traces", "/v1/metrics"),
        (
            Tracing(protocol="http", opentracing_grpc_endpoint="https://api.honeycomb.io"),
            "https://api.honeycomb.io",
            "/v1/traces",
            "/v1/metrics",
        ),
        (
            Tracing(protocol="http", opentracing_grpc_endpoint="https://otlp.example/base/v1/traces/"),
            "https://otlp.example",
            "/base/v1/traces",
            "/base/v1/metrics",
        ),
        (
            Tracing(protocol="http", opentracing_grpc_endpoint="https://otlp.example/v1/traces?team=a"),
            "https://otlp.example",
            "/v1/traces?team=a",
            "/v1/metrics?team=a",
        ),
        (
            Tracing(protocol="http", opentracing_grpc_endpoint="https://otlp.example/api/traces"),
            "https://otlp.example",
            "/api/traces",
            None,
        ),
        (
            Tracing(opentracing_grpc_endpoint="http://otel:4317", tls=TracingTls()),
            "https://otel:4317",
            "/v1/traces",
            "/v1/metrics",
        ),
        (
            Tracing(opentracing_grpc_endpoint="https://otel", tls=TracingTls()),
            "https://otel",
            "/v1/traces",
            "/v1/metrics",
        ),
    ],
)
def test_a_collector_is_where_the_config_says(tracing: Tracing, origin: str, traces: str, metrics: str | None) -> None:
    found = endpoint_of(tracing)

    assert (str(found.origin), found.traces, found.metrics) == (origin, traces, metrics)


@pytest.mark.parametrize(
    ("url", "protocol", "is_usual"),
    [
        (None, "grpc", True),
        ("http://127.0.0.1:4317", "grpc", True),
        ("http://127.0.0.1:4318", "http", True),
        ("http://localhost:4318", "grpc", False),
        ("http://otel:4317", "grpc", False),
    ],
)
def test_the_usual_place_is_known_by_its_address(url: str | None, protocol: str, is_usual: bool) -> None:
    found = endpoint_of(Tracing(opentracing_grpc_endpoint=url, protocol=protocol))  # type: ignore[arg-type]

    assert found.is_usual is is_usual


def test_names_of_headers_are_lower_case_as_grpc_wants_them() -> None:
    assert endpoint_of(Tracing(headers={"X-Team": "Red"})).headers == (("x-team", "Red"),)
