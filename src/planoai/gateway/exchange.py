"""The walk of a model call. Down the page once, and never back.

    client bytes -> Call -> Plan -> Leg: the request as the upstream takes it -> net/client -> Answer -> relay -> client bytes

What each step decides it decides in a pure function of the layers below; what waits, waits here, inside the one coroutine of the request, so
that a client that leaves cancels all of it.
"""

from planoai.apis.dialect import ClientSide, Dialect
from planoai.gateway.answering import answering
from planoai.gateway.build import Gateway
from planoai.gateway.call import Call
from planoai.gateway.relay import relay
from planoai.net.reply import Reply
from planoai.net.request import Request


async def exchange(
    request: Request, reply: Reply, request_id: str, dialect: Dialect, client: ClientSide, gateway: Gateway
) -> None:
    """Raises PlanoError for everything that goes wrong before the first byte of the answer; later it becomes the stream's own error event."""
    call = Call(await request.body(), request.headers, request.query, dialect, client, request_id)
    plan = gateway.models.plan(call.head.model)
    with await answering(plan, call, gateway) as answer:
        await relay(answer, call, reply)
