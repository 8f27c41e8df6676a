"""Asks the first candidate of a plan, again where that may help, and gives an answer as soon as something of it can be told to the client."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import perf_counter

from planoai.errors import Trouble, UpstreamError
from planoai.gateway.answer import Refusal, UpstreamAnswer, tried
from planoai.gateway.build import Gateway
from planoai.gateway.call import Call
from planoai.gateway.failing import UpstreamFailed, told
from planoai.gateway.leg import Leg
from planoai.gateway.losses import tell_lost
from planoai.gateway.patience import Patience
from planoai.gateway.thread import LARGE, beside
from planoai.observability.feed import Recording
from planoai.observability.record import Attempt
from planoai.routing.plan import Plan

log = logging.getLogger("planoai.gateway")

Read = Callable[
    [UpstreamAnswer], Awaitable[None]
]  # sets the `content`; raises UpstreamError where what came is no answer


async def answering(plan: Plan, call: Call, gateway: Gateway, recording: Recording) -> UpstreamAnswer:
    """Raises UpstreamFailed where nothing answered, ClientError where the request can not be said in the upstream's dialect."""
    leg = gateway.leg(plan.candidates[0].target, call.dialect.name, stream=call.head.stream)
    written = leg.write(call) if leg.same or call.size < LARGE else await beside(leg.write, call)
    if written.lost:
        tell_lost(written.lost, leg, call)
    return await asked(leg, call, written.body, gateway, recording)


async def asked(
    leg: Leg, call: Call, body: bytes, gateway: Gateway, recording: Recording, read: Read = UpstreamAnswer.read
) -> UpstreamAnswer:
    """What `leg` answers to `body`, where `read` takes in as much of it as has to be known. Raises UpstreamFailed where nothing answered."""
    if leg.asks_for_nobody(call):
        log.warning(
            "request_id=%s %s is asked without a credential: it wants the client's, who sent none",
            call.request_id,
            leg.target.name,
        )
    patience = Patience(1 + gateway.door.max_retries, leg.timeouts)
    while True:
        try:
            answer = await _try(leg, call, body, gateway, patience, recording, read)
        except UpstreamError as error:
            wait = patience.after_error(error)
            failure = told(error, leg, call)
            if wait is None:
                raise UpstreamFailed(failure, tried(leg, patience.tries)) from None
        else:
            if not isinstance(answer.content, Refusal):
                return answer
            wait = patience.after_refusal(answer.response)
            if wait is None:
                return answer
            answer.close()
            log.warning("request_id=%s %s answered with %d", call.request_id, leg.target.name, answer.response.status)
        log.warning("request_id=%s %s is asked again in %.1f s", call.request_id, leg.target.name, wait)
        await asyncio.sleep(wait)


async def _try(
    leg: Leg, call: Call, body: bytes, gateway: Gateway, patience: Patience, recording: Recording, read: Read
) -> UpstreamAnswer:
    """One request, and of its answer what has to be known before the client is told anything. Raises UpstreamError."""
    address = leg.address(call)
    headers = leg.headers(call)
    headers += recording.trying(call.headers)
    if leg.seal is not None:
        headers = (
            leg.signed(headers, address, body)
            if len(body) < LARGE
            else await beside(leg.signed, headers, address, body)
        )
    prepared = perf_counter()
    timeouts = patience.begin(prepared)
    trouble: Trouble = ""
    answer: UpstreamAnswer | None = None
    try:
        response = await gateway.http.send(leg.origin, "POST", address, headers, body, timeouts)
        answer = UpstreamAnswer(leg, call, response, prepared, patience)
        try:
            await read(answer)
        except BaseException:
            answer.close()
            raise
    except UpstreamError as error:
        trouble = error.trouble
        raise
    else:
        return answer
    finally:
        status, answered = (answer.response.status, answer.arrived) if answer else (0, perf_counter())
        began = recording.began
        recording.tried(
            Attempt(
                leg.target.name,
                leg.target.provider.name,
                leg.target.model,
                leg.place,
                leg.dialect.name,
                status,
                trouble,
                prepared - began,
                answered - began,
                perf_counter() - began,
                leg.target.full_name,
                leg.path.partition("?")[0],
            )
        )
