"""The words the vendors share: what is left of a rate limit, and an answer that is ready to be sent."""

from msgspec import Struct


class Allowance(Struct, frozen=True):
    """What is left of a limit on requests a minute; `reset` is the seconds until all of it is back."""

    limit: int = 10_000
    remaining: int = 9_999
    reset: float = 0.006


class Reply(Struct, frozen=True):
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
