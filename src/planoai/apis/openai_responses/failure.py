"""Failures as the Responses API tells them: before an answer in the body that all of OpenAI's APIs have, in a stream as `response.failed`."""

from planoai.apis.openai_chat.failure import write_failure as write_failure
from planoai.conversation.failure import Failure

_CODES = {
    401: "invalid_api_key",
    402: "insufficient_quota",
    403: "permission_denied",
    404: "model_not_found",
    429: "rate_limit_exceeded",
}
_STATUSES = {
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "usage_limit_reached": 429,
    "usage_not_included": 429,
    "context_length_exceeded": 400,
    "invalid_prompt": 400,
    "bio_policy": 400,
    "cyber_policy": 400,
    "misalignment_policy_violation": 400,
    "data_residency_mismatch": 400,
    "unsupported_image_media_type": 400,
    "empty_image_file": 400,
    "failed_to_download_image": 400,
    "previous_response_not_found": 404,
    "model_not_found": 404,
    "invalid_api_key": 401,
    "permission_denied": 403,
    "server_is_overloaded": 503,
    "slow_down": 503,
    "vector_store_timeout": 504,
    "server_error": 500,
}
_OF_THE_REQUEST = ("invalid_", "image_")  # how further codes begin that blame what was asked


def code_of(failure: Failure) -> str:
    """What `error.code` says of a failure. Clients decide by it whether to ask again, so there always is one."""
    return failure.code or _CODES.get(failure.status, "server_error" if failure.status >= 500 else "invalid_prompt")


def status_of(code: str | None) -> int:
    """The HTTP status that a failure would have had before the first byte; of one nobody here knows, that the upstream failed."""
    if code is None:
        return 502
    return _STATUSES.get(code, 400 if code.startswith(_OF_THE_REQUEST) else 502)


def error_object(failure: Failure) -> dict[str, object]:
    """The `error` of a response that failed."""
    return {"code": code_of(failure), "message": failure.message}
