"""Which trace a request belongs to, and what upstreams hear of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.observability.trace import DRAWN_BITS, begun, child, traceparent

ID, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
drawn = st.integers(0, 2**DRAWN_BITS - 1)


@pytest.mark.parametrize(("flags", "sampled"), [("00", False), ("01", True), ("03", True), ("02", False)])
def test_a_client_that_has_a_trace_decides(flags: str, sampled: bool) -> None:
    trace = begun(f"00-{ID}-{SPAN}-{flags}".encode(), 1 << 100, None)

    assert (trace.id.hex(), trace.parent.hex(), trace.sampled, trace.told) == (ID, SPAN, sampled, True)
    assert traceparent(trace, 1) == f"00-{ID}-{child(trace.span, 1).hex()}-{'01' if sampled else '00'}".encode()


@pytest.mark.parametrize(
    "written",
    [
        "",
        f"00-{ID}-{SPAN}",
        f"00-{ID}-{SPAN}-01-more",
        f"ff-{ID}-{SPAN}-01",
        f"00-{ID.upper()}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{ID}-{'0' * 16}-01",
        f"00-{ID}-{SPAN}-1",
        f"00-{ID}-{SPAN}-01\n",
        f"01-{ID}-{SPAN}-01more",
    ],
)
def test_what_is_no_parent_begins_a_trace_of_its_own(written: str) -> None:
    trace = begun(written.encode(), 7 << 64 | 9, 1.0)

    assert (trace.id, trace.span, trace.parent, trace.sampled) == ((7).to_bytes(16), (9).to_bytes(8), b"", True)


def test_a_later_version_may_say_more() -> None:
    assert begun(f"01-{ID}-{SPAN}-01-more".encode(), 1, None).parent.hex() == SPAN
    assert begun(f"01-{ID}-{SPAN}-01".encode(), 1, None).parent.hex() == SPAN


def test_without_tracing_upstreams_hear_of_clients_traces_only() -> None:
    assert not begun(None, 1 << 100, None).told
    assert begun(None, 1 << 100, 0.5).told


@given(drawn, st.floats(0, 1))
def test_about_the_share_that_was_asked_for_is_sampled(number: int, share: float) -> None:
    trace = begun(None, number, share)

    assert trace.sampled is (int.from_bytes(trace.id[-7:]) / 2**56 < share)
    assert begun(traceparent(trace, 1), number, None).sampled is trace.sampled


@given(drawn)
def test_no_id_is_nothing(number: int) -> None:
    trace = begun(None, number, None)

    steps = [trace.span, *(child(trace.span, step) for step in range(1, 4))]
    assert any(trace.id)
    assert all(map(any, steps))
    assert begun(traceparent(trace, 2), 1, None).parent == steps[2]
