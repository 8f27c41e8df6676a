"""Errors as the Messages API tells them: `{"type": "error", "error": {"type", "message"}, "request_id"}`."""

import msgspec
from msgspec import Raw, Struct

from planoai.apis.anthropic_messages.wire import ABSENT, given
from planoai.apis.framing.sse import SseEvent, frame
from planoai.apis.telling import Told, told_in
from planoai.conversation.failure import Failure

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_STATUSES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
UNNAMED = ("", "message")  # what an event is called that was given no name (WHATWG HTML, section 9.2.6)
_CODES = {401: "invalid_api_key", 402: "insufficient_quota", 413: "request_too_large", 429: "rate_limit_exceeded"}
_TELLING = (  # words of a message -> the code they stand for; Anthropic has no codes of its own
    ("prompt is too long", "context_length_exceeded"),
    ("exceed context limit", "context_length_exceeded"),
    ("credit balance is too low", "insufficient_quota"),
)


class _Event(Struct, frozen=True):
    type: str | None = None
    error: Raw = ABSENT


_EVENT = msgspec.json.Decoder(_Event)


def error_type(status: int) -> str:
    return _TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")


def write_failure(failure: Failure, request_id: str) -> bytes:
    body = {"type": "error", "error": {"type": error_type(failure.status), "message": failure.message}}
    return msgspec.json.encode({**body, "request_id": request_id or None})


def write_failure_event(failure: Failure) -> bytes:
    body = {"type": "error", "error": {"type": error_type(failure.status), "message": failure.message}}
    return frame(msgspec.json.encode(body), "error")


def read_failure(status: int, body: bytes, _kind: str = "") -> Failure:
    """An answer with an error status, in whatever shape it comes: proxies before the API have their own."""
    told = told_in(body)
    return _failure(_status(told) if status < 400 else status, told.message or "the upstream gave no reason")


def read_error(error: bytes | Raw) -> Failure:
    """The `error` member of an event or of a body that came with status 200, or all of what had to be one."""
    told = told_in(bytes(error))
    return _failure(_status(told), told.message or "the upstream reported an error without saying which")


def failure_of(event: SseEvent) -> Failure | None:
    """The failure that an event of a stream tells, if it tells one. One called `error` may tell it in words; JSON that broke off tells nothing."""
    data = event.data
    if event.type not in ("error", *UNNAMED) or (event.type != "error" and b'"error"' not in data) or not data.strip():
        return None
    try:
        told = _EVENT.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return read_error(data) if event.type == "error" and not data.lstrip().startswith(b"{") else None
    known = event.type == "error" or told.type == "error" or (told.type is None and given(told.error) is not None)
    return read_error(data) if known else None


def _failure(status: int, message: str) -> Failure:
    code = next((code for words, code in _TELLING if words in message), _CODES.get(status))
    if status == 404 and message.startswith("model:"):
        code = "model_not_found"
    return Failure(status, message, code)


def _status(told: Told) -> int:
    """By the type, which Anthropic tells, or by a number, which others tell beside it."""
    for word in (told.type, told.code, told.status):
        if isinstance(word, str):
            if word in _STATUSES:
                return _STATUSES[word]
            word = int(word) if word.isdecimal() and len(word) == 3 else 0
        if word is not None and 400 <= word <= 599:
            return word
    return 502
