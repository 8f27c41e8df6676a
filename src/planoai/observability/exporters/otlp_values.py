"""Attributes in the form that OTLP gives them."""

from collections.abc import Mapping

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue

from planoai.observability.attributes import Value

_MOST = 1 << 63  # an int of OTLP is less, and no less than its opposite


def pairs(attributes: Mapping[str, Value]) -> list[KeyValue]:
    return [KeyValue(key=sendable(name), value=_value(value)) for name, value in attributes.items()]


def sendable(text: str) -> str:
    """Half of a character that has two (a lone surrogate) can not be sent; it becomes `?`."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _value(value: Value) -> AnyValue:
    match value:
        case str():
            return AnyValue(string_value=sendable(value))
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value) if -_MOST <= value < _MOST else AnyValue(string_value=str(value))
        case float():
            return AnyValue(double_value=value)
        case tuple():
            return AnyValue(array_value=ArrayValue(values=map(_value, value)))
