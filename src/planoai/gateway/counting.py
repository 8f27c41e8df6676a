"""`POST /v1/messages/count_tokens`: asked of the upstream where it can tell, estimated where nobody can.

A coding agent asks this a dozen times before its first question, and none of it is a conversation: its content is not recorded.
"""

import logging
from dataclasses import replace

import msgspec
from msgspec import Raw, Struct, structs
from msgspec.json import encode

from planoai.apis import DIALECTS
from planoai.apis.dialect import ClientSide, Dialect, Fields, Head
from planoai.apis.tokens import estimated
from planoai.config.entry import base_of
from planoai.errors import Unsupported, UpstreamUnreadable
from planoai.gateway.answer import Folded, Refusal, UpstreamAnswer
from planoai.gateway.answering import asked
from planoai.gateway.build import Gateway
from planoai.gateway.call import Call
from planoai.gateway.headers import JSON, Pairs
from planoai.gateway.leg import Leg
from planoai.gateway.relay import headers_for, relay
from planoai.gateway.thread import LARGE, beside
from planoai.gateway.visit import Visit
from planoai.names import MODEL, REQUEST_ID
from planoai.providers import paths
from planoai.providers.provider import upstream_dialect
from planoai.routing.target import Target

log = logging.getLogger("planoai.gateway")

PATH = "/v1/messages/count_tokens"

_LIMIT = "max_tokens"  # of an answer: a model call demands it, and here nothing is answered
_ANY = Raw(b"1")
_NOT_THERE = frozenset({404, 405, 501})  # of servers that have the API, but not this part of it


class _Count(Struct, frozen=True):
    input_tokens: int


_COUNT = msgspec.json.Decoder(_Count)


class Counter:
    """Counts for clients that speak `dialect`, whose client side is `client`."""

    def __init__(self, dialect: Dialect, client: ClientSide) -> None:
        def inspect(fields: Fields) -> Head:
            return client.inspect({_LIMIT: _ANY, **fields})

        self._dialect = dialect
        self._client = replace(client, inspect=inspect)

    async def count(self, visit: Visit, gateway: Gateway) -> None:
        """Raises PlanoError where the request is none, and where the upstream that was asked let us down."""
        request = visit.request
        call = Call(await request.body(), visit.headers, request.query, self._dialect, self._client, visit.id)
        visit.recording.asks("", call.head.model, b"", stream=False, received=call.received)
        target = gateway.models.plan(call.head.model).candidates[0].target
        leg = _way_to_count(target, self._dialect.name, gateway)
        if leg is not None:
            body = _written(leg, call) if call.size < LARGE else await beside(_written, leg, call)
            if body is not None and await _forwarded(leg, call, body, visit, gateway):
                return
        tokens = estimated(call.fields) if call.size < LARGE else await beside(estimated, call.fields)
        headers: Pairs = [JSON, (MODEL, target.name.encode())]
        if call.client.id_header != REQUEST_ID:
            headers.append((call.client.id_header, visit.id.encode()))
        visit.reply.send(200, headers, encode(_Count(tokens)))


def _way_to_count(target: Target, client: str, gateway: Gateway) -> Leg | None:
    """To where `target` counts tokens, by preference in the API that model calls of this client go to; None where it does not."""
    provider, entry = target.provider, target.entry
    usual = upstream_dialect(provider, client, entry.upstream_api)
    others = () if entry.upstream_api else provider.speaks
    for spoken in dict.fromkeys((usual, *others)):
        dialect = DIALECTS.get(spoken)
        if dialect is None or (spoken != client and dialect.upstream.counting is None):
            continue
        leg = gateway.leg(target, spoken, stream=False)
        if not leg.accepts.counts:
            return None
        prefix = base_of(entry, target.model).prefix
        path = paths.counting(provider, spoken, model=target.model, prefix=prefix, api_version=entry.api_version)
        return structs.replace(leg, path=path, same=spoken == client)
    return None


def _written(leg: Leg, call: Call) -> bytes | None:
    """What is asked; None where this request can not be said in the upstream's API, which is for its model call to tell."""
    upstream = leg.dialect.upstream
    if leg.same:
        return encode(upstream.adapt({**call.fields, "model": leg.model}, call.head, leg.accepts).fields)
    if upstream.counting is None:
        return None
    asks = structs.replace(call.client.read_request({_LIMIT: _ANY, **call.fields}), model=leg.target.model)
    try:
        return upstream.counting.write(asks, leg.accepts).body
    except Unsupported:
        return None


async def _forwarded(leg: Leg, call: Call, body: bytes, visit: Visit, gateway: Gateway) -> bool:
    """Whether the client has its answer: the upstream's number, or why there is none."""
    with await asked(leg, call, body, gateway, visit.recording, _read) as answer:
        content = answer.content
        if isinstance(content, Folded):
            visit.reply.send(200, headers_for(answer, call, [JSON]), content.whole)
        elif isinstance(content, Refusal) and answer.response.status in _NOT_THERE:
            log.debug("request_id=%s %s counts no tokens; they are estimated", call.request_id, leg.target.name)
            return False
        else:
            await relay(answer, call, visit)
    return True


async def _read(answer: UpstreamAnswer) -> None:
    """A count in the client's own API stays as it came."""
    response = answer.response
    body = await response.body()
    if response.status >= 400:
        answer.content = Refusal(body)
        return
    counting = answer.leg.dialect.upstream.counting
    if answer.leg.same or counting is None:
        try:
            _COUNT.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise UpstreamUnreadable(f"the upstream's count of tokens can not be read: {error}") from None
        answer.content = Folded(body, body)
    else:
        answer.content = Folded(body, encode(_Count(counting.read(body))))
