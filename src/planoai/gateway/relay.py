"""The upstream's answer -> the client: as a stream, as a whole, or as the failure it is.

Whether an answer is a stream is told by what the upstream sent, not by what was asked: some servers answer a streaming request with one JSON
body, and some only ever stream.
"""

from secrets import token_hex
from time import time

from msgspec import structs

from planoai.apis.carry import Carrier, Translated, Verbatim
from planoai.apis.dialect import Envelope
from planoai.apis.fields import tells_error
from planoai.conversation.fold import Answer, Fold, fold
from planoai.errors import UpstreamError, UpstreamUnreadable
from planoai.gateway.answering import UpstreamAnswer
from planoai.gateway.call import Call
from planoai.gateway.failing import UpstreamFailed, raise_if_failed
from planoai.gateway.headers import JSON, Pairs, back
from planoai.gateway.opening import opening
from planoai.gateway.pulse import Pulse
from planoai.names import MODEL, REQUEST_ID, SERVER_TIMING
from planoai.net.reply import Reply

_MOST_COLLECTED = 100 * 1024 * 1024
_EVENT_STREAM = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
]
_STREAM_TYPES = (b"text/event-stream", b"application/vnd.amazon.eventstream")


async def relay(answer: UpstreamAnswer, call: Call, reply: Reply) -> None:
    """Raises UpstreamError as long as nothing was sent to the client; after that it ends the stream with the failure."""
    response = answer.response
    kind = (response.headers.get(b"content-type") or b"").lower()
    if response.status >= 400:
        await _failure(answer, call, reply, kind)
    elif not 200 <= response.status < 300:
        raise UpstreamUnreadable(
            f"the upstream answered with status {response.status}, which is no answer to a model call"
        )
    elif kind.startswith(_STREAM_TYPES):
        await (_stream if call.head.stream else _collect)(answer, call, reply)
    else:
        await _whole(answer, call, reply)


async def _stream(answer: UpstreamAnswer, call: Call, reply: Reply) -> None:
    response = answer.response
    envelope = _envelope(answer, call)
    reader = answer.leg.dialect.upstream.stream_reader(envelope)
    chunk, more = await opening(response, reader, empty_will_do=not answer.leg.same)
    carrier = _carrier(answer, call, envelope)
    reply.start(200, _headers(answer, call, _EVENT_STREAM))
    with Pulse(carrier, reply) as pulse:
        try:
            while True:
                if out := carrier.feed(chunk):
                    await reply.write(out)
                    pulse.beat()
                if carrier.done or not more:
                    break
                chunk = await response.chunk()
                more = bool(chunk)
            rest = carrier.close()
        except UpstreamError as error:
            rest = carrier.fail(answer.told(error))
        if rest:
            await reply.write(rest)
    await reply.end()
    response.settle()


async def _collect(answer: UpstreamAnswer, call: Call, reply: Reply) -> None:
    """A stream for a client that asked for a whole answer."""
    reader = answer.leg.dialect.upstream.stream_reader(_envelope(answer, call))
    folding = Fold()
    size = 0
    while chunk := await answer.response.chunk():
        size += len(chunk)
        if size > _MOST_COLLECTED:
            raise UpstreamUnreadable(f"the upstream's stream is larger than {_MOST_COLLECTED} bytes")
        for event in reader.feed(chunk):
            folding.feed(event)
    for event in reader.close():
        folding.feed(event)
    _send_whole(folding.answer(), answer, call, reply)


async def _whole(answer: UpstreamAnswer, call: Call, reply: Reply) -> None:
    body = await answer.response.body()
    upstream = answer.leg.dialect.upstream
    if call.head.stream:
        envelope = _envelope(answer, call)
        events = upstream.read_answer(body, envelope)
        raise_if_failed(events)
        reply.start(200, _headers(answer, call, _EVENT_STREAM))
        await reply.write(call.client.stream_writer(envelope).write(events))
        await reply.end()
    elif answer.leg.same:
        if tells_error(body):
            raise_if_failed(upstream.read_answer(body, _envelope(answer, call)))
        reply.send(answer.response.status, _headers(answer, call, [JSON]), body)
    else:
        _send_whole(fold(upstream.read_answer(body, _envelope(answer, call))), answer, call, reply)


async def _failure(answer: UpstreamAnswer, call: Call, reply: Reply, kind: bytes) -> None:
    """A failure of the client's own API goes through as it is; any other is told again in the words of that API."""
    body = await answer.response.body()
    if answer.leg.same and kind.startswith(b"application/json"):
        keyless = answer.leg.without_key(body.decode("utf-8", "replace")).encode()
        reply.send(answer.response.status, _headers(answer, call, [JSON]), keyless)
        return
    failure = answer.leg.dialect.upstream.read_failure(answer.response.status, body)
    discreet = structs.replace(failure, message=answer.leg.without_key(failure.message))
    told = call.client.write_failure(discreet, call.request_id)
    reply.send(failure.status, _headers(answer, call, [JSON]), told)


def _send_whole(told: Answer, answer: UpstreamAnswer, call: Call, reply: Reply) -> None:
    if told.failure is not None:
        raise UpstreamFailed(told.failure)
    body = call.client.write_answer(told, _envelope(answer, call))
    reply.send(200, _headers(answer, call, [JSON]), body)


def _carrier(answer: UpstreamAnswer, call: Call, envelope: Envelope) -> Carrier:
    frames = call.client.frames
    if not answer.leg.same:
        reader = answer.leg.dialect.upstream.stream_reader(envelope)
        return Translated(reader, call.client.stream_writer(envelope), frames.ping)
    return Verbatim(frames, hide_usage=not call.head.include_usage, choices=call.head.choices)


def _envelope(answer: UpstreamAnswer, call: Call) -> Envelope:
    return Envelope(
        seed=token_hex(16),
        created=int(time()),
        model=answer.leg.target.model,
        input_estimate=call.size // 4,
        include_usage=call.head.include_usage,
        request=None if answer.leg.same else call.conversation,
    )


def _named(answer: UpstreamAnswer, call: Call) -> Pairs:
    """The request's id where this client's library looks for it, unless the upstream has told its own there."""
    name = call.client.id_header
    if name == REQUEST_ID or answer.response.headers.get(name) is not None:
        return []
    return [(name, call.request_id.encode())]


def _headers(answer: UpstreamAnswer, call: Call, ours: Pairs) -> Pairs:
    before = (answer.prepared - call.received) * 1000
    upstream = (answer.arrived - answer.prepared) * 1000
    return [
        *back(answer.response.headers),
        *ours,
        *_named(answer, call),
        (REQUEST_ID, call.request_id.encode()),
        (MODEL, answer.leg.target.name.encode()),
        (SERVER_TIMING, b"gateway;dur=%.3f, upstream;dur=%.3f" % (before, upstream)),
    ]
