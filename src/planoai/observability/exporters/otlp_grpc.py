"""OTLP over gRPC."""

import os

# What its own core has to say goes to stderr, past every log; what matters of it comes back with each call.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

import grpc  # type: ignore[import-untyped]

from planoai.net.proxy import Proxy
from planoai.observability.exporters import trust
from planoai.observability.exporters.endpoint import Endpoint
from planoai.observability.exporters.exporter import Refused, Taken, Unavailable, Unknown
from planoai.observability.exporters.otlp_answers import ANSWERS, retry_delay, said, secrets_of, status, taken

_PATHS = {
    "traces": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "metrics": "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
}
_DETAILS = "grpc-status-details-bin"
# https://opentelemetry.io/docs/specs/otlp/#failures
_COMES_BACK = {
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.OUT_OF_RANGE,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DATA_LOSS,
}


class OverGrpc:
    """A Destination."""

    def __init__(self, endpoint: Endpoint, signal: str, proxy: Proxy | None = None) -> None:
        self.where = str(endpoint.origin)
        self._endpoint = endpoint
        self._proxy = proxy
        self._path, self._answer = _PATHS[signal], ANSWERS[signal]
        self._metadata = [(name, _metadata(name, value)) for name, value in endpoint.headers]
        self._secrets = secrets_of(endpoint.headers)
        self._channel: grpc.Channel | None = None
        self._call: grpc.Future | None = None
        self._is_interrupted = False

    def reach(self, seconds: float) -> None:
        """The first call shows it."""

    def deliver(self, data: bytes, seconds: float) -> Taken:
        channel = self._channel = self._channel or self._opened()
        export = channel.unary_unary(self._path, response_deserializer=self._answer)
        call = self._call = export.future(data, timeout=seconds, metadata=self._metadata)
        if self._is_interrupted:
            call.cancel()
        try:
            return taken(call.result(), self._secrets)
        except grpc.FutureCancelledError:
            raise Unavailable("there was no time left") from None
        except grpc.RpcError as error:
            raise self._failure(error) from None

    def interrupt(self) -> None:
        self._is_interrupted = True
        if self._call is not None:
            self._call.cancel()

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def _opened(self) -> grpc.Channel:
        """Raises Unavailable for files that can not be used, and for a proxy that can not."""
        origin, options = self._endpoint.origin, _through(self._proxy)
        host = f"[{origin.host}]" if ":" in origin.host else origin.host
        target = f"dns:///{host}:{origin.port}"
        if origin.scheme == "http":
            return grpc.insecure_channel(target, options)
        return grpc.secure_channel(target, grpc.ssl_channel_credentials(*trust.files(self._endpoint.tls)), options)

    def _failure(self, error: grpc.RpcError) -> Exception:
        code = error.code()
        trailers = {key: value for key, value in error.trailing_metadata() or () if isinstance(value, bytes)}
        after = retry_delay(status(trailers.get(_DETAILS, b"")))
        reason = f"{code.name}: {said(error.details() or '', self._secrets)}".removesuffix(": ")
        if code in _COMES_BACK or (code is grpc.StatusCode.RESOURCE_EXHAUSTED and after is not None):
            self.close()  # a new connection with the next try: this one may have a pause of its own before it tries again
            return Unavailable(reason, after or 0.0)
        return (Unknown if code is grpc.StatusCode.UNIMPLEMENTED else Refused)(reason)


def _through(proxy: Proxy | None) -> list[tuple[str, str | int]]:
    """Options of a channel. Of the environment gRPC has rules of its own, by which it does not go."""
    if proxy is None:
        return [("grpc.enable_http_proxy", 0)]
    if proxy.origin.scheme != "http":
        raise Unavailable(f"{proxy.variable} names a proxy that speaks TLS, which gRPC does not; `protocol: http` does")
    headers = proxy.credentials.decode().strip()
    return [("grpc.http_proxy", str(proxy.origin)), *([("grpc.http_connect_headers", headers)] if headers else [])]


def _metadata(name: str, value: str) -> str | bytes:
    return value.encode() if name.endswith("-bin") else value
