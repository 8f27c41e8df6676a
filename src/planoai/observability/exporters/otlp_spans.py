"""Observations as the request with which OTLP tells a collector of spans."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1 import trace_pb2 as wire

from planoai.names.attributes import PLANO
from planoai.observability.exporters.otlp_values import pairs, resource, scope, text
from planoai.observability.observation import Observation
from planoai.observability.spans import Span, spans

_KINDS = {
    "internal": wire.Span.SPAN_KIND_INTERNAL,
    "server": wire.Span.SPAN_KIND_SERVER,
    "client": wire.Span.SPAN_KIND_CLIENT,
}
_STATUSES = {"unset": wire.Status.STATUS_CODE_UNSET, "ok": wire.Status.STATUS_CODE_OK, "error": wire.Status.STATUS_CODE_ERROR}  # fmt: skip
_SAMPLED = 0x001
_REMOTE_IS_KNOWN, _REMOTE = 0x100, 0x200  # whether the parent is in another process


def request(observations: Iterable[Observation], version: str) -> bytes:
    """Spans of one service stand together: it is told once, of all of them."""
    by_service: defaultdict[str, list[wire.Span]] = defaultdict(list)
    for observation in observations:
        for each in spans(observation):
            by_service[each.service or PLANO].append(_span(each))
    made = ExportTraceServiceRequest(
        resource_spans=[
            wire.ResourceSpans(
                resource=resource(service, version),
                scope_spans=[wire.ScopeSpans(scope=scope(version), spans=of_service)],
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
        parent_span_id=span.parent,
        trace_state=text(span.state),
        flags=_SAMPLED | _REMOTE_IS_KNOWN | (_REMOTE if is_remote else 0),
        name=text(span.name),
        kind=_KINDS[span.kind],
        start_time_unix_nano=span.start,
        end_time_unix_nano=span.end,
        attributes=pairs(span.attributes.items()),
        events=_events(span),
        status=wire.Status(code=_STATUSES[span.status], message=text(span.description)),
    )


def _events(span: Span) -> Sequence[wire.Span.Event]:
    return [
        wire.Span.Event(name=text(each.name), time_unix_nano=each.at, attributes=pairs(each.attributes.items()))
        for each in span.events
    ]
