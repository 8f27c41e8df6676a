"""What is kept of requests and told of them: stored answers, traces, signals, the store and the console."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from planoai.config.kinds import (
    Bind,
    Count,
    Credential,
    Duration,
    ExportUrl,
    FilePath,
    HeaderName,
    HeaderValue,
    Number,
    Percent,
    PostgresUrl,
    Prose,
    Redaction,
    Size,
    Text,
    Url,
)


class StateStorage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the answers are kept that a later request of the Responses API goes on from.

    type: `memory` is forgotten when the gateway stops, `sqlite` is a file, `postgres` a database that several gateways share.
    connection_string: where PostgreSQL is, `postgresql://user:password@host:5432/database`, as `$VARIABLE` or as it is; the password URL-encoded.
    path: the file. Relative to the folder of this file. Unset, one in `PLANO_HOME`.
    ttl: how long an answer is kept.
    """

    type: Literal["memory", "sqlite", "postgres"] = "memory"
    connection_string: PostgresUrl | None = None
    path: FilePath | None = None
    ttl: Duration = 2592000.0

    def __repr__(self) -> str:
        return f"StateStorage({self.type})"  # its connection string holds a password, and a repr ends up in logs


class SpanAttributes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is put on the span of each request besides the usual.

    header_prefixes: beginnings of names of request headers. The rest of such a name, hyphens as dots, becomes an attribute: with `x-acme-`, the header
        `x-acme-user-id` becomes `user.id`. A header wins over `static`, and takes the place of none of the attributes that are always there.
    static: attributes and their values.
    """

    header_prefixes: tuple[HeaderName, ...] = ()
    static: Mapping[str, Text] = {}


class TracingTls(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the collector is believed, and how it believes us.

    ca: file with the authorities whose certificates are believed (PEM). Relative to the folder of this file. Unset, the authorities of this machine.
    cert: file with a certificate to show (PEM). Relative to the folder of this file.
    key: file with its private key (PEM). Relative to the folder of this file.
    """

    ca: FilePath | None = None
    cert: FilePath | None = None
    key: FilePath | None = None


class Exporter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another place that is told of every request.

    type: what stands there. `posthog` gets one event of type `$ai_generation` for each call of a model.
    url: where it is.
    api_key: the key of the project, as `$VARIABLE` or as it is.
    distinct_id_header: the header of a request that says whose it is. Unset, and where it is missing, the event is anonymous.
    capture_messages: whether what was asked and answered is sent along.
    """

    type: Literal["posthog"]
    url: Url
    api_key: Credential
    distinct_id_header: HeaderName | None = None
    capture_messages: bool = False

    def __repr__(self) -> str:
        return f"Exporter({self.type})"  # it holds a key, and a repr ends up in logs


class Tracing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Telling a collector of OpenTelemetry of requests.

    random_sampling: of how many requests, in percent. `0` is none.
    trace_arch_internal: whether there are spans of the steps within the gateway too.
    opentracing_grpc_endpoint: where the collector is. Unset, `$OTEL_TRACING_GRPC_ENDPOINT`, else `http://localhost:4317`, or
        nowhere where `exporters` name other places.
    span_attributes: what is put on the span of each request besides the usual.
    protocol: how OTLP is spoken there: over gRPC, or over HTTP.
    headers: sent with every export.
    tls: which certificates are used. Unset, the usual ones of this machine.
    exporters: other places that are told.
    """

    random_sampling: Percent = 0.0
    trace_arch_internal: bool = False
    opentracing_grpc_endpoint: ExportUrl | None = None
    span_attributes: SpanAttributes = SpanAttributes()
    protocol: Literal["grpc", "http"] = "grpc"
    headers: Mapping[HeaderName, HeaderValue] = {}
    tls: TracingTls | None = None
    exporters: tuple[Exporter, ...] = ()

    def __repr__(self) -> str:
        return f"Tracing(random_sampling={self.random_sampling:g})"  # its headers may hold a key, and a repr ends up in logs


class Signals(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is told of a conversation by its words: that it goes in circles, that somebody is annoyed. No model is asked.

    profile: which built-in rules hold.
    thresholds: limits of your own, by name, in place of the built-in ones. `docs/signals.md` has the names.
    lists: words and phrases of your own, by name of their list, besides the built-in ones. `docs/signals.md` has the names.
    window: how many of its last rows are looked at: what is said, calls of tools and their results, each by itself.
    """

    profile: Literal["parity", "strict"] = "parity"
    thresholds: Mapping[str, Number] = {}
    lists: Mapping[str, tuple[Prose, ...]] = {}
    window: Count = 100


class Store(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file in which requests are recorded on this machine.

    path: the file. Relative to the folder of this file. Unset, `store.db` in `PLANO_HOME`.
    max_bytes: how big it may become; the oldest requests go first.
    max_age: how long a request is kept.
    """

    path: FilePath | None = None
    max_bytes: Size = 1_000_000_000
    max_age: Duration = 2592000.0


class Observability(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is recorded of requests.

    capture: how much of what was asked and answered: nothing, its beginning, or all of it.
    redact: what is blackened before anything is written: `email`, `phone`, `card`, `bearer`, `key`, or a regular expression of at most 500
        characters. Unset, `bearer` and `key`.
    store: where it is recorded.
    metrics_bind: where Prometheus can read the metrics, an address and a port. Unset, `$METRICS_BIND_ADDRESS`, else `0.0.0.0:9092`, and 127.0.0.1
        where there is no config.
    """

    capture: Literal["none", "preview", "full"] = "preview"
    redact: tuple[Redaction, ...] = ("bearer", "key")
    store: Store = Store()
    metrics_bind: Bind | None = None


class Console(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The console in the browser.

    enabled: whether there is one.
    bind: its address and port.
    token: what a browser must show, as `$VARIABLE` or as it is. It must be there where the address is not this machine's own.
    """

    enabled: bool = False
    bind: Bind = "127.0.0.1:9093"
    token: Credential | None = None

    def __repr__(self) -> str:
        return f"Console({self.bind})"  # it holds a token, and a repr ends up in logs
