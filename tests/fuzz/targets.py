"""Everything that reads what others sent, each with traffic to damage and with what must hold whatever was done to it.

A target raises nothing but a PlanoError that its interface names, or AssertionError where a promise is broken. New dialects are in by themselves.
"""

import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from random import Random
from typing import NamedTuple

import msgspec

from planoai.apis import DIALECTS
from planoai.apis.carry import Carrier, Translated, Verbatim
from planoai.apis.dialect import Accepts, ClientSide, Closing, Dialect, Frames
from planoai.apis.fields import read_fields
from planoai.apis.framing.eventstream import EventStreamReader, Frame
from planoai.apis.framing.sse import SseReader, SseSplitter
from planoai.conversation.event import Ended, Event, Failed
from planoai.conversation.failure import Failure
from planoai.conversation.fold import fold
from planoai.errors import ClientError, UpstreamUnreadable
from tests.apis import golden
from tests.fuzz.damage import chunks, damaged

_BLANK_LINE_LAST = re.compile(rb"(?:\n|\r\n?)(?:\n|\r\n?)\Z")
_STATUSES = (400, 401, 403, 404, 408, 413, 422, 429, 500, 502, 503, 529)
_CUT = Failure(504, "the upstream fell silent")


class Target(NamedTuple):
    """`run` gets damaged bytes and chance, for what else it needs."""

    name: str
    corpus: tuple[bytes, ...]
    run: Callable[[bytes, Random], object]

    def case(self, chance: Random) -> bytes:
        return damaged(chance.choice(self.corpus), chance.choice(self.corpus), chance)


def targets() -> list[Target]:
    found = [*_framing()]
    for dialect in DIALECTS.values():
        found += _of_upstream(dialect)
        for client in DIALECTS.values():
            if client.client is not None:
                found += _between(dialect, client, client.client)
        if dialect.client is not None:
            found += _of_client(dialect, dialect.client)
    return found


def _framing() -> Iterable[Target]:
    yield Target("framing.sse", _streams(None), _read_sse)
    yield Target("framing.eventstream", _streams("bedrock_converse"), _read_frames)


def _of_upstream(dialect: Dialect) -> Iterable[Target]:
    side = dialect.upstream
    yield Target(f"{dialect.name}.stream", _streams(dialect.name), partial(_read_stream, dialect))
    yield Target(f"{dialect.name}.answer", _answers(dialect.name), partial(_read_answer, dialect))
    errors = _bodies("errors", "body", f"{dialect.name}_to_")
    yield Target(
        f"{dialect.name}.failure",
        errors,
        lambda data, chance: side.read_failure(
            chance.choice(_STATUSES), data, chance.choice(("", "X:y", data[:40].decode("latin-1")))
        ),
    )


def _between(upstream: Dialect, client: Dialect, side: ClientSide) -> Iterable[Target]:
    pair = f"{upstream.name}>{client.name}"
    streams = _streams(upstream.name)
    if upstream is client:
        yield Target(f"{pair}.verbatim", streams, partial(_relay_verbatim, side.frames))
        if upstream.reform is not None:
            reform = upstream.reform
            yield Target(f"{pair}.as_whole", streams, lambda data, _: _only_unreadable(reform.as_whole, data))
            yield Target(
                f"{pair}.as_stream", _answers(upstream.name), lambda data, _: _only_unreadable(reform.as_stream, data)
            )
    else:
        yield Target(f"{pair}.stream", streams, partial(_translate, upstream, client, side))
    yield Target(f"{pair}.answer", _answers(upstream.name), partial(_retell, upstream, side))


def _of_client(dialect: Dialect, side: ClientSide) -> Iterable[Target]:
    requests = _bodies("requests", "request", f"{dialect.name}_to_")
    yield Target(f"{dialect.name}.request", requests, partial(_request, dialect, side, _accepts()))


# The runs.


def _read_sse(data: bytes, chance: Random) -> None:
    """However it is cut, the events say the same, and no byte of an event is lost."""
    whole = SseReader()
    events = whole.feed(data)
    cut = SseReader()
    parts = [event for chunk in chunks(data, chance) for event in cut.feed(chunk)]
    assert [(event.type, event.data) for event in parts] == [(event.type, event.data) for event in events]
    splitter = SseSplitter()
    blocks = b"".join(splitter.feed(data))
    assert all(event.raw in blocks for event in events)


def _read_frames(data: bytes, chance: Random) -> None:
    """However it is cut, the frames are the same up to the same end."""
    assert _frames([data]) == _frames(chunks(data, chance))


def _frames(pieces: Iterable[bytes]) -> tuple[list[Frame], str]:
    """What was read, and why no more could be."""
    reader = EventStreamReader()
    return [frame for piece in pieces for frame in reader.feed(piece)], reader.broken


def _read_stream(dialect: Dialect, data: bytes, chance: Random) -> None:
    events = _events(dialect, data, chance)
    assert _ends_once(events), events[-3:]


def _read_answer(dialect: Dialect, data: bytes, _chance: Random) -> None:
    try:
        events = dialect.upstream.read_answer(data, golden.envelope())
    except UpstreamUnreadable:
        return
    assert _ends_once(events), events[-3:]
    fold(events)


def _retell(upstream: Dialect, side: ClientSide, data: bytes, _chance: Random) -> None:
    """What a client gets of a whole answer is JSON, be it the answer or why there is none."""
    envelope = golden.envelope()
    try:
        events = upstream.upstream.read_answer(data, envelope)
    except UpstreamUnreadable:
        return
    if isinstance(failed := events[-1], Failed):
        json.loads(side.write_failure(failed.failure, golden.REQUEST_ID))
    else:
        json.loads(side.write_answer(fold(events), envelope))


def _translate(upstream: Dialect, client: Dialect, side: ClientSide, data: bytes, chance: Random) -> None:
    """The client's bytes end with one terminal frame, which our own reader of that API takes for an end."""
    envelope = golden.envelope()
    carrier = Translated(upstream.upstream.stream_reader(envelope), side.stream_writer(envelope), side.frames.ping)
    out = _carried(carrier, data, chance)
    _ends_well(side.frames, out, failed=carrier.failed)
    read = client.upstream.stream_reader(golden.envelope())
    events = [*read.feed(out), *read.close()]
    assert _ends_once(events), out[-300:]
    assert isinstance(events[-1], Failed) == carrier.failed, out[-300:]


def _relay_verbatim(frames: Frames, data: bytes, chance: Random) -> None:
    carrier = Verbatim(frames, hide_usage=chance.random() < 0.5, choices=chance.choice((1, 1, 1, 2)))
    out = _carried(carrier, data, chance)
    _ends_well(frames, out, failed=None)


def _request(dialect: Dialect, side: ClientSide, all_accepts: tuple[Accepts, ...], data: bytes, chance: Random) -> None:
    """Refused by path, or said to any upstream as JSON."""
    try:
        fields = read_fields(data)
        head = side.inspect(fields)
        accepts = chance.choice(all_accepts)
        upstream = chance.choice(list(DIALECTS.values()))
        if upstream is dialect and chance.random() < 0.5:
            body = msgspec.json.encode(upstream.upstream.adapt(fields, head, accepts).fields)
        else:
            body = upstream.upstream.write_request(side.read_request(fields), accepts).body
    except ClientError:
        return
    msgspec.json.decode(body)


def _carried(carrier: Carrier, data: bytes, chance: Random) -> bytes:
    out = []
    try:
        for chunk in chunks(data, chance):
            out.append(carrier.feed(chunk))
            if carrier.done:
                break
        out.append(carrier.fail(_CUT) if chance.random() < 0.1 else carrier.close())
    except UpstreamUnreadable as error:
        out.append(carrier.fail(Failure(502, str(error))))
    assert carrier.done
    assert carrier.feed(b"data: {}\n\n") == carrier.close() == carrier.ping() == b""
    return b"".join(out)


def _ends_well(frames: Frames, out: bytes, *, failed: bool | None) -> None:
    """What was sent is whole events, of which the last is the one terminal one."""
    reader = SseReader()
    events = [event for event in reader.feed(out) if event.data]
    assert events, "nothing was sent"
    assert _BLANK_LINE_LAST.search(out), out[-80:]
    closings = [frames.closing(event) for event in events]
    assert closings[-1] is Closing.TERMINAL, events[-1]
    if failed is not None:
        assert closings.count(Closing.TERMINAL) == 1, closings
        assert (frames.failure(events[-1]) is not None) == failed, events[-1]


def _events(dialect: Dialect, data: bytes, chance: Random) -> list[Event]:
    reader = dialect.upstream.stream_reader(golden.envelope())
    events = [event for chunk in chunks(data, chance) for event in reader.feed(chunk)]
    return [*events, *reader.close()]


def _ends_once(events: list[Event]) -> bool:
    ends = [isinstance(event, Ended | Failed) for event in events]
    return bool(ends) and ends[-1] and sum(ends) == 1


def _only_unreadable(reform: Callable[..., bytes], data: bytes) -> None:
    with suppress(UpstreamUnreadable):
        reform(data, golden.envelope())


# What is damaged.


def _accepts() -> tuple[Accepts, ...]:
    """What upstreams take, as far as the golden requests know."""
    told = (json.loads(path.read_text()).get("accepts", {}) for path in golden.cases("requests"))
    return tuple({msgspec.convert(each, Accepts): None for each in ({}, *told)})


def _streams(upstream: str | None) -> tuple[bytes, ...]:
    """The golden streams of one API; of all that are text, with None."""
    paths = [path for path in golden.streams() if path.parent.name == upstream or upstream is None]
    return tuple(golden.bytes_of(path) for path in paths if upstream or path.suffix == ".sse")


def _answers(upstream: str) -> tuple[bytes, ...]:
    return _bodies("answers", "answer", f"{upstream}_to_")


def _bodies(kind: str, key: str, folder: str) -> tuple[bytes, ...]:
    """The inputs of golden cases, one line each."""
    found = []
    for path in golden.cases(kind):
        if path.parent.name.startswith(folder):
            body = json.loads(path.read_text())[key]
            found.append(body.encode() if isinstance(body, str) else golden.compact(body))
    return tuple(found) or (b"{}",)
