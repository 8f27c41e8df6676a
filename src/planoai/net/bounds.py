"""How long an upstream is waited for, and how much of it is taken."""

from msgspec import Struct


class Timeouts(Struct, frozen=True):
    """Seconds. `first_byte` counts from the request to the end of the answer's head, `idle` between two arrivals while somebody waits."""

    connect: float = 5.0
    first_byte: float = 60.0
    idle: float = 300.0
    total: float | None = None  # from the call of `send` to the last byte


class ClientLimits(Struct, frozen=True):
    """Sizes in bytes, times in seconds."""

    head_bytes: int = 64 * 1024  # head of an answer; trailers the same
    pending_bytes: int = (
        256 * 1024
    )  # of a body that nobody has taken yet: above it reading stops, until all of it is taken
    idle_seconds: float = 60.0  # an unused connection is kept this long
    idle_connections: int = 512  # per origin
    settle_seconds: float = 1.0  # what the rest of a settling answer may take
    settle_bytes: int = 64 * 1024  # and how long it may be
    stale_seconds: float = 0.1  # an upstream that may have read a request had no time to act on it if it ends this soon
    rested_seconds: float = (
        1.0  # and is taken not to have read it if the connection was idle this long: nobody closes one sooner for that
    )
