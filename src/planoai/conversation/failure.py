"""A failure as clients are told of it: before an answer, or in the middle of one."""

from msgspec import Struct


class Failure(Struct, frozen=True, omit_defaults=True):
    """`status` is the HTTP status it has, or would have had before the first byte; each dialect derives its own error type from it.

    `code` is the machine-readable reason (`rate_limit_exceeded`, `context_length_exceeded`, `insufficient_quota`, `model_not_found`, ...),
    `param` the JSON path of the field at fault.
    """

    status: int
    message: str
    code: str | None = None
    param: str | None = None


CUT_SHORT = Failure(502, "the upstream ended its stream before the answer was complete", "upstream_closed")
