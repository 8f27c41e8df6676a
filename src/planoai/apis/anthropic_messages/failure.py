"""Errors as the Messages API tells them: `{"type": "error", "error": {"type", "message"}, "request_id"}`."""

import msgspec
from msgspec import Raw, Struct

from planoai.apis.anthropic_messages.wire import ABSENT, given
from planoai.apis.framing.sse import SseEvent, frame
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
_CODES = {401: "invalid_api_key", 402: "insufficient_quota", 413: "request_too_large", 429: "rate_limit_exceeded"}
_TELLING = (  # words of a message -> the code they stand for; Anthropic has no codes of its own
    ("prompt is too long", "context_length_exceeded"),
    ("exceed context limit", "context_length_exceeded"),
    ("credit balance is too low", "insufficient_quota"),
)
_MOST_TEXT = 2048  # characters of a body that is no JSON of a known shape


class _Told(Struct, frozen=True):
    type: str | None = None
    message: str | None = None


def error_type(status: int) -> str:
    return _TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")


def write_failure(failure: Failure, request_id: str) -> bytes:
    body = {"type": "error", "error": {"type": error_type(failure.status), "message": failure.message}}
    return msgspec.json.encode({**body, "request_id": request_id or None})


def write_failure_event(failure: Failure) -> bytes:
    body = {"type": "error", "error": {"type": error_type(failure.status), "message": failure.message}}
    return frame(msgspec.json.encode(body), "error")


def read_failure(status: int, body: bytes) -> Failure:
    """An answer with an error status, in whatever shape it comes: proxies before the API have their own."""
    kind, message = _find(body)
    if status < 400:  # an error that calls itself a success
        status = _STATUSES.get(kind or "", 502)
    return _failure(status, message)


def read_error(error: Raw) -> Failure:
    """The `error` member of an event, or of a body that came with status 200."""
    kind, message = _told(error)
    return _failure(_STATUSES.get(kind or "", 502), message or "the upstream reported an error without saying which")


def failure_of(event: SseEvent) -> Failure | None:
    """The failure that an event of a stream tells, if it tells one."""
    if event.type not in ("error", "") or b'"error"' not in event.data:
        return None
    try:
        told = _EVENT.decode(event.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _failure(502, event.data[:_MOST_TEXT].decode(errors="replace")) if event.type == "error" else None
    return read_error(told.error) if given(told.error) is not None and told.type in ("error", None) else None


def _failure(status: int, message: str) -> Failure:
    code = next((code for words, code in _TELLING if words in message), _CODES.get(status))
    if status == 404 and message.startswith("model:"):
        code = "model_not_found"
    return Failure(status, message, code)


class _Event(Struct, frozen=True):
    type: str | None = None
    error: Raw = ABSENT


_EVENT = msgspec.json.Decoder(_Event)


def _find(body: bytes) -> tuple[str | None, str]:
    """The error's type, where it has one, and its message, wherever the body keeps it."""
    text = body[:_MOST_TEXT].decode(errors="replace").strip() or "the upstream gave no reason"
    try:
        value: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, text
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        return None, text
    error = value.get("error")
    if isinstance(error, dict):
        kind, message = error.get("type"), error.get("message")
        return kind if isinstance(kind, str) else None, message if isinstance(message, str) and message else text
    for message in (value.get("message"), value.get("Message"), value.get("detail"), error):
        if isinstance(message, str) and message:
            return None, message
    return None, text


def _told(error: Raw) -> tuple[str | None, str]:
    try:
        told = msgspec.json.decode(error, type=_Told | str | None)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, bytes(error)[:_MOST_TEXT].decode(errors="replace")
    if isinstance(told, _Told):
        return told.type, told.message or ""
    return None, told or ""
