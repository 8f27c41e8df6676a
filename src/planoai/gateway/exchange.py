"""The walk of a model call. Down the page once, and never back.

    Visit           the client's request, the reply to it, and the record of both
    Call            what the request asks: a few fields read, the rest as bytes
    Plan            which configured models may answer, in order
    Leg             the way to one of them: address, headers, dialect, and the body as that dialect says it
    UpstreamAnswer  of a try that went well: its head, and as much of its body as has to be known before the client is told anything
    relay           the answer -> the client

Nothing here starts a task: a client that leaves cancels the coroutine, and with it whatever the walk waits for.
"""

from planoai.apis.dialect import ClientSide, Dialect
from planoai.gateway.answering import answering
from planoai.gateway.build import Gateway
from planoai.gateway.call import Call
from planoai.gateway.relay import relay
from planoai.gateway.visit import Visit


async def exchange(visit: Visit, dialect: Dialect, client: ClientSide, gateway: Gateway) -> None:
    """Raises PlanoError for everything that goes wrong before the first byte of the answer; later it becomes the stream's own error event."""
    call = Call(await visit.request.body(), visit.headers, visit.request.query, dialect, client, visit.id)
    visit.recording.asks(dialect.name, call.head.model, call.body, stream=call.head.stream, received=call.received)
    plan = gateway.models.plan(call.head.model)
    with await answering(plan, call, gateway, visit.recording) as answer:
        visit.request.forget()
        call.forget()
        await relay(answer, call, visit)
