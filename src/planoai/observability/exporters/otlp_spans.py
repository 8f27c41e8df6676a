"""Observations as the request with which OTLP tells a collector of spans."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1 import trace_pb2 as wire

from planoai.names.attributes import PLANO, SERVICE_NAME
from planoai.observability.exporters.otlp_values import pairs, sendable
from planoai.observability.observation import Observation
from planoai.observability.spans import Span, SpanEvent, spans

_KINDS: Mapping[str, wire.Span.SpanKind.ValueType] = {
    "internal": wire.Span.SPAN_KIND_INTERNAL,
    "server": wire.Span.SPAN_KIND_SERVER,
    "client": wire.Span.SPAN_KIND_CLIENT,
}
_STATUSES: Mapping[str, wire.Status.StatusCode.ValueType] = {
    "unset": wire.Status.STATUS_CODE_UNSET,
    "ok": wire.Status.STATUS_CODE_OK,
    "error": wire.Status.STATUS_CODE_ERROR,
}
_SAMPLED = 0x001
_REMOTE_IS_KNOWN = wire.SPAN_FLAGS_CONTEXT_HAS_IS_REMOTE_MASK  # whether the parent is in another process
_REMOTE = wire.SPAN_FLAGS_CONTEXT_IS_REMOTE_MASK


def request(observations: Iterable[Observation], version: str) -> bytes:
    """Spans of one service stand together: it is told once, of all of them. `version`: of planoai."""
    by_service: defaultdict[str, list[wire.Span]] = defaultdict(list)
    for observation in observations:
        for each in spans(observation):
            by_service[each.service or PLANO].append(_span(each))
    scope = InstrumentationScope(name="planoai", version=version)
    made = ExportTraceServiceRequest(
        resource_spans=[
            wire.ResourceSpans(
                resource=Resource(attributes=pairs({SERVICE_NAME: service, "service.version": version})),
                scope_spans=[wire.ScopeSpans(scope=scope, spans=of_service)],
            )
            for service, of_service in by_service.items()
        ]
    )
    return bytes(made.SerializeToString())


def _span(span: Span) -> wire.Span:
    is_remote = span.kind == "server" and bool(span.parent)
    return wire.Span(
        trace_id=span.trace,
        span_id=span.id,
        trace_state=sendable(span.state),
        parent_span_id=span.parent,
        flags=_SAMPLED | _REMOTE_IS_KNOWN | (_REMOTE if is_remote else 0),
        name=sendable(span.name),
        kind=_KINDS[span.kind],
        start_time_unix_nano=span.start,
        end_time_unix_nano=span.end,
        attributes=pairs(span.attributes),
        events=[_event(each) for each in span.events],
        status=wire.Status(code=_STATUSES[span.status], message=sendable(span.description)),
    )


def _event(event: SpanEvent) -> wire.Span.Event:
    return wire.Span.Event(time_unix_nano=event.at, name=sendable(event.name), attributes=pairs(event.attributes))
