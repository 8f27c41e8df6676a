"""Spans as messages of OTLP, read back from their bytes."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from planoai.observability.attributes import Value
from planoai.observability.exporters.otlp_spans import request
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


def test_a_number_that_is_too_big_is_told_as_text() -> None:
    big: tuple[tuple[str, Value], ...] = (("big", 1 << 70), ("small", -(1 << 70)))
    seen = msgspec.structs.replace(observation(), attributes=big)
    found = ExportTraceServiceRequest.FromString(request([seen], "1"))
    read = {pair.key: pair.value for pair in found.resource_spans[0].scope_spans[0].spans[0].attributes}

    assert read["big"].string_value == str(1 << 70)
    assert read["small"].string_value == str(-(1 << 70))


def test_a_span_tells_of_its_parent_and_of_what_happened_in_it() -> None:
    parent = msgspec.structs.replace(TRACE, parent=bytes.fromhex("00f067aa0ba902b7"))
    seen = observation(signals=ANGRY)
    headers = (*seen.opened.headers, (b"tracestate", b"a=1"))
    seen = msgspec.structs.replace(seen, opened=msgspec.structs.replace(seen.opened, trace=parent, headers=headers))
    found = ExportTraceServiceRequest.FromString(request([seen], "1"))
    root, attempted = (of.scope_spans[0].spans[0] for of in found.resource_spans)

    assert (root.trace_state, root.parent_span_id, root.flags) == ("a=1", parent.parent, 0x301)
    assert (attempted.parent_span_id, attempted.flags) == (root.span_id, 0x101)
    assert [each.name for each in root.events] == [each.name for each in spans(seen)[0].events]


def test_half_a_character_is_told_as_a_question_mark() -> None:
    attributes: tuple[tuple[str, Value], ...] = (("half\ud800", "\udfff"),)
    seen = msgspec.structs.replace(observation(), attributes=attributes)
    found = ExportTraceServiceRequest.FromString(request([seen], "1"))
    read = {pair.key: pair.value for pair in found.resource_spans[0].scope_spans[0].spans[0].attributes}

    assert read["half?"].string_value == "?"
