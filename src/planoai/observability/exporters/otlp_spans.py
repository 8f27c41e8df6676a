"""Observations as the request with which OTLP tells a collector of spans. Pure.

The numbers are those of the fields in https://github.com/open-telemetry/opentelemetry-proto.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from planoai.names.attributes import PLANO, SERVICE_NAME
from planoai.observability.attributes import Value
from planoai.observability.exporters.protobuf import double, fixed32, fixed64, sized, tag, text, varint, whole
from planoai.observability.observation import Observation
from planoai.observability.spans import Span, SpanEvent, spans

_KINDS = {"internal": 1, "server": 2, "client": 3}
_STATUSES = {"unset": 0, "ok": 1, "error": 2}
_SAMPLED = 0x001
_REMOTE_IS_KNOWN, _REMOTE = 0x100, 0x200  # whether the parent is in another process
_VALUE, _STRING = tag(2), tag(1)  # of a pair; of a value
_MOST = 1 << 63  # an int of OTLP is less, and no less than its opposite


def request(observations: Iterable[Observation], version: str) -> bytes:
    """Spans of one service stand together: it is told once, of all of them. `version`: of planoai."""
    by_service: defaultdict[str, list[bytes]] = defaultdict(list)
    for observation in observations:
        for each in spans(observation):
            by_service[each.service or PLANO].append(sized(2, _span(each)))
    scope = sized(1, text(1, "planoai") + text(2, version))
    return b"".join(
        sized(1, _resource(service, version) + sized(2, scope + b"".join(of_service)))
        for service, of_service in by_service.items()
    )


def _resource(service: str, version: str) -> bytes:
    return sized(1, _attributes(1, {SERVICE_NAME: service, "service.version": version}))


def _span(span: Span) -> bytes:
    is_remote = span.kind == "server" and bool(span.parent)
    parts = [
        sized(1, span.trace),
        sized(2, span.id),
        text(5, span.name),
        whole(6, _KINDS[span.kind]),
        fixed64(7, span.start),
        fixed64(8, span.end),
        _attributes(9, span.attributes),
        *[sized(11, _event(each)) for each in span.events],
        sized(15, whole(3, _STATUSES[span.status]) + text(2, span.description)),
        fixed32(16, _SAMPLED | _REMOTE_IS_KNOWN | (_REMOTE if is_remote else 0)),
    ]
    if span.parent:
        parts.append(sized(4, span.parent))
    if span.state:
        parts.append(text(3, span.state))
    return b"".join(parts)


def _event(event: SpanEvent) -> bytes:
    return fixed64(1, event.at) + text(2, event.name) + _attributes(3, event.attributes)


def _attributes(field: int, attributes: Mapping[str, Value]) -> bytes:
    parts: list[bytes] = []
    mark = tag(field)
    for key, value in attributes.items():
        written = _value(value)
        pair = b"".join((_key(key), _VALUE, varint(len(written)), written))
        parts += (mark, varint(len(pair)), pair)
    return b"".join(parts)


@lru_cache(maxsize=1024)
def _key(key: str) -> bytes:
    return text(1, key)


def _value(value: Value) -> bytes:
    if isinstance(value, str):
        written = value.encode("utf-8", "replace")
        return b"".join((_STRING, varint(len(written)), written))
    match value:
        case bool():
            return whole(2, value)
        case int():
            return whole(3, value) if -_MOST <= value < _MOST else _value(str(value))
        case float():
            return double(4, value)
        case tuple():
            return sized(5, b"".join([sized(1, _value(each)) for each in value]))
