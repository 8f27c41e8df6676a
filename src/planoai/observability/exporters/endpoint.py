"""Where the collector is and how it is spoken to: what the config says of it, read once. Pure."""

from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct

from planoai.config.schema import Tracing, TracingTls
from planoai.net.origin import Origin

_HTTPS = 443
_TRACES, _METRICS = "/v1/traces", "/v1/metrics"
_USUAL = {"grpc": "http://localhost:4317", "http": "http://localhost:4318"}
_HERE = frozenset(("localhost", "127.0.0.1", "::1"))


class Endpoint(Struct, frozen=True):
    """`traces` and `metrics` are paths, of OTLP over HTTP alone; `metrics` None: the path of the traces does not tell where metrics would go.

    `headers`: what is sent with every export, and nobody's business.
    """

    origin: Origin
    protocol: Literal["grpc", "http"]
    traces: str
    metrics: str | None
    headers: tuple[tuple[str, str], ...] = ()
    tls: TracingTls | None = None

    @property
    def is_usual(self) -> bool:
        """Where a collector is that somebody starts on this machine to have a look, and ends again."""
        return self.origin.host in _HERE and self.origin.port == Origin.parse(_USUAL[self.protocol]).port

    def __repr__(self) -> str:
        return f"Endpoint({self.origin}, {self.protocol})"


def endpoint_of(tracing: Tracing) -> Endpoint:
    url = tracing.opentracing_grpc_endpoint or _USUAL[tracing.protocol]
    parts, origin = urlsplit(url), Origin.parse(url)
    if tracing.tls is not None:
        origin = Origin("https", origin.host, parts.port or _HTTPS)
    path = parts.path.rstrip("/") or _TRACES
    metrics = path.removesuffix(_TRACES) + _METRICS if path.endswith(_TRACES) else None
    if parts.query:
        path, metrics = f"{path}?{parts.query}", metrics and f"{metrics}?{parts.query}"
    headers = tuple((name.lower(), value) for name, value in tracing.headers.items())
    return Endpoint(origin, tracing.protocol, path, metrics, headers, tracing.tls)
