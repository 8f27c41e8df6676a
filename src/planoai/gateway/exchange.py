"""The walk of a model call. Down the page once, and never back.

    Call            the request as it came: a few fields read, the rest as bytes
    Plan            which configured models may answer, in order
    Leg             the way to one of them: address, headers, dialect, and the body as that dialect says it
    UpstreamAnswer  its status and head; the body is still to come
    relay           the answer -> the client

Nothing here starts a task: a client that leaves cancels the coroutine, and with it whatever the walk waits for.
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
