"""Failures of an upstream that speaks this API: in a body, or in the middle of a stream as an `error` event or a response that failed."""

import msgspec
from msgspec import structs

from planoai.apis.openai_chat.failure import read_failure as read_failure
from planoai.apis.openai_chat.failure import told_failure
from planoai.apis.openai_responses.failure import status_of
from planoai.conversation.failure import Failure

_UNKNOWN = 502  # whose fault it is, the code does not say


def error_of(event: bytes) -> Failure:
    """What an event tells that is known to tell a failure: its words stand in it, in its `error`, or in that of its `response`. Never raises."""
    try:
        told = msgspec.json.decode(event)
    except (ValueError, RecursionError):
        told = None
    response = told.get("response") if isinstance(told, dict) else None
    failure = told_failure(response.get("error") if isinstance(response, dict) else told)
    status = status_of(failure.code)
    return failure if status == _UNKNOWN else structs.replace(failure, status=status)
