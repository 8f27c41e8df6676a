"""Everything that can go wrong, in one tree, split by whose fault it is.

PlanoError             500   something of ours went wrong
  ConfigError                the operator's mistake; the program does not start
  NotInTable                 a name that no table of ours has
  BadOption                  an option of the analyzer of conversations that is not known or out of its range
  ClientError          400   the caller's mistake; nothing was sent upstream
    BadRequest         400   the body or the head is not what the API takes
      Unsupported      400   what was asked for can not be said in the API of the model that was chosen
    Unauthorized       401   a credential is missing or wrong
    NotFound           404   no such path
      UnknownModel     404   no provider serves the model asked for
      UnknownResponse  404   the stored answer to go on from is not here
    WrongMethod        405   the path is there, for another method
    RequestTimeout     408   the head or the body came too slowly
    TooLarge           413   the body is over the limit
    UnsupportedMedia   415   the body has a content coding that is not known here
      NotJson          415   the body is no JSON, and only JSON goes where it was sent
    HeadTooLarge       431   the head is over the limit
  Misconfigured        500   the config lets us start and still cannot serve this request
  UpstreamError        502   a model, an agent or a filter let us down
    UpstreamUnreachable 502  no connection to it
    UpstreamClosed     502   it went away before its answer was complete
    UpstreamUnreadable 502   it answered, but not in its dialect
    UpstreamTimeout    504   it did not answer in time
      ConnectTimeout   504   it took no connection in time: it can not have seen the request
"""

from collections.abc import Sequence
from typing import ClassVar, Literal

Trouble = Literal[
    "",  # none: the upstream answered, if only with an error status
    "connect",  # no connection, or none within its time
    "timeout",  # nothing, or nothing more, within its time
    "closed",  # it went away before its answer was complete
    "unreadable",  # it answered with what is no answer
    "failed",  # it answered with status 200 and an error
]


class PlanoError(Exception):
    """`status` is the HTTP status a client sees, `code` the machine-readable reason, `param` the JSON path of the field at fault."""

    status: ClassVar[int] = 500
    code: ClassVar[str | None] = None

    def __init__(self, message: str, *, param: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param


class ConfigError(PlanoError):
    """The operator's mistake. `problems` holds every one that was found, each a sentence that begins with its place.

    `notes`: the same as values of `planoai.config.places`, where they are of a file. `missing`: names of variables that are not set and have to be.
    """

    def __init__(self, problems: list[str], missing: Sequence[str] = (), notes: Sequence[object] = ()) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
        self.missing = tuple(missing)
        self.notes = tuple(notes)


class NotInTable(PlanoError):
    """A name that no table has; see `planoai.table.pick`."""


class BadOption(PlanoError):
    """An option of the analyzer of conversations; see `planoai.signals.options.checked`."""


class ClientError(PlanoError):
    status = 400


class BadRequest(ClientError):
    code = "invalid_request"


class Unsupported(BadRequest):
    code = "unsupported_parameter"


class Unauthorized(ClientError):
    status = 401
    code = "invalid_api_key"


class NotFound(ClientError):
    status = 404
    code = "not_found"


class UnknownModel(NotFound):
    code = "model_not_found"


class UnknownResponse(NotFound):
    code = "previous_response_not_found"


class WrongMethod(ClientError):
    status = 405
    code = "method_not_allowed"


class RequestTimeout(ClientError):
    status = 408
    code = "request_timeout"


class TooLarge(ClientError):
    status = 413
    code = "request_too_large"


class UnsupportedMedia(ClientError):
    status = 415
    code = "unsupported_content_encoding"


class NotJson(UnsupportedMedia):
    code = "unsupported_media_type"


class HeadTooLarge(ClientError):
    status = 431
    code = "headers_too_large"


class Misconfigured(PlanoError):
    code = "configuration_error"


class UpstreamError(PlanoError):
    """`trouble` says in one word what went wrong: what is recorded of a try, and what tells whether another one makes sense."""

    status = 502
    code = "upstream_error"
    trouble: ClassVar[Trouble] = "failed"


class UpstreamUnreachable(UpstreamError):
    code = "upstream_unreachable"
    trouble = "connect"


class UpstreamClosed(UpstreamError):
    code = "upstream_closed"
    trouble = "closed"


class UpstreamUnreadable(UpstreamError):
    code = "upstream_unreadable"
    trouble = "unreadable"


class UpstreamTimeout(UpstreamError):
    status = 504
    code = "upstream_timeout"
    trouble: ClassVar[Trouble] = "timeout"


class ConnectTimeout(UpstreamTimeout):
    trouble = "connect"
