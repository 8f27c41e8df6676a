"""Sends a call to the first candidate of its plan, and gives the answer that came: its status and head, the body still to be read."""

import logging
from time import perf_counter
from types import TracebackType
from typing import Self

from msgspec import structs

from planoai.conversation.failure import Failure
from planoai.errors import UpstreamError
from planoai.gateway.build import Gateway
from planoai.gateway.call import Call
from planoai.gateway.failing import UpstreamFailed, failure_of
from planoai.gateway.leg import Leg
from planoai.net.client import Response
from planoai.routing.plan import Plan

log = logging.getLogger("planoai.gateway")


class UpstreamAnswer:
    """An upstream's answer. Leaving the `with` gives its connection back, or closes it where the answer was not read to its end.

    An UpstreamError that leaves it is told as the client may hear it. `prepared` and `arrived` are seconds of the performance counter: when the
    request was ready to be sent, when the head of the answer was in.
    """

    def __init__(self, leg: Leg, call: Call, response: Response, prepared: float) -> None:
        self.leg = leg
        self.response = response
        self.prepared = prepared
        self.arrived = perf_counter()
        self._call = call

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.response.__exit__(kind, error, trace)
        if isinstance(error, UpstreamError):
            raise UpstreamFailed(self.told(error)) from None

    def told(self, error: UpstreamError) -> Failure:
        """What the client is told of `error`."""
        return _tell(error, self.leg, self._call)


async def answering(plan: Plan, call: Call, gateway: Gateway) -> UpstreamAnswer:
    """Raises UpstreamFailed where nothing answered, BadRequest where the request can not be said in the upstream's dialect."""
    leg = gateway.leg(plan.candidates[0].target, call)
    written = leg.write(call)
    if written.lost:
        gateway.tell_lost(written, leg, call)
    headers = leg.headers(call)
    prepared = perf_counter()
    try:
        response = await gateway.http.send(leg.origin, "POST", leg.address(call), headers, written.body, leg.timeouts)
    except UpstreamError as error:
        raise UpstreamFailed(_tell(error, leg, call)) from None
    return UpstreamAnswer(leg, call, response, prepared)


def _tell(error: UpstreamError, leg: Leg, call: Call) -> Failure:
    """The operator's log gets all of it, the client what concerns it."""
    failure = failure_of(error)
    discreet = structs.replace(failure, message=leg.discreet(failure.message))
    log.warning("%s: %s: %d %r", call.request_id, leg.target.name, failure.status, leg.without_key(failure.message))
    return discreet
