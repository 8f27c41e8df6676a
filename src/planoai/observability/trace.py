"""Which trace a request belongs to, and what W3C Trace Context says of it to whoever is asked next. Pure: what is random is an argument."""

import re

from msgspec import Struct

DRAWN_BITS = 192  # of a trace's id and a span's

# https://www.w3.org/TR/trace-context/#traceparent-header: a version above 00 may say more after the flags.
_PARENT = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")
_MOST_OF_VERSION_0 = 55
_SPANS = 1 << 64
_NOT_NOTHING = _SPANS | 1  # ids of zeros alone are none
_SHARES = 1 << 56  # the part of a trace's id that is random for everybody


class Trace(Struct, frozen=True, array_like=True, gc=False):
    """`span` is the request's own; those of its steps are counted on from it. `parent` is the client's, b"" where the trace begins here.

    `sampled`: whether it is exported. `told`: whether upstreams hear of it.
    """

    id: bytes
    span: bytes
    parent: bytes = b""
    sampled: bool = False
    told: bool = False


NO_TRACE = Trace(bytes(16), bytes(8))


def begun(traceparent: bytes | None, drawn: int, share: float | None) -> Trace:
    """Of a request with this header. A client that says whose child it is has decided whether it is sampled.

    `drawn`: DRAWN_BITS random bits. `share`: which part of all others is sampled; None: tracing is off, and then upstreams hear of clients' traces only.
    """
    data = (drawn | _NOT_NOTHING).to_bytes(24, "big")
    trace, span = data[:16], data[16:]
    if traceparent is not None and (found := _parent(traceparent)) is not None:
        told, parent, flags = found.groups()
        return Trace(bytes.fromhex(told.decode()), span, bytes.fromhex(parent.decode()), bool(int(flags, 16) & 1), True)
    if share is None:
        return Trace(trace, span)
    return Trace(trace, span, b"", int.from_bytes(trace[9:], "big") < share * _SHARES, True)


def child(span: bytes, number: int) -> bytes:
    """The id of step `number`, from 1, of the request that has `span`."""
    return ((int.from_bytes(span, "big") + number) % _SPANS or 1).to_bytes(8, "big")


def traceparent(trace: Trace, number: int) -> bytes:
    """What is sent with step `number` of a request."""
    return b"00-%b-%b-%b" % (
        trace.id.hex().encode(),
        child(trace.span, number).hex().encode(),
        b"01" if trace.sampled else b"00",
    )


def _parent(written: bytes) -> re.Match[bytes] | None:
    if written.startswith(b"00") and len(written) != _MOST_OF_VERSION_0:
        return None
    return _PARENT.fullmatch(written)
