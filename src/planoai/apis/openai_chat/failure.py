"""Failures as Chat tells them: a JSON body before an answer, an object with `error` inside a stream or even in a 200."""

from typing import Any

import msgspec

from planoai.apis.openai_chat.wire import FailureWire
from planoai.conversation.failure import Failure

_MOST_TEXT = 2000  # characters of an upstream's own words that are no JSON of ours

_TYPES = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}
_CODES = {401: "invalid_api_key", 429: "rate_limit_exceeded"}

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


def read_failure(status: int, body: bytes) -> Failure:
    """An upstream's answer with `status` >= 400. Never raises: a body nobody can read is quoted."""
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = body[:_MOST_TEXT].decode("utf-8", "replace").strip()
        return Failure(status, text or f"the upstream answered with status {status} and no explanation")
    wire, message = _explanation(told)
    return Failure(status, message or body[:_MOST_TEXT].decode("utf-8", "replace"), _code(wire), wire.param or None)


def told_failure(told: object) -> Failure:
    """A failure told where an answer was due: its status comes from its own code, else 502."""
    wire, message = _explanation(told)
    return Failure(
        _status(wire), message or "the upstream reported an error without a message", _code(wire), wire.param or None
    )


def _explanation(told: Any) -> tuple[FailureWire, str]:  # noqa: ANN401 (this is the edge: any JSON may come)
    """What is known of the failure, and its message: `told` may be OpenAI's object, Google's list of one, a proxy's `detail` or text."""
    if isinstance(told, list) and told:
        told = told[0]
    if isinstance(told, str):
        return FailureWire(), told[:_MOST_TEXT]
    if not isinstance(told, dict):
        return FailureWire(), ""
    inner = told.get("error")
    if isinstance(inner, dict | list) and inner:
        return _explanation(inner)
    message = next(
        (text for key in ("message", "Message", "detail", "error", "msg") if (text := _text(told.get(key)))), ""
    )
    names: dict[str, Any] = {
        key: value for key in ("type", "param", "status") if isinstance(value := told.get(key), str)
    }
    code = told.get("code")
    return FailureWire(code=code if isinstance(code, str | int) else None, **names), message


def _text(value: object) -> str:
    """FastAPI's `detail` is a list of objects, each with a `msg` and the place it is about."""
    if isinstance(value, list):
        return "; ".join(text for each in value if (text := _text(each)))
    if isinstance(value, dict):
        place = value.get("loc")
        where = ".".join(str(step) for step in place) + ": " if isinstance(place, list) and place else ""
        text = _text(value.get("msg") or value.get("message"))
        return where + text if text else ""
    return value[:_MOST_TEXT] if isinstance(value, str) else ""


def _code(wire: FailureWire) -> str | None:
    """A numeric code is a status, which says less than the type."""
    if isinstance(wire.code, str) and wire.code and not wire.code.isdigit():
        return wire.code
    return wire.type if wire.type and wire.type not in _GENERIC else None


_GENERIC = frozenset({*_TYPES.values(), "invalid_request_error", "server_error", "api_error", "error"})


def _status(wire: FailureWire) -> int:
    for told in (wire.code, wire.status, wire.type):
        if isinstance(told, str):
            if told.isdigit():
                told = int(told)
            elif told.lower() in _STATUS_OF:
                return _STATUS_OF[told.lower()]
        if isinstance(told, int) and 400 <= told <= 599:
            return told
    return 502
