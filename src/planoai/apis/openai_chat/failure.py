"""Failures as Chat tells them: a JSON body before an answer, an object with `error` inside a stream or even in a 200."""

import msgspec
from msgspec import Raw, UnsetType

from planoai.apis.telling import Told, told, told_in
from planoai.conversation.failure import Failure

_TYPES = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}
_CODES = {401: "invalid_api_key", 429: "rate_limit_exceeded"}

# What upstreams say the model stopped for where it did not stop but broke: OpenRouter, DeepSeek.
_NO_ERROR = (b"null", b"false", b'""', b"{}", b"[]")
_FAILED = {"error": 502, "insufficient_system_resource": 503}

# What upstreams call a failure in `code` or `type`, where they do not give its status.
_STATUS_OF = {
    "invalid_api_key": 401,
    "authentication_error": 401,
    "insufficient_quota": 429,
    "billing_error": 402,
    "permission_error": 403,
    "permission_denied": 403,
    "not_found_error": 404,
    "model_not_found": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "resource_exhausted": 429,
    "invalid_request_error": 400,
    "invalid_argument": 400,
    "context_length_exceeded": 400,
    "content_filter": 400,
    "overloaded_error": 503,
    "unavailable": 503,
    "timeout_error": 504,
    "timeout": 504,
    "server_error": 500,
    "api_error": 500,
    "internal": 500,
    "internal_server_error": 500,
}


def failure_object(failure: Failure) -> dict[str, object]:
    status = failure.status
    kind = _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    if failure.code == "insufficient_quota":
        kind = "insufficient_quota"
    return {
        "error": {
            "message": failure.message,
            "type": kind,
            "param": failure.param,
            "code": failure.code or _CODES.get(status),
        }
    }


def write_failure(failure: Failure, request_id: str) -> bytes:  # noqa: ARG001 (Chat has no place for it in the body)
    return msgspec.json.encode(failure_object(failure))


def read_failure(status: int, body: bytes, _kind: str = "") -> Failure:
    """An upstream's answer with `status` >= 400. Never raises."""
    found = told_in(body)
    message = found.message or f"the upstream answered with status {status} and no explanation"
    return Failure(status, message, _code(found), found.param)


def told_failure(value: object) -> Failure:
    """A failure told where an answer was due: its status comes from its own code, else 502."""
    return _failure(told(value))


def quoted_failure(body: bytes) -> Failure:
    """The same, of what may be no JSON."""
    return _failure(told_in(body))


def choice_failure(error: Raw | UnsetType, reason: str | None) -> Failure | None:
    """The failure that a choice tells: it has an `error`, or gives one as what the model stopped for."""
    if isinstance(error, Raw) and bytes(error) not in _NO_ERROR:
        return quoted_failure(bytes(error))
    status = _FAILED.get(reason or "")
    return Failure(status, f"the upstream could not complete its answer: {reason}", reason) if status else None


def _failure(found: Told) -> Failure:
    message = found.message or "the upstream reported an error without a message"
    return Failure(_status(found), message, _code(found), found.param)


def _code(found: Told) -> str | None:
    """A numeric code is a status, which says less than the type."""
    if isinstance(found.code, str) and found.code and not found.code.isdecimal():
        return found.code
    return found.type if found.type not in _GENERIC else None


_GENERIC = frozenset({*_TYPES.values(), "invalid_request_error", "server_error", "api_error", "error"})


def _status(found: Told) -> int:
    for word in (found.code, found.status, found.type):
        if isinstance(word, str):
            if len(word) == 3 and word.isdecimal():
                word = int(word)
            elif word.lower() in _STATUS_OF:
                return _STATUS_OF[word.lower()]
        if isinstance(word, int) and 400 <= word <= 599:
            return word
    return 502
