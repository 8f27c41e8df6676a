"""What a client of ours may ask of the server: sizes in bytes, times in seconds."""

from msgspec import Struct


class Limits(Struct, frozen=True):
    head_bytes: int = 64 * 1024  # start line and header fields together; trailers the same
    head_fields: int = 256  # header fields; each costs more than its bytes
    head_seconds: float = 10.0  # from the first byte of a head (or the connection) to its end
    body_bytes: int = 100 * 1024 * 1024
    body_bytes_per_second: int = (
        1024  # the slowest a body may come once the grace is over, averaged since it was asked for
    )
    body_grace_seconds: float = 10.0
    keep_alive_seconds: float = 75.0  # idle between two requests
    write_high_water: int = 64 * 1024  # unsent bytes above which `Reply.write` waits
    write_stall_seconds: float = 300.0  # unsent bytes stay above the mark this long: the client does not read
    linger_seconds: float = (
        2.0  # how long a connection that we close is still read, so that our last answer is not lost
    )
