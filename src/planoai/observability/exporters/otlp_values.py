"""Values of ours as those of OTLP."""

from collections.abc import Iterable

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from planoai.names import attributes as name
from planoai.observability.attributes import Value

_MOST = 1 << 63  # an int of OTLP is less, and no less than its opposite


def pairs(attributes: Iterable[tuple[str, Value]]) -> list[KeyValue]:
    return [KeyValue(key=text(key), value=any_value(value)) for key, value in attributes]


def any_value(value: Value) -> AnyValue:
    match value:
        case str():
            return AnyValue(string_value=text(value))
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value) if -_MOST <= value < _MOST else AnyValue(string_value=str(value))
        case float():
            return AnyValue(double_value=value)
        case tuple():
            return AnyValue(array_value=ArrayValue(values=[any_value(each) for each in value]))


def text(written: str) -> str:
    """A half of a character that has two (a lone surrogate) can not be sent; it becomes `?`."""
    return written if written.isascii() else written.encode("utf-8", "replace").decode()


def resource(service: str, version: str) -> Resource:
    return Resource(attributes=pairs(((name.SERVICE_NAME, service), ("service.version", version))))


def scope(version: str) -> InstrumentationScope:
    return InstrumentationScope(name="planoai", version=version)
