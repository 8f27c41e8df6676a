"""Bedrock's headers and errors. Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html."""

import msgspec

from planoai.simulate.ids import Ids
from planoai.simulate.problem import Problem, Refused, invalid
from planoai.simulate.shape import Misshapen, NotJson, Path, loads
from planoai.simulate.vendors.reply import Reply

Headers = tuple[tuple[str, str], ...]

_KNOWN: dict[int, tuple[str, str]] = {
    400: ("ValidationException", "The request was invalid."),
    401: ("UnrecognizedClientException", "The security token included in the request is invalid."),
    403: ("AccessDeniedException", "You don't have access to the model with the specified model ID."),
    404: ("ResourceNotFoundException", "Could not resolve the foundation model from the provided model identifier."),
    408: ("ModelTimeoutException", "Model has timed out in processing the request. Try your request again."),
    424: (
        "ModelErrorException",
        "The system encountered an unexpected error during processing. Try your request again.",
    ),
    429: ("ThrottlingException", "Too many requests, please wait before trying again."),
    500: (
        "InternalServerException",
        "The system encountered an unexpected error during processing. Try your request again.",
    ),
    503: ("ServiceUnavailableException", "Bedrock is unable to process your request."),
}
# The exceptions a stream can carry; any other error breaks the stream as a failure of the model.
_IN_A_STREAM = {
    400: "validationException",
    429: "throttlingException",
    500: "internalServerException",
    503: "serviceUnavailableException",
}

_TYPES = {
    "str": "String",
    "int": "Integer",
    "float": "Float",
    "bool": "Boolean",
    "array": "List",
    "object": "Structure",
}
_VALUES = {
    "str": "STRING_VALUE",
    "int": "NUMBER_VALUE",
    "float": "NUMBER_VALUE",
    "bool": "TRUE_VALUE",
    "null": "NULL_VALUE",
}


def headers(ids: Ids, *, stream: bool) -> Headers:
    content_type = "application/vnd.amazon.eventstream" if stream else "application/json"
    return (("content-type", content_type), ("x-amzn-requestid", ids.uuid()))


def reply(problem: Problem, ids: Ids) -> Reply:
    kind, message = _KNOWN.get(problem.status) or _KNOWN[500 if problem.status >= 500 else 400]
    kind = problem.kind or kind
    sent = (
        *headers(ids, stream=False),
        ("x-amzn-errortype", f"{kind}:http://internal.amazon.com/coral/com.amazon.bedrock/"),
    )
    return Reply(problem.status, sent, msgspec.json.encode({"message": problem.message or message}))


def exception(problem: Problem) -> tuple[str, dict[str, object]]:
    """The exception that ends a stream: its type and payload."""
    _, message = _KNOWN.get(problem.status) or _KNOWN[500]
    kind = _IN_A_STREAM.get(problem.status, "modelStreamErrorException")
    payload: dict[str, object] = {"message": problem.message or message}
    if kind == "modelStreamErrorException":
        payload |= {"originalMessage": payload["message"], "originalStatusCode": problem.status}
    return kind, payload


def parsed(body: bytes) -> dict[str, object]:
    """The body as an object. Raises Refused."""
    try:
        value = loads(body)
    except NotJson:
        raise invalid("Could not parse request body into json", kind="SerializationException") from None
    if not isinstance(value, dict):
        raise invalid("Unexpected value at the start of the request body", kind="SerializationException")
    return value


def misshapen(found: Misshapen) -> Refused:
    if found.missing:
        return failed(f"Value at '{member(found.path)}' failed to satisfy constraint: Member must not be null")
    expected = next((each for each in found.expected.split(" | ") if each != "null"), "")
    got = _VALUES.get(found.got, f"Start of {found.got}")
    return invalid(f"{got} can not be converted to a {_TYPES.get(expected, expected)}", kind="SerializationException")


def failed(what: str) -> Refused:
    """A constraint of the service's model that was not met."""
    return invalid(f"1 validation error detected: {what}")


def member(path: Path) -> str:
    """`messages.1.member.role`: how the service writes the path of a value, counting from 1."""
    return ".".join(f"{step + 1}.member" if isinstance(step, int) else step for step in path)
