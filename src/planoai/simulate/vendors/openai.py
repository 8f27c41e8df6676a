"""OpenAI's headers and errors, for Chat and Responses alike; Azure differs in a few headers.

Source: https://platform.openai.com/docs/guides/error-codes and the bodies the API really sends.
"""

import msgspec

from planoai.simulate.ids import Ids
from planoai.simulate.problem import Problem, Refused, invalid
from planoai.simulate.shape import Misshapen, NotJson, bracketed, loads
from planoai.simulate.vendors.reply import Allowance, Reply

Headers = tuple[tuple[str, str], ...]

_RATE = (
    "Rate limit reached for {model} in organization org-simulated on requests per min (RPM): Limit {limit}, "
    "Used {limit}, Requested 1. Please try again in {retry}s. Visit https://platform.openai.com/account/rate-limits "
    "to learn more."
)
# status -> type, code, message; `{model}` stands for the model asked for.
_KNOWN: dict[int, tuple[str, str | None, str]] = {
    400: ("invalid_request_error", None, "The request was invalid."),
    401: (
        "invalid_request_error",
        "invalid_api_key",
        "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.",
    ),
    402: (
        "insufficient_quota",
        "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details.",
    ),
    403: (
        "invalid_request_error",
        "model_not_found",
        "Project `proj_simulated` does not have access to model `{model}`",
    ),
    404: (
        "invalid_request_error",
        "model_not_found",
        "The model `{model}` does not exist or you do not have access to it.",
    ),
    413: ("invalid_request_error", None, "The request body is too large."),
    429: (
        "requests",
        "rate_limit_exceeded",
        _RATE,
    ),
    500: ("server_error", None, "The server had an error while processing your request. Sorry about that!"),
    503: ("server_error", None, "That model is currently overloaded with other requests. You can retry your request."),
}
# A gateway in front of the API answers these, and it does not speak JSON.
_PAGES = {502: "Bad Gateway", 504: "Gateway Time-out"}

_TYPES = {
    "str": "a string",
    "int": "an integer",
    "float": "a decimal",
    "bool": "a boolean",
    "null": "null",
    "array": "an array",
    "object": "an object",
}


def headers(ids: Ids, allowance: Allowance, model: str, *, stream: bool, azure: bool = False) -> Headers:
    return (
        ("content-type", "text/event-stream; charset=utf-8" if stream else "application/json"),
        ("x-request-id", ids.uuid() if azure else f"req_{ids.hex(32)}"),
        *_limits(allowance),
        *(_azure(ids, model) if azure else _own()),
    )


def reply(problem: Problem, ids: Ids, allowance: Allowance, model: str) -> Reply:
    """The error body, or the page of the gateway in front where that is what would come."""
    retry = (
        (("retry-after", str(problem.retry_after)), ("retry-after-ms", str(problem.retry_after * 1000)))
        if problem.retry_after
        else ()
    )
    sent = (*headers(ids, allowance, model, stream=False), *retry)
    if problem.status in _PAGES and not problem.message:
        page = (("content-type", "text/html"), *sent[1:])
        return Reply(problem.status, page, _page(problem.status))
    return Reply(problem.status, sent, pretty({"error": error(problem, allowance, model)}))


def error(problem: Problem, allowance: Allowance, model: str) -> dict[str, object]:
    """The object under `error`."""
    kind, code, message = _KNOWN.get(problem.status) or _KNOWN[500 if problem.status >= 500 else 400]
    if not problem.message:
        message = message.format(model=model, limit=allowance.limit, retry=problem.retry_after or 1)
    return {
        "message": problem.message or message,
        "type": problem.kind or kind,
        "param": problem.param,
        "code": problem.code if problem.message else code,
    }


def pretty(value: object) -> bytes:
    """As OpenAI prints a plain answer: two spaces a level and a line feed at the end."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def parsed(body: bytes) -> dict[str, object]:
    """The body as an object. Raises Refused."""
    try:
        value = loads(body)
    except NotJson:
        raise invalid(
            "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. "
            "The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring out how to fix "
            "this, please contact us through our help center at help.openai.com.)"
        ) from None
    if not isinstance(value, dict):
        raise invalid("Invalid type for the request body: expected an object.", code="invalid_type")
    return value


def known_only(body: dict[str, object], parameters: frozenset[str]) -> None:
    """Raises Refused for the first parameter the API does not have."""
    for name in body:
        if name not in parameters:
            raise invalid(f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")


def misshapen(found: Misshapen) -> Refused:
    place = bracketed(found.path)
    if found.missing:
        return invalid(f"Missing required parameter: '{place}'.", param=place, code="missing_required_parameter")
    expected = " or ".join(_TYPES.get(each, each) for each in found.expected.split(" | ") if each != "null")
    if " or " in expected:
        expected = f"one of {expected}"
    got = _TYPES.get(found.got, found.got)
    return invalid(
        f"Invalid type for '{place}': expected {expected}, but got {got} instead.", param=place, code="invalid_type"
    )


def empty_array(place: str) -> Refused:
    message = (
        f"Invalid '{place}': empty array. Expected an array with minimum length 1, but got an empty array instead."
    )
    return invalid(message, param=place, code="empty_array")


def bad_value(place: str, value: str, supported: tuple[str, ...]) -> Refused:
    names = [f"'{each}'" for each in supported]
    allowed = f"{', '.join(names[:-1])}, and {names[-1]}" if len(names) > 2 else " and ".join(names)
    return invalid(f"Invalid value: '{value}'. Supported values are: {allowed}.", param=place, code="invalid_value")


def too_long(place: str, value: str, most: int) -> Refused:
    message = f"Invalid '{place}': string too long. Expected a string with maximum length {most}, but got a string with length {len(value)} instead."
    return invalid(message, param=place, code="string_above_max_length")


def check_name(place: str, name: str) -> None:
    """Tools may be called what OpenAI's pattern allows. Raises Refused."""
    if len(name) > 64:
        raise too_long(place, name, 64)
    if not name or not all(each.isascii() and (each.isalnum() or each in "_-") for each in name):
        pattern = "Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'."
        raise invalid(f"Invalid '{place}': string does not match pattern. {pattern}", param=place, code="invalid_value")


def check_range(place: str, value: float | None, least: float, most: float) -> None:
    """Raises Refused."""
    if value is not None and value > most:
        message = (
            f"Invalid '{place}': decimal above maximum value. Expected a value <= {most:g}, but got {value:g} instead."
        )
        raise invalid(message, param=place, code="decimal_above_max_value")
    if value is not None and value < least:
        message = (
            f"Invalid '{place}': decimal below minimum value. Expected a value >= {least:g}, but got {value:g} instead."
        )
        raise invalid(message, param=place, code="decimal_below_min_value")


def check_least(place: str, value: int | None, least: int) -> None:
    """Raises Refused."""
    if value is not None and value < least:
        message = (
            f"Invalid '{place}': integer below minimum value. Expected a value >= {least}, but got {value} instead."
        )
        raise invalid(message, param=place, code="integer_below_min_value")


def _limits(allowance: Allowance) -> Headers:
    return (
        ("x-ratelimit-limit-requests", str(allowance.limit)),
        ("x-ratelimit-limit-tokens", "30000000"),
        ("x-ratelimit-remaining-requests", str(allowance.remaining)),
        ("x-ratelimit-remaining-tokens", "29999992"),
        ("x-ratelimit-reset-requests", _duration(allowance.reset)),
        ("x-ratelimit-reset-tokens", "0s"),
    )


def _own() -> Headers:
    return (
        ("openai-organization", "simulated"),
        ("openai-project", "proj_simulated"),
        ("openai-processing-ms", "42"),
        ("openai-version", "2020-10-01"),
    )


def _azure(ids: Ids, model: str) -> Headers:
    return (
        ("apim-request-id", ids.uuid()),
        ("azureml-model-session", "simulated"),
        ("x-ms-region", "East US"),
        ("x-ms-deployment-name", model),
    )


def _duration(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms" if seconds < 1 else f"{seconds:.3g}s"


def _page(status: int) -> bytes:
    title = f"{status} {_PAGES[status]}"
    lines = ["<html>", f"<head><title>{title}</title></head>", "<body>", f"<center><h1>{title}</h1></center>"]
    return "\r\n".join([*lines, "<hr><center>cloudflare</center>", "</body>", "</html>", ""]).encode()
