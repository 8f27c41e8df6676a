"""What providers that speak OpenAI's APIs have beside model calls, such as embeddings and images: JSON in, anything out.

Nothing is translated. Of the request only `model` changes, which says where it goes; the answer is the upstream's, byte for byte.
"""

import re
from dataclasses import replace

import msgspec
from msgspec import Raw, Struct
from msgspec.json import encode

from planoai.apis import DIALECTS
from planoai.apis.dialect import ClientSide, Fields, Frames, Head
from planoai.apis.fields import read
from planoai.apis.framing.sse import SseReader, SseSplitter
from planoai.errors import BadRequest, NotFound, NotJson, UpstreamClosed, UpstreamError, UpstreamUnreadable
from planoai.gateway.answer import Opening, Refusal, Same, UpstreamAnswer
from planoai.gateway.answering import asked
from planoai.gateway.build import Gateway
from planoai.gateway.call import Call
from planoai.gateway.failing import UpstreamFailed, told
from planoai.gateway.headers import Pairs
from planoai.gateway.relay import headers_for, relay
from planoai.gateway.visit import Visit
from planoai.providers.paths import BESIDE

_START = "/v1/"
_LONGEST = 128  # characters of a path
_SUFFIX = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*")
_EVENTS = b"text/event-stream"
_JSON = re.compile(rb"application/(?:[a-z0-9.-]+\+)?json\b")
_COMPLETIONS = "completions"  # its streams end as those of Chat do

# What is known to be there. Any other path goes on as well, where its body names a model.
KNOWN = frozenset(
    (
        *("embeddings", _COMPLETIONS, "moderations", "images/generations", "audio/speech", "rerank", "videos"),
        *("responses/input_tokens", "responses/compact", "fine_tuning/jobs"),
    )
)

_PROMPTS = msgspec.json.Decoder(list[str | list[int]])
_OF_WHAT_COMES = (b"content-type",)
_OF_EVENTS: Pairs = [(b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no")]


def suffix_of(path: str) -> str | None:
    """What stands behind `/v1/`, where it can be asked of an upstream: nothing in it is quoted, empty or a way up."""
    suffix = path.removeprefix(_START).removesuffix("/")
    if not path.startswith(_START) or len(path) > _LONGEST or not _SUFFIX.fullmatch(suffix):
        return None
    return suffix if all(part.strip(".") for part in suffix.split("/")) else None


class Passing:
    """`client` is the client side of the API that all of this stands beside: errors are told in its words."""

    def __init__(self, client: ClientSide) -> None:
        self._dialect = DIALECTS[BESIDE]
        self._client = replace(client, inspect=_inspect)

    async def pass_on(self, visit: Visit, suffix: str, gateway: Gateway) -> None:
        """Raises PlanoError for everything that goes wrong before the first byte of the answer; later the answer is cut."""
        call = await self._call(visit, suffix)
        visit.recording.asks("", call.head.model, call.body, stream=call.head.stream, received=call.received)
        target = gateway.models.plan(call.head.model).candidates[0].target
        leg = gateway.leg(target, self._dialect.name, stream=call.head.stream, suffix=suffix)
        fields = call.fields if target.model == call.head.model else {**call.fields, "model": leg.model}
        with await asked(leg, call, encode(fields), gateway, visit.recording, self._read) as answer:
            visit.request.forget()
            call.forget()
            if isinstance(answer.content, Opening) and not (suffix == _COMPLETIONS and answer.kind.startswith(_EVENTS)):
                await _as_it_comes(answer, answer.content, call, visit)
            else:
                await relay(answer, call, visit)

    async def _call(self, visit: Visit, suffix: str) -> Call:
        request = visit.request
        kind = request.headers.get(b"content-type") or b""
        if kind.lower().startswith(b"multipart/"):
            raise NotJson(f"only JSON is passed on from {request.path}, not forms: send files to the provider itself")
        body = await request.body()
        try:
            call = Call(body, visit.headers, request.query, self._dialect, self._client, visit.id)
        except BadRequest:
            if suffix in KNOWN:
                raise
            call = None
        if call is None or not (call.head.model or suffix in KNOWN):
            raise NotFound(f"there is nothing at {request.path}")
        return call

    async def _read(self, answer: UpstreamAnswer) -> None:
        """What is JSON is read to its end; of everything else the first bytes, as a stream that fails at once still can be told with a status."""
        response = answer.response
        if response.status >= 400:
            answer.content = Refusal(await response.body())
        elif not 200 <= response.status < 300:
            raise UpstreamUnreadable(f"the upstream answered with status {response.status}, which is no answer")
        elif _JSON.match(answer.kind):
            answer.content = Same(await response.body())
        else:
            first = await response.chunk()
            if answer.kind.startswith(_EVENTS):
                _raise_if_failed(first, self._client.frames)
            answer.content = Opening(first, bool(first))


class _Asked(Struct):
    """What decides where a request goes, and how its answer comes back."""

    model: str | None = None
    stream: bool | None = None
    n: int | None = None


def _inspect(fields: Fields) -> Head:
    """Raises BadRequest for what none of these APIs takes."""
    named = {name: fields[name] for name in _Asked.__struct_fields__ if name in fields}
    asks = read(encode(named), _Asked, "")
    return Head(asks.model or "", asks.stream is True, choices=(asks.n or 1) * _prompts(fields.get("prompt")))


def _prompts(raw: Raw | None) -> int:
    """How many texts are to be completed: each has its own choices. A list of numbers is one text, in tokens."""
    if raw is None:
        return 1
    try:
        return max(1, len(_PROMPTS.decode(raw)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return 1


def _raise_if_failed(first: bytes, frames: Frames) -> None:
    """Raises UpstreamError for a stream without a beginning, or with a failure for one."""
    if not first:
        raise UpstreamClosed("the upstream ended its stream before it had begun")
    for event in SseReader().feed(first)[:1]:
        if (failure := frames.failure(event)) is not None:
            raise UpstreamFailed(failure)


async def _as_it_comes(answer: UpstreamAnswer, opened: Opening, call: Call, visit: Visit) -> None:
    """Events one by one, anything else chunk by chunk. What breaks off is cut: there is no way to say so in a sound or a film."""
    response, reply, recording = answer.response, visit.reply, visit.recording
    recording.answered(answer.kind)
    response.extend(answer.leg.total)
    told_as = [(name, value) for name in _OF_WHAT_COMES if (value := response.headers.get(name)) is not None]
    visit.streamed = answer.kind.startswith(_EVENTS)
    splitter = SseSplitter() if visit.streamed else None
    reply.start(response.status, headers_for(answer, call, [*told_as, *(_OF_EVENTS if visit.streamed else ())]))
    chunk = opened.first
    try:
        while chunk:
            out = chunk if splitter is None else answer.leg.without_key_in_errors(b"".join(splitter.feed(chunk)))
            if out:
                await reply.write(out)
            chunk = await response.chunk()
        if splitter is not None and (rest := splitter.close()):
            await reply.write(answer.leg.without_key_in_errors(rest))
    except UpstreamError as error:
        recording.broke(error.trouble)
        told(error, answer.leg, call)
        visit.outcome = "cut"
        reply.abort()
        return
    await reply.end()
