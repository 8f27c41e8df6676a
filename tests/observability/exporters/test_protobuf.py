"""What we write is read by the library that everybody uses."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Wire

from planoai.observability.attributes import Value
from planoai.observability.exporters.otlp_spans import request
from planoai.observability.exporters.protobuf import fixed64, text, whole
from planoai.observability.spans import spans
from tests.observability.seen import ANGRY, TRACE, observation

INTS = st.integers(-(1 << 63), (1 << 63) - 1)
SIMPLE = st.text() | st.booleans() | INTS | st.floats(allow_nan=False)
VALUES = SIMPLE | st.lists(st.text(), max_size=3).map(tuple)


@given(st.dictionaries(st.text(max_size=300), VALUES, max_size=8))
def test_attributes_come_back_as_they_were(attributes: dict[str, Value]) -> None:
    seen = observation(attributes=tuple(attributes.items()))
    found = ExportTraceServiceRequest.FromString(request([seen], "1"))
    [root] = found.resource_spans[0].scope_spans[0].spans

    read = {pair.key: pair.value for pair in root.attributes}
    assert len(read) == len(root.attributes)
    for key, value in attributes.items():
        kind = read[key].WhichOneof("value")
        assert kind is not None
        got = getattr(read[key], kind)
        if isinstance(value, tuple):
            assert tuple(each.string_value for each in got.values) == value
        else:
            assert (type(got), got) == (type(value), value)


@given(INTS)
def test_numbers_come_back_as_they_were(number: int) -> None:
    assert Wire.FromString(whole(10, number % (1 << 32))).dropped_attributes_count == number % (1 << 32)
    assert Wire.FromString(fixed64(7, number % (1 << 64))).start_time_unix_nano == number % (1 << 64)


@given(st.text())
def test_texts_come_back_as_they_were(written: str) -> None:
    assert Wire.FromString(text(5, written)).name == written


def test_a_number_that_is_too_big_is_told_as_text() -> None:
    big: tuple[tuple[str, Value], ...] = (("big", 1 << 70), ("small", -(1 << 70)))
    seen = msgspec.structs.replace(observation(), attributes=big)
    found = ExportTraceServiceRequest.FromString(request([seen], "1"))
    read = {pair.key: pair.value for pair in found.resource_spans[0].scope_spans[0].spans[0].attributes}

    assert read["big"].string_value == str(1 << 70)
    assert read["small"].string_value == str(-(1 << 70))


def test_what_is_written_is_what_the_library_writes() -> None:
    """As messages: the order of fields is free."""
    parent = msgspec.structs.replace(TRACE, parent=bytes.fromhex("00f067aa0ba902b7"))
    seen = observation(signals=ANGRY)
    headers = (*seen.opened.headers, (b"tracestate", b"a=1"))
    seen = msgspec.structs.replace(seen, opened=msgspec.structs.replace(seen.opened, trace=parent, headers=headers))
    found = ExportTraceServiceRequest.FromString(request([seen], "1"))
    again = ExportTraceServiceRequest.FromString(found.SerializeToString())
    root, attempted = (of.scope_spans[0].spans[0] for of in found.resource_spans)

    assert again == found
    assert (root.trace_state, root.parent_span_id, root.flags) == ("a=1", parent.parent, 0x301)
    assert (attempted.parent_span_id, attempted.flags) == (root.span_id, 0x101)
    assert [each.name for each in root.events] == [each.name for each in spans(seen)[0].events]
