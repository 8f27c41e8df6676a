"""An error of ours, or one that an upstream told, as the failure that a client is told."""

from collections.abc import Iterable

from planoai.conversation.event import Event, Failed
from planoai.conversation.failure import Failure
from planoai.errors import PlanoError, UpstreamError


class UpstreamFailed(UpstreamError):
    """The upstream answered, and its answer is a failure: the client is told of it as if it were its own API's."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message, param=failure.param)
        self.failure = failure


def raise_if_failed(events: Iterable[Event]) -> None:
    """Raises UpstreamFailed for the first failure among `events`."""
    for event in events:
        if isinstance(event, Failed):
            raise UpstreamFailed(event.failure)


def failure_of(error: PlanoError) -> Failure:
    if isinstance(error, UpstreamFailed):
        return error.failure
    return Failure(error.status, error.message, error.code, error.param)
