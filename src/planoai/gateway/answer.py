"""An upstream's answer as far as it has to be known before anything of it is told to the client.

Until then another upstream may still be asked, and a failure still has a status of its own: a whole answer is read to its end, a stream up to its
first event with content.
"""

from functools import cached_property
from secrets import token_hex
from time import perf_counter, time
from types import TracebackType
from typing import Self

from msgspec import Struct

from planoai.apis.dialect import STREAM_TYPES, Envelope, Fields, Reform
from planoai.apis.fields import tells_error
from planoai.apis.tokens import estimated
from planoai.conversation.fold import Answer, Fold, fold
from planoai.conversation.naming import callable_only
from planoai.errors import UpstreamError, UpstreamUnreadable
from planoai.gateway.call import Call
from planoai.gateway.failing import UpstreamFailed, raise_if_failed, told
from planoai.gateway.headers import Pairs
from planoai.gateway.leg import Leg
from planoai.gateway.opening import opening
from planoai.gateway.patience import Patience
from planoai.gateway.thread import LARGE, beside
from planoai.names import ATTEMPTS, MODEL
from planoai.net.client import Response

_MOST_COLLECTED = 100 * 1024 * 1024  # bytes of a stream that is read to its end


class Refusal(Struct, frozen=True):
    """The upstream's status is an error, and this is what it says."""

    body: bytes


class Opening(Struct, frozen=True):
    """A stream, of which `first` has come; `more` may follow."""

    first: bytes
    more: bool


class Same(Struct, frozen=True):
    """A whole answer in the client's own dialect: `body` may go on as it is."""

    body: bytes


class Told(Struct, frozen=True):
    """A whole answer for a client that wants a stream: `body` is what the upstream sent, `stream` what the client gets."""

    body: bytes
    stream: bytes


class Folded(Struct, frozen=True):
    """A whole answer in other words than the upstream's, or from a stream: `body` is what the upstream sent, `whole` what the client gets."""

    body: bytes
    whole: bytes


Content = Refusal | Opening | Same | Told | Folded


class UpstreamAnswer:
    """Leaving its `with` gives the connection back, or closes it where the answer was not read to its end.

    An UpstreamError that leaves it is told as the client may hear it. `content` is there once `read` has returned. `prepared` and `arrived` are seconds
    of the performance counter: when the request was ready to be sent, when the head of the answer was in. `patience` has counted the tries.
    """

    content: Content

    def __init__(self, leg: Leg, call: Call, response: Response, prepared: float, patience: Patience) -> None:
        self.leg = leg
        self.response = response
        self.prepared = prepared
        self.arrived = perf_counter()
        self.patience = patience
        self.kind = (response.headers.get(b"content-type") or b"").lower()
        self._call = call

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if isinstance(error, UpstreamError):
            raise UpstreamFailed(told(error, self.leg, self._call), tried(self.leg, self.patience.tries)) from None

    def close(self) -> None:
        self.response.__exit__(None, None, None)

    @cached_property
    def envelope(self) -> Envelope:
        call = self._call
        return Envelope(
            seed=token_hex(16),
            created=int(time()),
            model=self.leg.target.model,
            input_estimate=self._input_estimate,
            include_usage=call.head.include_usage,
            request=None if self.leg.same else callable_only(call.conversation),
            issuer=self.leg.issuer,
            echo={} if self.leg.same else _copied(call.fields, call.client.echoes),
        )

    @property
    def _input_estimate(self) -> int:
        """Only where a stream has to begin with it, and the upstream tells it later."""
        call = self._call
        wanted = call.client.input_first and call.head.stream and not self.leg.same
        return estimated(call.fields) if wanted else 0

    async def read(self) -> None:
        """Raises UpstreamError where what came is no answer.

        Whether it is a stream is told by what was sent, not by what was asked: some servers answer a streaming request with one JSON body, and some
        only ever stream.
        """
        response, call = self.response, self._call
        if response.status >= 400:
            self.content = Refusal(await response.body())
        elif not 200 <= response.status < 300:
            raise UpstreamUnreadable(
                f"the upstream answered with status {response.status}, which is no answer to a model call"
            )
        elif not self.kind.startswith(STREAM_TYPES):
            body = await response.body()
            self.content = self._whole(body) if len(body) < LARGE else await beside(self._whole, body)
        elif call.head.stream:
            reader = self.leg.dialect.upstream.stream_reader(self.envelope)
            self.content = Opening(*await opening(response, reader, empty_will_do=not self.leg.same))
        else:
            self.content = await self._collected()

    def _whole(self, body: bytes) -> Content:
        upstream, same = self.leg.dialect.upstream, self.leg.same
        if self._call.head.stream:
            events = upstream.read_answer(body, self.envelope)
            raise_if_failed(events)
            if (reform := self._reform) is not None:
                return Told(body, reform.as_stream(body, self.envelope))
            return Told(body, self._call.client.stream_writer(self.envelope).write(events))
        if same and not tells_error(body):
            return Same(body)
        answer = fold(upstream.read_answer(body, self.envelope))
        _raise_if_unsound(answer)
        return Same(body) if same else Folded(body, self._call.client.write_answer(answer, self.envelope))

    async def _collected(self) -> Content:
        """A stream for a client that asked for a whole answer."""
        reader = self.leg.dialect.upstream.stream_reader(self.envelope)
        folding = Fold()
        chunks: list[bytes] = []
        size = 0
        while chunk := await self.response.chunk():
            chunks.append(chunk)
            size += len(chunk)
            if size > _MOST_COLLECTED:
                raise UpstreamUnreadable(f"the upstream's stream is larger than {_MOST_COLLECTED} bytes")
            for event in reader.feed(chunk):
                folding.feed(event)
        for event in reader.close():
            folding.feed(event)
        answer, stream = folding.answer(), b"".join(chunks)
        _raise_if_unsound(answer)
        return self._of_stream(stream, answer) if size < LARGE else await beside(self._of_stream, stream, answer)

    def _of_stream(self, stream: bytes, answer: Answer) -> Folded:
        if (reform := self._reform) is not None:
            return Folded(stream, reform.as_whole(stream, self.envelope))
        return Folded(stream, self._call.client.write_answer(answer, self.envelope))

    @property
    def _reform(self) -> Reform | None:
        """What says an answer in its other form without reading it, where both ends speak the same API."""
        return self.leg.dialect.reform if self.leg.same else None


def _raise_if_unsound(answer: Answer) -> None:
    """Raises UpstreamFailed where the answer says that it failed."""
    if answer.failure is not None:
        raise UpstreamFailed(answer.failure)


def _copied(fields: Fields, names: frozenset[str]) -> Fields:
    """Those of `fields`, without the body that they are a part of: the answer may last for long."""
    return {name: fields[name].copy() for name in names if name in fields}


def tried(leg: Leg, tries: int) -> Pairs:
    """What the client is told of where its answer comes from, or why there is none."""
    return [(MODEL, leg.name), (ATTEMPTS, b"%d" % tries)]
