"""Histograms as the request with which OTLP tells a collector of metrics."""

from collections.abc import Mapping

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.metrics.v1 import metrics_pb2 as wire
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from planoai.names.attributes import PLANO, SERVICE_NAME
from planoai.names.instruments import Instrument
from planoai.observability.exporters.histograms import Key, Series
from planoai.observability.exporters.otlp_values import pairs


def request(told: Mapping[Instrument, Mapping[Key, Series]], started: int, now: int, version: str) -> bytes:
    """`told`: counted from `started` to `now`, in nanoseconds since the epoch."""
    metrics = [
        wire.Metric(
            name=instrument.name,
            unit=instrument.unit,
            description=instrument.says,
            histogram=wire.Histogram(
                aggregation_temporality=wire.AGGREGATION_TEMPORALITY_CUMULATIVE,
                data_points=[_point(instrument, key, each, started, now) for key, each in series.items()],
            ),
        )
        for instrument, series in told.items()
    ]
    made = ExportMetricsServiceRequest(
        resource_metrics=[
            wire.ResourceMetrics(
                resource=Resource(attributes=pairs({SERVICE_NAME: PLANO, "service.version": version})),
                scope_metrics=[
                    wire.ScopeMetrics(scope=InstrumentationScope(name="planoai", version=version), metrics=metrics)
                ],
            )
        ]
    )
    return bytes(made.SerializeToString())


def _point(instrument: Instrument, key: Key, series: Series, started: int, now: int) -> wire.HistogramDataPoint:
    return wire.HistogramDataPoint(
        attributes=pairs(dict(key)),
        start_time_unix_nano=started,
        time_unix_nano=now,
        count=sum(series.counts),
        sum=series.total,
        min=series.lowest,
        max=series.highest,
        bucket_counts=series.counts,
        explicit_bounds=instrument.bounds,
    )
