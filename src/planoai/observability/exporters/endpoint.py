"""Where the collector is and how it is spoken to: what the config says of it, read once. Pure."""

from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct

from planoai.config.schema import Tracing, TracingTls
from planoai.net.origin import Origin

_TRACES, _METRICS = "/v1/traces", "/v1/metrics"
_DEFAULTS = {"grpc": "http://localhost:4317", "http": "http://localhost:4318"}


class Endpoint(Struct, frozen=True):
    """`traces` and `metrics` are paths, of OTLP over HTTP alone; `metrics` None: the path of the traces does not tell where metrics would go.

    `headers`: what is sent with every export, and nobody's business. `wanted`: somebody named it, and did not leave it at what is usual.
    """

    origin: Origin
    protocol: Literal["grpc", "http"]
    traces: str
    metrics: str | None
    headers: tuple[tuple[str, str], ...] = ()
    tls: TracingTls | None = None
    wanted: bool = True

    def __repr__(self) -> str:
        return f"Endpoint({self.origin}, {self.protocol})"


def endpoint_of(tracing: Tracing, variable: str | None = None) -> Endpoint:
    """`variable`: OTEL_TRACING_GRPC_ENDPOINT, which holds where the config names nothing. Raises ValueError for one that is no URL."""
    named = tracing.opentracing_grpc_endpoint or (variable or "").strip()
    url = named or _DEFAULTS[tracing.protocol]
    try:
        parts = urlsplit(url)
        origin = Origin.parse(url)
    except ValueError as error:
        raise ValueError(f"it is no address of a collector: {error}") from None
    if tracing.tls is not None:
        origin = Origin("https", origin.host, parts.port or 443)
    path = parts.path.rstrip("/") or _TRACES
    metrics = path.removesuffix(_TRACES) + _METRICS if path.endswith(_TRACES) else None
    if parts.query:
        path, metrics = f"{path}?{parts.query}", metrics and f"{metrics}?{parts.query}"
    headers = tuple((name.lower(), value) for name, value in tracing.headers.items())
    return Endpoint(origin, tracing.protocol, path, metrics, headers, tracing.tls, bool(named))
