"""An error of ours, or one that an upstream told, as the failure that a client is told."""

import logging
from collections.abc import Iterable

from planoai.apis.fields import tells_error
from planoai.apis.framing.sse import SseReader
from planoai.conversation.event import Event, Failed
from planoai.conversation.failure import Failure
from planoai.errors import PlanoError, UpstreamError
from planoai.gateway.call import Call
from planoai.gateway.headers import Pairs
from planoai.gateway.leg import Leg
from planoai.gateway.redaction import Redaction
from planoai.providers.auth import credentials

log = logging.getLogger("planoai.gateway")


class UpstreamFailed(UpstreamError):
    """The upstream answered, and its answer is a failure: the client is told of it as if it were its own API's, with `fields` in the head."""

    def __init__(self, failure: Failure, fields: Pairs | None = None) -> None:
        super().__init__(failure.message, param=failure.param)
        self.failure = failure
        self.fields: Pairs = fields or []


def raise_if_failed(events: Iterable[Event]) -> None:
    """Raises UpstreamFailed for the first failure among `events`."""
    for event in events:
        if isinstance(event, Failed):
            raise UpstreamFailed(event.failure)


def failure_of(error: PlanoError) -> Failure:
    if isinstance(error, UpstreamFailed):
        return error.failure
    return Failure(error.status, error.message, error.code, error.param)


def unwrapped(body: bytes, kind: bytes) -> bytes:
    """What an error says: of one that came as a stream of events, the first data in it. Raises UpstreamUnreadable."""
    if not kind.startswith(b"text/event-stream"):
        return body
    reader = SseReader()
    return next((event.data for event in [*reader.feed(body), *reader.close()] if event.data), body)


def failed_in(body: bytes) -> str | None:
    """The body of an error as it came, where it is one that clients can read: a JSON object with an `error` in it. Proxies have shapes of their own."""
    try:
        return body.decode() if tells_error(body) else None
    except (UpstreamError, UnicodeDecodeError):
        return None


def told(error: UpstreamError, leg: Leg, call: Call) -> Failure:
    """What the client is told of `error`: what concerns it. The operator's log gets all of it but credentials, the client's own included."""
    failure = failure_of(error)
    clients = Redaction(credential for _, credential in credentials(call.headers))
    said = clients.text(leg.without_key(failure.message))
    log.warning("request_id=%s %s: %d %r", call.request_id, leg.target.name, failure.status, said)
    return leg.discreet(failure)
