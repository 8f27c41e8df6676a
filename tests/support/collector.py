"""Somewhere to send telemetry: a collector that takes OTLP over gRPC and over HTTP, and events as PostHog does. It answers as it is told to, and remembers
what it was sent.

It shares no code with planoai. Its servers run in threads of their own, so that tests in a loop and tests without one can use it.
"""

import json
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as metrics_service
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as trace_service

Value = str | bool | int | float | list[Any]

_SECONDS = 30.0
_KINDS = {1: "internal", 2: "server", 3: "client"}
_STATUSES = {0: "unset", 1: "ok", 2: "error"}
_METRICS, _EVENTS = "metrics", "events"


@dataclass(frozen=True)
class Fails:
    """An answer that is none. `code`: of gRPC, by name; `status`: of HTTP. `after`: seconds until it may be tried again."""

    code: str = "UNAVAILABLE"
    status: int = 503
    says: str = ""
    after: int | None = None


@dataclass(frozen=True)
class Partly:
    """Of what was sent it takes all but so many."""

    left_out: int
    says: str = ""


@dataclass(frozen=True)
class Hangs:
    """Does not answer before the collector ends, or `release` is set."""

    release: threading.Event = field(default_factory=threading.Event)


Step = Fails | Partly | Hangs


@dataclass(frozen=True)
class Event:
    name: str
    at: int
    attributes: Mapping[str, Value]


@dataclass(frozen=True)
class Span:
    """As it came; ids in hexadecimal, "" for none. `service` is that of the resource, whose other attributes are in `resource`."""

    trace: str
    id: str
    parent: str
    state: str
    name: str
    service: str
    kind: str
    start: int
    end: int
    attributes: Mapping[str, Value]
    events: Sequence[Event]
    status: str
    description: str
    resource: Mapping[str, Value]
    flags: int


@dataclass(frozen=True)
class Point:
    """Of a histogram."""

    metric: str
    unit: str
    attributes: Mapping[str, Value]
    count: int
    sum: float
    bounds: Sequence[float]
    counts: Sequence[int]
    start: int
    at: int


@dataclass(frozen=True)
class Export:
    """One request as it came, whatever was answered. `headers`: metadata, over gRPC; names in lower case. `answer`: what it got; None is success."""

    signal: str
    path: str
    headers: Mapping[str, str]
    message: Any
    answer: Step | None


_TRACE, _METRIC = (
    "opentelemetry.proto.collector.trace.v1.TraceService",
    "opentelemetry.proto.collector.metrics.v1.MetricsService",
)
_REQUESTS: dict[str, Any] = {
    "traces": trace_service.ExportTraceServiceRequest,
    _METRICS: metrics_service.ExportMetricsServiceRequest,
}
_RESPONSES: dict[str, Any] = {
    "traces": trace_service.ExportTraceServiceResponse,
    _METRICS: metrics_service.ExportMetricsServiceResponse,
}


class Collector:
    """`will` says how the next exports are answered, one after another; all further ones are taken."""

    def __init__(self) -> None:
        self.grpc_port = 0
        self.http_port = 0
        self.tls = False
        self.exports: list[Export] = []
        self._steps: dict[str, list[Step]] = {"traces": [], _METRICS: [], _EVENTS: []}
        self._changed = threading.Condition()
        self._ended = threading.Event()

    @property
    def url(self) -> str:
        """Of gRPC."""
        return f"{'https' if self.tls else 'http'}://localhost:{self.grpc_port}"

    @property
    def http_url(self) -> str:
        return f"{'https' if self.tls else 'http'}://localhost:{self.http_port}/v1/traces"

    @property
    def events_url(self) -> str:
        return f"{'https' if self.tls else 'http'}://localhost:{self.http_port}"

    def will(self, *steps: Step, of: str = "traces") -> None:
        """`of`: what is exported, traces, metrics or events."""
        self._steps[of] = list(steps)

    @property
    def spans(self) -> list[Span]:
        """Those that were taken."""
        return [span for message in self._taken("traces") for span in _spans(message)]

    @property
    def points(self) -> list[Point]:
        """Of the last metrics that were taken: they count from the beginning."""
        return [point for message in self._taken(_METRICS)[-1:] for point in _points(message)]

    @property
    def events(self) -> list[Any]:
        return [event for message in self._taken(_EVENTS) for event in message["batch"]]

    def wait(self, until: Callable[["Collector"], object], seconds: float = _SECONDS) -> None:
        """Fails where it does not come true."""
        with self._changed:
            assert self._changed.wait_for(lambda: until(self), seconds), f"it was sent only {self.exports}"

    def spans_of(self, count: int) -> list[Span]:
        """Waits for so many."""
        self.wait(lambda collector: len(collector.spans) >= count)
        return self.spans

    def take(self, signal: str, path: str, headers: Mapping[str, str], message: Any) -> Step | None:
        with self._changed:
            steps = self._steps[signal]
            step = steps.pop(0) if steps else None
            self.exports.append(Export(signal, path, headers, message, step))
            self._changed.notify_all()
        if isinstance(step, Hangs):
            while not (step.release.wait(0.05) or self._ended.is_set()):
                pass
        return step

    def end(self) -> None:
        self._ended.set()

    def _taken(self, signal: str) -> list[Any]:
        return [
            each.message
            for each in self.exports
            if each.signal == signal and not isinstance(each.answer, Fails | Hangs)
        ]


@contextmanager
def collecting(
    *, certificate: tuple[bytes, bytes] | None = None, ca: bytes | None = None, grpc_port: int = 0, http_port: int = 0
) -> Iterator[Collector]:
    """`certificate`: its key and its chain in PEM, for TLS. `ca`: whose certificates clients have to show."""
    collector = Collector()
    collector.tls = certificate is not None
    with ExitStack() as stack:
        stack.enter_context(_over_grpc(collector, grpc_port, certificate, ca))
        stack.enter_context(_over_http(collector, http_port, certificate, ca))
        stack.callback(collector.end)
        yield collector


@contextmanager
def _over_grpc(
    collector: Collector, port: int, certificate: tuple[bytes, bytes] | None, ca: bytes | None
) -> Iterator[None]:
    server = grpc.server(ThreadPoolExecutor(8), options=[("grpc.so_reuseport", 0)])

    def handler(signal: str) -> Any:
        def export(message: Any, context: grpc.ServicerContext) -> Any:
            headers = {key: value for key, value in context.invocation_metadata() if isinstance(value, str)}
            step = collector.take(signal, "", headers, message)
            if isinstance(step, Fails):
                if step.after is not None:
                    context.set_trailing_metadata((("grpc-status-details-bin", _details(step)),))
                context.abort(grpc.StatusCode[step.code], step.says)
            return _success(signal, step)

        reads, writes = _REQUESTS[signal].FromString, _RESPONSES[signal].SerializeToString
        return grpc.unary_unary_rpc_method_handler(export, reads, writes)

    for service, signal in ((_TRACE, "traces"), (_METRIC, _METRICS)):
        handlers = grpc.method_handlers_generic_handler(service, {"Export": handler(signal)})
        server.add_generic_rpc_handlers((handlers,))
    address = f"localhost:{port}"
    if certificate is None:
        collector.grpc_port = server.add_insecure_port(address)
    else:
        trusted = grpc.ssl_server_credentials([certificate], ca, require_client_auth=ca is not None)
        collector.grpc_port = server.add_secure_port(address, trusted)
    server.start()
    try:
        yield
    finally:
        collector.end()
        server.stop(_SECONDS).wait()  # what was taken is answered


@contextmanager
def _over_http(
    collector: Collector, port: int, certificate: tuple[bytes, bytes] | None, ca: bytes | None
) -> Iterator[None]:
    opened: list[socket.socket] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            opened.append(self.connection)

        def do_POST(self) -> None:
            signal = _signal_of(self.path.partition("?")[0])
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            message = json.loads(body) if signal == _EVENTS else _REQUESTS[signal].FromString(body)
            match collector.take(signal, self.path, headers, message):
                case Fails() as fails:
                    after = {} if fails.after is None else {"retry-after": str(fails.after)}
                    self._answer(fails.status, Status(message=fails.says).SerializeToString(), after)
                case _ if signal == _EVENTS:
                    self._answer(200, b'{"status":"Ok"}', {})
                case step:
                    self._answer(200, _success(signal, step).SerializeToString(), {})

        def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - its name

    class Server(ThreadingHTTPServer):
        daemon_threads = False  # they are waited for

        def handle_error(self, *_: object) -> None: ...  # a client that went away

    server = Server(("127.0.0.1", port), Handler)
    if certificate is not None:
        server.socket = _context(certificate, ca).wrap_socket(server.socket, server_side=True)
    collector.http_port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield
    finally:
        collector.end()
        server.shutdown()
        thread.join()
        for each in opened:
            with suppress(OSError):  # it is closed
                each.shutdown(socket.SHUT_RD)  # what was taken is answered
        server.server_close()


def _signal_of(path: str) -> str:
    return _EVENTS if path.endswith("/batch/") else _METRICS if path.endswith("/v1/metrics") else "traces"


def _success(signal: str, step: Step | None) -> Any:
    made = _RESPONSES[signal]()
    if isinstance(step, Partly):
        made.partial_success.error_message = step.says
        setattr(made.partial_success, "rejected_data_points" if signal == _METRICS else "rejected_spans", step.left_out)
    return made


def _details(fails: Fails) -> bytes:
    told = RetryInfo()
    told.retry_delay.seconds = fails.after
    status = Status(code=grpc.StatusCode[fails.code].value[0], message=fails.says)
    status.details.add().Pack(told)
    return bytes(status.SerializeToString())


def _context(certificate: tuple[bytes, bytes], ca: bytes | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"".join(certificate))
        file.flush()
        context.load_cert_chain(file.name)
    if ca is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=ca.decode())
    return context


def _spans(message: Any) -> Iterator[Span]:
    for of_resource in message.resource_spans:
        resource = _attributes(of_resource.resource.attributes)
        for of_scope in of_resource.scope_spans:
            for span in of_scope.spans:
                yield Span(
                    trace=span.trace_id.hex(),
                    id=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    state=span.trace_state,
                    name=span.name,
                    service=str(resource.get("service.name", "")),
                    kind=_KINDS[span.kind],
                    start=span.start_time_unix_nano,
                    end=span.end_time_unix_nano,
                    attributes=_attributes(span.attributes),
                    events=[
                        Event(each.name, each.time_unix_nano, _attributes(each.attributes)) for each in span.events
                    ],
                    status=_STATUSES[span.status.code],
                    description=span.status.message,
                    resource=resource,
                    flags=span.flags,
                )


def _points(message: Any) -> list[Point]:
    return [
        Point(
            metric=metric.name,
            unit=metric.unit,
            attributes=_attributes(each.attributes),
            count=each.count,
            sum=each.sum,
            bounds=list(each.explicit_bounds),
            counts=list(each.bucket_counts),
            start=each.start_time_unix_nano,
            at=each.time_unix_nano,
        )
        for of_resource in message.resource_metrics
        for of_scope in of_resource.scope_metrics
        for metric in of_scope.metrics
        for each in metric.histogram.data_points
    ]


def _attributes(pairs: Any) -> dict[str, Value]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    return [_value(each) for each in value.array_value.values] if kind == "array_value" else getattr(value, kind)
