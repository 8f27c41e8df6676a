"""Traces and metrics to a collector, by the protocol of OpenTelemetry.

What speaks it (`opentelemetry-proto`, and `grpcio` over gRPC) takes memory, so that nothing of it is imported before somebody takes connections there,
and then by the thread that needs it.
"""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, assert_never

from planoai.net.proxy import Proxies
from planoai.observability.exporters.batching import Batching, Pace
from planoai.observability.exporters.endpoint import Endpoint
from planoai.observability.exporters.exporter import Destination, Taken, Unavailable
from planoai.observability.exporters.posting import Poster, probe
from planoai.observability.exporters.trust import context
from planoai.observability.observation import Observation

if TYPE_CHECKING:
    from planoai.observability.exporters.otlp_http import OverHttp

Signal = Literal["traces", "metrics"]


class Collector:
    """A Destination, by whichever protocol `endpoint` says."""

    def __init__(self, endpoint: Endpoint, signal: Signal, proxies: Proxies | None = None) -> None:
        self._endpoint = endpoint
        self._signal: Signal = signal
        self._proxy = (proxies or Proxies()).for_origin(endpoint.origin)
        self._poster = Poster(endpoint.origin, lambda: context(endpoint.tls), proxies)
        self._by: Destination | None = None
        self._is_interrupted = False

    @property
    def where(self) -> str:
        return str(self._endpoint.origin)

    def reach(self, seconds: float) -> None:
        if self._proxy is None:
            probe(self._endpoint.origin, seconds)
        self._by = self._opened()
        if self._is_interrupted:
            self._by.interrupt()

    def deliver(self, data: bytes, seconds: float) -> Taken:
        if self._by is None:
            raise Unavailable("nobody was there")
        return self._by.deliver(data, seconds)

    def interrupt(self) -> None:
        self._is_interrupted = True
        if self._by is not None:
            self._by.interrupt()

    def close(self) -> None:
        if self._by is not None:
            self._by.close()

    def _opened(self) -> Destination:
        match self._endpoint.protocol:
            case "grpc":
                from planoai.observability.exporters.otlp_grpc import OverGrpc

                return OverGrpc(self._endpoint, self._signal, self._proxy)
            case "http":
                return self._over_http()
            case _:
                assert_never(self._endpoint.protocol)

    def _over_http(self) -> "OverHttp":
        from planoai.observability.exporters.otlp_http import OverHttp

        return OverHttp(self._endpoint, self._signal, self._poster)


def traces(endpoint: Endpoint, version: str, proxies: Proxies | None = None, pace: Pace | None = None) -> Batching:
    """The exporter of spans. `version` of planoai is told as that of the service."""

    def pack(observations: Sequence[Observation]) -> bytes:
        from planoai.observability.exporters.otlp_spans import request

        return request(observations, version)

    collector = Collector(endpoint, "traces", proxies)
    return Batching("otlp", "traces", collector, pack, pace, logging.INFO if endpoint.is_usual else logging.WARNING)
