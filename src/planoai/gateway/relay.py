"""The upstream's answer -> the client: as a stream, as a whole, or as the failure it is."""

from typing import assert_never

from planoai.apis.carry import Carrier, Translated, Verbatim
from planoai.errors import UpstreamError
from planoai.gateway.answer import Folded, Opening, Refusal, Same, Told, UpstreamAnswer, tried
from planoai.gateway.call import Call
from planoai.gateway.failing import failed_in, told, unwrapped
from planoai.gateway.headers import JSON, Pairs, back
from planoai.gateway.losses import tell_lost_of_answer
from planoai.gateway.pulse import Pulse
from planoai.gateway.visit import Visit
from planoai.names import REQUEST_ID, SERVER_TIMING

_EVENT_STREAM = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
]


async def relay(answer: UpstreamAnswer, call: Call, visit: Visit) -> None:
    """Raises UpstreamError as long as nothing was sent to the client; after that it ends the stream with the failure."""
    content, reply = answer.content, visit.reply
    visit.recording.answered(answer.kind)
    if isinstance(content, Opening):
        await _stream(answer, content, call, visit)
        return
    visit.recording.piece(content.body)
    match content:
        case Same(body):
            reply.send(answer.response.status, headers_for(answer, call, [JSON]), body)
        case Folded(_, whole):
            _tell_lost(answer, call)
            reply.send(200, headers_for(answer, call, [JSON]), whole)
        case Told(_, stream):
            _tell_lost(answer, call)
            visit.streamed = True
            reply.start(200, headers_for(answer, call, _EVENT_STREAM))
            await reply.write(stream)
            await reply.end()
        case Refusal(body):
            _refuse(answer, body, call, visit)
        case _:
            assert_never(content)


async def _stream(answer: UpstreamAnswer, opened: Opening, call: Call, visit: Visit) -> None:
    response, reply, recording = answer.response, visit.reply, visit.recording
    chunk, more = opened.first, opened.more
    response.extend(answer.leg.total)
    carrier = _carrier(answer, call)
    visit.streamed = True
    reply.start(200, headers_for(answer, call, _EVENT_STREAM))
    with Pulse(carrier, reply) as pulse:
        try:
            while True:
                recording.piece(chunk)
                if out := carrier.feed(chunk):
                    await reply.write(answer.leg.without_key_in_errors(out))
                    pulse.beat()
                if carrier.done or not more:
                    break
                chunk = await response.chunk()
                more = bool(chunk)
            rest = carrier.close()
        except UpstreamError as error:
            recording.broke(error.trouble)
            rest = carrier.fail(told(error, answer.leg, call))
        if rest:
            await reply.write(answer.leg.without_key_in_errors(rest))
    await reply.end()
    if carrier.failed:
        visit.outcome = "cut"
    _tell_lost(answer, call)
    response.settle()


def _refuse(answer: UpstreamAnswer, body: bytes, call: Call, visit: Visit) -> None:
    """A failure of the client's own API goes through as it is; any other is told again in the words of that API."""
    headers = headers_for(answer, call, [JSON])
    body = unwrapped(body, answer.kind)
    if answer.leg.same and (failed := failed_in(body)):
        visit.reply.send(answer.response.status, headers, answer.leg.without_key(failed).encode())
        return
    upstream = answer.leg.dialect.upstream
    kind = answer.response.headers.get(upstream.type_header) or b""
    failure = upstream.read_failure(answer.response.status, body, kind.decode("latin-1"))
    visit.reply.send(failure.status, headers, call.client.write_failure(answer.leg.discreet(failure), call.request_id))


def _tell_lost(answer: UpstreamAnswer, call: Call) -> None:
    if lost := answer.envelope.lost:
        tell_lost_of_answer(lost, answer.leg, call)


def _carrier(answer: UpstreamAnswer, call: Call) -> Carrier:
    frames = call.client.frames
    if not answer.leg.same:
        reader = answer.leg.dialect.upstream.stream_reader(answer.envelope)
        return Translated(reader, call.client.stream_writer(answer.envelope), frames.ping)
    return Verbatim(frames, hide_usage=not call.head.include_usage, choices=call.head.choices)


def headers_for(answer: UpstreamAnswer, call: Call, ours: Pairs) -> Pairs:
    """The upstream's and `ours`; the request's id too, where this client's library looks for it, unless the upstream has told its own there."""
    headers = answer.response.headers
    told = answer.leg.without_key_in_headers(back(headers))
    told += ours
    told += tried(answer.leg, answer.patience.tries)
    told.append((SERVER_TIMING, _timing(answer, call)))
    id_header = call.client.id_header
    if id_header != REQUEST_ID and headers.get(id_header) is None:
        told.append((id_header, call.request_id.encode()))
    return told


def _timing(answer: UpstreamAnswer, call: Call) -> bytes:
    """Server Timing (W3C), in milliseconds: until the request was ready, what earlier tries and waits between them took, until the answer's head."""
    first, prepared = answer.patience.first, answer.prepared
    ours, upstream = (first - call.received) * 1000, (answer.arrived - prepared) * 1000
    if first == prepared:
        return b"gateway;dur=%.3f, upstream;dur=%.3f" % (ours, upstream)
    return b"gateway;dur=%.3f, retries;dur=%.3f, upstream;dur=%.3f" % (ours, (prepared - first) * 1000, upstream)
