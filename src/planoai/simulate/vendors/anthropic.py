"""Anthropic's headers and errors. Source: https://docs.anthropic.com/en/api/errors and /rate-limits."""

from datetime import UTC, datetime, timedelta

import msgspec

from planoai.simulate.ids import Ids
from planoai.simulate.problem import Problem, Refused, invalid
from planoai.simulate.shape import Misshapen, NotJson, dotted, loads
from planoai.simulate.vendors.reply import Allowance, Reply

Headers = tuple[tuple[str, str], ...]

_KNOWN: dict[int, tuple[str, str]] = {
    400: ("invalid_request_error", "The request was invalid."),
    401: ("authentication_error", "invalid x-api-key"),
    402: ("billing_error", "Your credit balance is too low to access the Anthropic API."),
    403: ("permission_error", "Your API key does not have permission to use the specified resource."),
    404: ("not_found_error", "model: {model}"),
    413: ("request_too_large", "Request exceeds the maximum size"),
    429: (
        "rate_limit_error",
        "This request would exceed your organization's rate limit of {limit} requests per minute.",
    ),
    500: ("api_error", "Internal server error"),
    503: ("overloaded_error", "Overloaded"),
    504: ("timeout_error", "The request timed out while processing. Consider using streaming."),
    529: ("overloaded_error", "Overloaded"),
}

_TYPES = {
    "str": "Input should be a valid string",
    "int": "Input should be a valid integer",
    "float": "Input should be a valid number",
    "bool": "Input should be a valid boolean",
    "array": "Input should be a valid list",
    "object": "Input should be a valid dictionary",
}


def headers(ids: Ids, allowance: Allowance, now: float, *, stream: bool) -> Headers:
    reset = (datetime.fromtimestamp(now, UTC) + timedelta(seconds=allowance.reset)).strftime("%Y-%m-%dT%H:%M:%SZ")
    limits = [
        ("requests", allowance.limit, allowance.remaining),
        ("input-tokens", 2_000_000, 2_000_000),
        ("output-tokens", 400_000, 400_000),
    ]
    limits.append(("tokens", 2_400_000, 2_400_000))
    return (
        ("content-type", "text/event-stream; charset=utf-8" if stream else "application/json"),
        *((("cache-control", "no-cache"),) if stream else ()),
        ("request-id", request_id(ids)),
        ("anthropic-organization-id", "00000000-0000-4000-a000-000000000000"),
        *(
            (f"anthropic-ratelimit-{what}-{name}", str(value))
            for what, limit, remaining in limits
            for name, value in (("limit", limit), ("remaining", remaining), ("reset", reset))
        ),
    )


def request_id(ids: Ids) -> str:
    return f"req_011C{ids.base58(20)}"


def reply(problem: Problem, ids: Ids, allowance: Allowance, model: str, now: float) -> Reply:
    retry = (("retry-after", str(problem.retry_after)),) if problem.retry_after else ()
    again = "true" if problem.status in (408, 409, 429) or problem.status >= 500 else "false"
    sent = dict(headers(ids, allowance, now, stream=False))
    body = {"type": "error", "error": error(problem, allowance, model), "request_id": sent["request-id"]}
    return Reply(problem.status, (*sent.items(), ("x-should-retry", again), *retry), msgspec.json.encode(body))


def error(problem: Problem, allowance: Allowance, model: str) -> dict[str, object]:
    """The object under `error`."""
    kind, message = _KNOWN.get(problem.status) or _KNOWN[500 if problem.status >= 500 else 400]
    return {
        "type": problem.kind or kind,
        "message": problem.message or message.format(model=model, limit=allowance.limit),
    }


def parsed(body: bytes) -> dict[str, object]:
    """The body as an object. Raises Refused."""
    try:
        value = loads(body)
    except NotJson as error:
        raise invalid(f"The request body is not valid JSON: {error}") from None
    if not isinstance(value, dict):
        raise invalid("Input should be a valid dictionary")
    return value


def known_only(body: dict[str, object], parameters: frozenset[str]) -> None:
    """Raises Refused for the first parameter the API does not have."""
    for name in body:
        if name not in parameters:
            raise invalid(f"{name}: Extra inputs are not permitted")


def misshapen(found: Misshapen) -> Refused:
    if found.missing:
        return invalid(f"{dotted(found.path)}: Field required")
    expected = next((each for each in found.expected.split(" | ") if each != "null"), "")
    return invalid(f"{dotted(found.path)}: {_TYPES.get(expected, found.expected)}")
