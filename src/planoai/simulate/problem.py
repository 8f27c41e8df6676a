"""`Problem`: an answer that is an error, before it is written in any API's words."""

from typing import ClassVar

from msgspec import Struct

from planoai.errors import ClientError


class Problem(Struct, frozen=True):
    """Without a `kind` or a `message` the API's own for that status are used. `param` and `code` exist in OpenAI's APIs only."""

    status: int
    message: str = ""
    kind: str | None = None
    param: str | None = None
    code: str | None = None
    retry_after: int | None = None  # seconds


class Refused(ClientError):
    """The simulated provider will not answer: the request is not what its API takes, or it was told to say no."""

    status: ClassVar[int] = 400

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message, param=problem.param)
        self.problem = problem


def invalid(message: str, *, param: str | None = None, code: str | None = None, kind: str | None = None) -> Refused:
    """A 400, to be raised."""
    return Refused(Problem(400, message, kind, param, code))
