"""Errors as Bedrock tells them: a message in the body, and the kind of exception in a header, or in those of a frame."""

import msgspec
from msgspec import Struct

from planoai.apis.telling import MOST_TEXT, told_in
from planoai.conversation.failure import Failure

Kind = tuple[int, str | None]  # the status that a client is told, and the code

# As the service model names them, without regard to the case of the first letter: frames write it small. A model that fails is nobody's mistake
# on the client's side, whatever status Bedrock has for it.
_KINDS: dict[str, Kind] = {
    "validationexception": (400, None),
    "serializationexception": (400, None),
    "unrecognizedclientexception": (401, "invalid_api_key"),
    "invalidsignatureexception": (401, "invalid_api_key"),
    "incompletesignatureexception": (401, "invalid_api_key"),
    "missingauthenticationtokenexception": (401, "invalid_api_key"),
    "expiredtokenexception": (401, "invalid_api_key"),
    "accessdeniedexception": (403, None),
    "resourcenotfoundexception": (404, "model_not_found"),
    "throttlingexception": (429, "rate_limit_exceeded"),
    "servicequotaexceededexception": (429, "rate_limit_exceeded"),
    "internalserverexception": (500, None),
    "modelerrorexception": (502, None),
    "modelstreamerrorexception": (502, None),
    "modelnotreadyexception": (503, None),
    "serviceunavailableexception": (503, None),
    "modeltimeoutexception": (504, None),
}
_BY_STATUS = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}
_CONTEXT_FULL = (  # words of a message that says so; Bedrock's own and those of the models behind it
    "too long",
    "too many tokens",
    "too many input tokens",
    "maximum context length",
    "exceed context limit",
    "context window",
)
_UNKNOWN_MODEL = "model identifier is invalid"


class _Body(Struct, frozen=True, rename={"kind": "__type", "original": "originalMessage"}):
    kind: str = ""
    original: str = ""


_BODY = msgspec.json.Decoder(_Body)


def read_failure(status: int, body: bytes, kind: str = "") -> Failure:
    """An answer with an error status. `kind` is what `x-amzn-errortype` says: `ThrottlingException:http://internal.amazon.com/...`."""
    known = _KINDS.get(_plain(kind or _beside(body).kind))
    if known is None:
        known = (status, _BY_STATUS.get(status))
    return _failure(known, told_in(body).message or "the upstream gave no reason")


def read_exception(kind: str, payload: bytes) -> Failure:
    """A frame that says that no answer follows, or nothing more of one."""
    message = told_in(payload).message
    original = _beside(payload).original[:MOST_TEXT]
    if original and original not in message:
        message = f"{message} ({original})" if message else original
    known = _KINDS.get(_plain(kind), (502, None))
    return _failure(known, message or f"the upstream reported {kind or 'an error'} without saying more")


def _plain(kind: str) -> str:
    """The name alone, without the address after it or the namespace before it."""
    return kind.partition(":")[0].rpartition("#")[2].strip().lower()


def _beside(body: bytes) -> _Body:
    try:
        return _BODY.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Body()


def _failure(kind: Kind, message: str) -> Failure:
    status, code = kind
    words = message.lower()
    if status == 400 and any(each in words for each in _CONTEXT_FULL):
        code = "context_length_exceeded"
    elif status == 400 and _UNKNOWN_MODEL in words:
        code = "model_not_found"
    return Failure(status, message, code)
