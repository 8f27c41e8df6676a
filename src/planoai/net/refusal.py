"""The answers that the server gives by itself, where no handler could. The connection closes after them."""

from collections.abc import Callable

import msgspec
from msgspec import Struct

from planoai.errors import PlanoError
from planoai.net.wire import date_line, header_lines, status_line

Pairs = list[tuple[bytes, bytes]]


class _Problem(Struct, frozen=True):
    message: str
    type: str
    param: str | None
    code: str | None


class _Envelope(Struct, frozen=True):
    error: _Problem


class Refusal(Exception):
    """Raised while a head is read; `status` and `code` as in `planoai.errors`, for the few statuses that only HTTP itself knows."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.target = b""  # as the client sent it; empty where it is not known

    @classmethod
    def of(cls, error: PlanoError) -> "Refusal":
        return cls(error.status, error.code or "invalid_request", error.message)

    def answer(self, headers: Pairs, body: bytes) -> bytes:
        """Head and body. Raises ValueError as `header_lines` does."""
        return b"%b%b%bcontent-length: %d\r\nconnection: close\r\n\r\n%b" % (
            status_line(self.status),
            header_lines(headers),
            date_line(),
            len(body),
            body,
        )


Refuse = Callable[[bytes, Refusal], tuple[Pairs, bytes]]
Refused = Callable[[bytes, Refusal, str, Pairs], None]  # target, what was refused, peer, header fields of the answer


def refuse_in_json(target: bytes, refusal: Refusal) -> tuple[Pairs, bytes]:  # noqa: ARG001 - the same for every target
    """What the server says where nobody was given to say it: header fields and body."""
    kind = "invalid_request_error" if refusal.status < 500 else "server_error"
    body = msgspec.json.encode(_Envelope(_Problem(refusal.message, kind, None, refusal.code)))
    return [(b"content-type", b"application/json")], body
