"""Where else requests are told of: the collector of OpenTelemetry that `tracing` names, and each of `tracing.exporters`.

Every exporter has a thread of its own and a queue with an end, so that whoever gives it observations never waits.
"""

import logging
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

log = logging.getLogger("planoai.exporters")

# By `type`.
EXPORTERS: Mapping[str, Callable[[schema.Exporter, Proxies], Exporter]] = {"posthog": posthog.exporter}

VARIABLE = "OTEL_TRACING_GRPC_ENDPOINT"


def exporters_of(
    tracing: schema.Tracing, variable: str | None = None, proxies: Proxies | None = None
) -> list[Exporter]:
    """None where nothing is to be sampled. `variable`: what OTEL_TRACING_GRPC_ENDPOINT holds. Nothing is opened before something is put."""
    if not tracing.random_sampling:
        return []
    proxies = proxies or Proxies()
    found: list[Exporter] = []
    try:
        endpoint = endpoint_of(tracing, variable)
    except ValueError as error:  # of the variable: what the config says was looked at when it was read
        log.warning("%s: %s; no traces are sent", VARIABLE, error)
    else:
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
