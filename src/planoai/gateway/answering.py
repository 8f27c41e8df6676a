"""Sends a call to the first candidate of its plan, and gives the answer that came: its status and head, the body still to be read."""

from time import perf_counter
from types import TracebackType
from typing import Self

from planoai.gateway.build import Gateway
from planoai.gateway.call import Call
from planoai.gateway.leg import Leg
from planoai.net.client import Response
from planoai.routing.plan import Plan


class UpstreamAnswer:
    """An upstream's answer. Leaving the `with` gives its connection back, or closes it where the answer was not read to its end.

    `prepared` and `arrived` are seconds of the performance counter: when the request was ready to be sent, when the head of the answer was in.
    """

    def __init__(self, leg: Leg, response: Response, prepared: float) -> None:
        self.leg = leg
        self.response = response
        self.prepared = prepared
        self.arrived = perf_counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.response.__exit__(kind, error, trace)


async def answering(plan: Plan, call: Call, gateway: Gateway) -> UpstreamAnswer:
    """Raises UpstreamError where nothing answered, BadRequest where the request can not be said in the upstream's dialect."""
    leg = gateway.leg(plan.candidates[0].target, call)
    written = leg.write(call)
    if written.lost:
        gateway.tell_lost(written, leg, call)
    headers = leg.headers(call)
    prepared = perf_counter()
    response = await gateway.http.send(leg.origin, "POST", leg.address(call), headers, written.body, leg.timeouts)
    return UpstreamAnswer(leg, response, prepared)
