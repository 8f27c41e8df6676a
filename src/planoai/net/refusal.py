"""The answers that the server gives by itself, where no handler could: they are JSON, and the connection closes after them."""

import msgspec
from msgspec import Struct

from planoai.errors import PlanoError
from planoai.net.wire import date_line, status_line


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

    @classmethod
    def of(cls, error: PlanoError) -> "Refusal":
        return cls(error.status, error.code or "invalid_request", error.message)

    def body(self) -> bytes:
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        return msgspec.json.encode(_Envelope(_Problem(self.message, kind, None, self.code)))

    def answer(self) -> bytes:
        """Head and body."""
        body = self.body()
        return b"%b%bcontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b" % (
            status_line(self.status),
            date_line(),
            len(body),
            body,
        )
