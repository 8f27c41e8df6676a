"""Where else requests are told of: the collector of OpenTelemetry that `tracing` names, and each of `tracing.exporters`.

Every exporter has a thread of its own and a queue with an end, so that whoever gives it observations never waits.
"""

from collections.abc import Callable, Iterable, Mapping
from time import monotonic

import planoai
from planoai.config import schema
from planoai.net.proxy import Proxies
from planoai.observability.exporters import otlp, posthog
from planoai.observability.exporters.endpoint import endpoint_of
from planoai.observability.exporters.exporter import Exporter
from planoai.observability.exporters.otlp_metrics import OtlpMetrics
from planoai.table import pick

__all__ = ["EXPORTERS", "Exporter", "close", "exporters_of"]

# By `type`.
EXPORTERS: Mapping[str, Callable[[schema.Exporter, Proxies], Exporter]] = {"posthog": posthog.exporter}


def exporters_of(tracing: schema.Tracing, proxies: Proxies | None = None) -> list[Exporter]:
    """None where nothing is to be sampled; where other places are named, the usual collector is not meant.

    No connection is made and no thread is started before something is put.
    """
    if not tracing.random_sampling:
        return []
    proxies = proxies or Proxies()
    found: list[Exporter] = []
    if tracing.opentracing_grpc_endpoint is not None or not tracing.exporters:
        endpoint = endpoint_of(tracing)
        found.append(otlp.traces(endpoint, planoai.__version__, proxies))
        if endpoint.metrics is not None:
            found.append(OtlpMetrics(endpoint, planoai.__version__, proxies))
    for number, each in enumerate(tracing.exporters):
        found.append(pick(EXPORTERS, each.type, f"tracing.exporters[{number}].type")(each, proxies))
    return found


def close(exporters: Iterable[Exporter], seconds: float) -> None:
    """All at once: what waits in any of them has `seconds` to be sent, and is dropped then."""
    finishing, until = list(exporters), monotonic() + seconds
    for each in finishing:
        each.finish(seconds)
    for each in finishing:
        each.close(max(0.0, until - monotonic()))
