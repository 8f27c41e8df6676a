"""What keeps a request in its own API: refused in one place, before anything of it is written in the words of another."""

from planoai.conversation.request import Request
from planoai.errors import UnknownResponse, Unsupported


def check_crossing(request: Request, dialect: str) -> None:
    """Raises UnknownResponse or Unsupported for what `dialect` can not honour and must not leave out."""
    if request.dialect == dialect:
        return
    if request.previous is not None:
        raise UnknownResponse(
            f"previous_response_id: {request.previous!r} is not known here", param="previous_response_id"
        )
    for path, why in request.bound.items():
        raise Unsupported(f"{path}: {why}", param=path)
