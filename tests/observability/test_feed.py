"""The worker's half of the feed: what is shipped of an exchange, and what becomes of it when nobody takes it."""

import asyncio
import gc
import socket
from collections.abc import Callable, Coroutine
from time import perf_counter, time

import pytest
import uvloop

from planoai.observability import feed as feed_module
from planoai.observability import framing, outbox
from planoai.observability.feed import PIECE_BYTES, Feed, Recording
from planoai.observability.outbox import BATCH_BYTES, MOST_BODIES
from planoai.observability.record import Closed, Dropped, Message, Opened, Piece
from tests.observability.facts import USER_AGENT, Listener, attempt, number, request

BODY = b'{"model":"fast"}'
ANSWER = b'{"choices":[]}'


LOOPS = pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
Loop = Callable[[], asyncio.AbstractEventLoop]


def run(loop: Loop, scene: Coroutine[None, None, None]) -> None:
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(scene)


async def gone(sock: socket.socket) -> None:
    """Until the feed has let go of it."""
    async with asyncio.timeout(20):
        while sock.fileno() >= 0:
            await asyncio.sleep(0)


async def attached(feed: Feed, *, acknowledges: bool = True) -> Listener:
    """The recorder's end."""
    ours, theirs = socket.socketpair()
    listener = Listener(theirs, acknowledges=acknowledges)
    await listener.start()
    feed.attach(ours)
    return listener


def begun(feed: Feed, body: bytes = BODY) -> Recording:
    recording = feed.open(request(), "req-1")
    recording.asks("openai_chat", "fast", body, stream=False, received=0.0)
    recording.tried(attempt())
    recording.answered(b"application/json")
    return recording


def ended(recording: Recording) -> None:
    recording.close(200, "completed", 120, 340, 0.5)


async def everything(feed: Feed, listener: Listener) -> list[Message]:
    """What the recorder hears from here on, but for what it is told of losses; the feed ends."""
    return [each for each in await all_of(feed, listener) if not isinstance(each, Dropped)]


async def all_of(feed: Feed, listener: Listener) -> list[Message]:
    heard = asyncio.ensure_future(listener.rest())
    await feed.aclose()
    return await heard


async def test_an_exchange_is_told_in_three_messages() -> None:
    feed = Feed()
    listener = await attached(feed)
    before = time()
    recording = feed.open(request("/v1/chat/completions?api-key=hidden", USER_AGENT), "req-1")
    recording.asks("openai_chat", "fast", BODY, stream=True, received=0.0)
    recording.tried(attempt(status=503))
    recording.tried(attempt())
    recording.answered(b"application/json")
    recording.piece(ANSWER)
    recording.close(200, "completed", 120, 340, 0.5, streamed=True)

    asked, piece, last = await everything(feed, listener)

    assert isinstance(asked, Opened)
    assert before <= asked.at <= time()
    assert (asked.method, asked.path, asked.version, asked.peer) == ("POST", "/v1/chat/completions", "1.1", "127.0.0.1")
    assert (asked.request_id, asked.headers, asked.body) == (b"req-1", (USER_AGENT,), BODY)
    assert (asked.dialect, asked.model, asked.stream) == ("openai_chat", "fast", True)
    assert piece == Piece(asked.id, ANSWER, b"application/json", attempt())
    assert isinstance(last, Closed)
    assert (last.status, last.outcome, last.bytes_in, last.bytes_out) == (200, "completed", 120, 340)
    assert last.attempts == (attempt(status=503), attempt())
    assert (last.first, last.content, last.streamed) == (0.5, b"application/json", True)
    assert 0 < last.ended <= perf_counter() - recording.began
    assert feed.dropped == 0


async def test_a_request_that_was_never_understood_is_told_too() -> None:
    feed = Feed()
    listener = await attached(feed)

    feed.open(request("/nowhere", method="GET"), "req-1").close(404, "failed", 0, 60, 0.0)

    asked, last = await everything(feed, listener)
    assert isinstance(asked, Opened)
    assert (asked.path, asked.dialect, asked.model, asked.body) == ("/nowhere", "", "", None)
    assert isinstance(last, Closed)
    assert (last.id, last.status, last.attempts) == (asked.id, 404, ())


async def test_no_credential_is_told_and_nothing_that_is_long() -> None:
    feed = Feed()
    listener = await attached(feed)
    secrets = [
        (b"authorization", b"Bearer sk"),
        (b"x-api-key", b"sk"),
        (b"cookie", b"sk"),
        (b"proxy-authorization", b"sk"),
    ]
    many = [(b"x-forwarded-for", b"9" * 60_000)] * 50
    recording = feed.open(request("/" + "p" * 60_000, *secrets, *many), "i" * 128)

    recording.asks("openai_chat", "m" * 60_000, b"", stream=False, received=0.0)
    recording.close(502, "failed", 120, 340, 0.0, error="e" * 60_000, told="t" * 60_000)
    feed.refused("/" + "p" * 60_000, b"i" * 60_000, "127.0.0.1", 400, "e" * 60_000, "t" * 60_000)

    messages = await everything(feed, listener)
    told = repr(messages)
    assert "sk" not in told
    assert len(told) < 9_000


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("http://ann:sk@host/v1/models?key=sk", "http://host/v1/models"),
        ("ann:sk@host:443", "host:443"),
        ("/v1/models/a@b", "/v1/models/a@b"),
        ("", "-"),
    ],
)
async def test_of_a_refused_target_nobodys_password_is_told(target: str, told: str) -> None:
    feed = Feed()
    listener = await attached(feed)

    feed.refused(target, b"req-1", "127.0.0.1", 400)

    asked = (await everything(feed, listener))[0]
    assert isinstance(asked, Opened)
    assert asked.path == told


async def test_exchanges_have_numbers_of_their_own() -> None:
    feed = Feed()
    listener = await attached(feed)
    first, second = begun(feed), begun(feed)
    ended(second)
    ended(first)

    numbers = [number(each) for each in await everything(feed, listener)]

    assert numbers[0] != numbers[1]
    assert numbers == [*numbers[:2], *reversed(numbers[:2])]


async def test_facts_leave_by_themselves() -> None:
    feed = Feed()
    listener = await attached(feed)

    recording = begun(feed)
    [asked] = await listener.messages(1)
    recording.piece(ANSWER)
    ended(recording)
    piece, last = await listener.messages(2)

    assert (number(asked), number(piece), number(last)) == (1, 1, 1)
    listener.close()
    await feed.aclose()


async def test_the_bytes_of_a_stream_are_gathered() -> None:
    feed = Feed()
    listener = await attached(feed)
    recording = begun(feed)
    chunk = b"x" * 1_000
    for _ in range(100):
        recording.piece(chunk)
    ended(recording)

    pieces = [each for each in await everything(feed, listener) if isinstance(each, Piece)]

    sizes = [len(each.data or b"") for each in pieces]
    assert sum(sizes) == 100_000
    assert sizes[0] == len(chunk)
    assert all(PIECE_BYTES <= each < PIECE_BYTES + len(chunk) for each in sizes[1:-1])
    assert [each.attempt for each in pieces] == [attempt(), *[None] * (len(pieces) - 1)]


async def test_the_first_bytes_of_an_answer_are_told_at_once_with_who_brought_them() -> None:
    feed = Feed()
    listener = await attached(feed)
    recording = begun(feed)
    recording.piece(b"one")
    recording.piece(b"two")

    asked, piece = await listener.messages(2)

    assert piece == Piece(number(asked), b"one", b"application/json", attempt())
    ended(recording)
    [rest, _] = await everything(feed, listener)
    assert rest == Piece(number(asked), b"two")


async def test_an_upstream_that_dies_in_the_middle_is_told_with_its_attempt() -> None:
    feed = Feed()
    listener = await attached(feed)
    recording = feed.open(request(), "req-1")
    recording.broke("closed")  # nothing was tried
    recording.tried(attempt(status=503))
    recording.tried(attempt())
    recording.piece(b"one")
    recording.broke("closed")
    ended(recording)

    *_, last = await everything(feed, listener)

    assert isinstance(last, Closed)
    assert last.attempts == (attempt(status=503), attempt(trouble="closed"))


async def test_a_slow_stream_is_told_of_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "PIECE_SECONDS", 0.0)
    feed = Feed()
    listener = await attached(feed)
    recording = begun(feed)

    recording.piece(b"one")
    recording.piece(b"two")
    heard = await listener.messages(3)

    assert [each.data for each in heard if isinstance(each, Piece)] == [b"one", b"two"]
    ended(recording)
    assert len(await everything(feed, listener)) == 1


@LOOPS
def test_a_recorder_that_stalls_loses_bodies_and_no_facts(loop: Loop) -> None:
    async def scene() -> None:
        feed = Feed()
        listener = await attached(feed)
        body = b"x" * 1_000_000
        for _ in range(150):
            recording = begun(feed, body)
            recording.piece(body)
            ended(recording)
            await asyncio.sleep(0)  # the feed has its turn, the recorder reads nothing

        messages = await all_of(feed, listener)

        asked = [each for each in messages if isinstance(each, Opened)]
        pieces = [each for each in messages if isinstance(each, Piece)]
        kept = sum(each.body is not None for each in asked) + sum(each.data is not None for each in pieces)
        assert (len(asked), len(pieces), sum(isinstance(each, Closed) for each in messages)) == (150, 150, 150)
        assert MOST_BODIES - len(body) < kept * len(body)
        assert kept < 150
        assert feed.dropped == 300 - kept
        assert sum(each.bodies for each in messages if isinstance(each, Dropped)) == feed.dropped

    run(loop, scene())


async def test_a_stream_with_a_hole_is_shipped_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MOST_BODIES", 2 * PIECE_BYTES)
    feed = Feed()
    recording = begun(feed)
    for _ in range(5):
        recording.piece(b"x" * PIECE_BYTES)
    ended(recording)
    listener = await attached(feed)

    _, *pieces, last = await everything(feed, listener)

    assert [isinstance(each, Piece) and each.data and len(each.data) for each in pieces] == [PIECE_BYTES, None]
    assert isinstance(last, Closed)
    assert feed.dropped == 1


async def test_the_recorder_is_told_how_much_it_was_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MOST_MESSAGES", 6)
    feed = Feed()
    for _ in range(5):
        ended(begun(feed))

    listener = await attached(feed)
    dropped = [each for each in await all_of(feed, listener) if isinstance(each, Dropped)]

    assert [each.exchanges for each in dropped] == [2]


async def test_there_is_room_again_once_the_recorder_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MOST_BODIES", 1_000_000)
    feed = Feed()
    listener = await attached(feed)
    for _ in range(5):
        recording = begun(feed, b"x" * 900_000)
        ended(recording)
        await listener.messages(2)
        while not feed._outbox.takes(900_000):  # until it has heard that they were taken
            await asyncio.sleep(0)

    assert feed.dropped == 0
    listener.close()
    await feed.aclose()


async def test_facts_wait_for_the_first_recorder() -> None:
    feed = Feed()
    for _ in range(3):
        ended(begun(feed))

    listener = await attached(feed)

    assert len(await everything(feed, listener)) == 6


async def test_without_a_recorder_there_is_a_bound_and_whole_exchanges_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "MOST_MESSAGES", 10)
    feed = Feed()
    running = begun(feed)
    for _ in range(20):
        recording = begun(feed)
        recording.piece(ANSWER)
        ended(recording)
    ended(running)
    listener = await attached(feed)

    messages = await everything(feed, listener)

    asked = [each.id for each in messages if isinstance(each, Opened)]
    assert len(messages) <= 10 + 2
    assert sorted(asked) == sorted(each.id for each in messages if isinstance(each, Closed))
    assert feed.dropped >= 20 + 1 - len(asked)


async def test_facts_have_no_bound_while_a_recorder_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MOST_MESSAGES", 10)
    feed = Feed()
    listener = await attached(feed)
    for _ in range(50):
        feed.open(request(), "req-1").close(404, "failed", 0, 0, 0.0)

    assert len(await everything(feed, listener)) == 100
    assert feed.dropped == 0


async def test_a_recorder_that_has_long_taken_nothing_has_a_bound_until_it_reads_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "MOST_MESSAGES", 10)
    monkeypatch.setattr(outbox, "PATIENCE", -1.0)
    feed = Feed()
    listener = await attached(feed)
    for _ in range(50):
        feed.open(request(), "req-1").close(404, "failed", 0, 0, 0.0)

    *exchanges, dropped = await listener.messages(11)
    assert (len(exchanges), dropped) == (10, Dropped(45, 0))
    assert feed.dropped == 45
    feed.open(request(), "req-1").close(404, "failed", 0, 0, 0.0)
    assert len(await everything(feed, listener)) == 2


async def test_the_next_recorder_hears_of_what_runs() -> None:
    feed = Feed()
    first = await attached(feed)
    recording = begun(feed)
    ended(begun(feed))
    recording.piece(b"x" * PIECE_BYTES)
    told = await first.messages(4)
    first.close()

    second = await attached(feed)
    recording.piece(b"y" * PIECE_BYTES)
    ended(recording)
    asked, piece, last = await everything(feed, second)

    before = told[0]
    assert isinstance(before, Opened)
    assert isinstance(asked, Opened)
    assert (asked.id, asked.at, asked.body) == (before.id, before.at, None)
    assert piece == Piece(number(asked), b"y" * PIECE_BYTES)
    assert isinstance(last, Closed)
    assert last.attempts == (attempt(),)


async def test_what_a_recorder_did_not_acknowledge_is_told_to_the_next() -> None:
    feed = Feed()
    first = await attached(feed, acknowledges=False)
    running = begun(feed)
    ended(begun(feed))
    told = await first.messages(3)
    ended(running)
    first.close()

    messages = await everything(feed, await attached(feed))

    assert messages[:3] == told
    assert [type(each) for each in messages] == [Opened, Opened, Closed, Closed]
    assert feed.dropped == 0


async def test_one_frame_at_a_time_is_under_way() -> None:
    feed = Feed()
    slow = await attached(feed, acknowledges=False)
    ended(begun(feed))
    await slow.messages(2)
    ended(begun(feed))
    closing = asyncio.ensure_future(feed.aclose())
    for _ in range(10):
        await asyncio.sleep(0)
    slow.acknowledge()
    assert len(await slow.messages(2)) == 2
    slow.acknowledge()
    async with asyncio.timeout(20):
        await closing
    slow.close()
    assert feed.dropped == 0


@pytest.mark.parametrize("said", [b"\x07", framing.TAKEN * 2], ids=["another word", "one too many"])
async def test_who_says_what_no_recorder_says_is_none(said: bytes) -> None:
    feed = Feed()
    ours, theirs = socket.socketpair()
    feed.attach(ours)

    theirs.send(said)

    async with asyncio.timeout(20):
        await gone(ours)
    theirs.close()


async def test_each_recorder_hears_once_of_what_runs() -> None:
    feed = Feed()
    first = await attached(feed)
    recording = begun(feed)
    await first.messages(1)
    first.close()

    second = await attached(feed)  # replaced before it was sent anything
    third = await attached(feed)
    [again] = await third.messages(1)
    third.close()

    last = await attached(feed)
    ended(recording)
    messages = await everything(feed, last)

    second.close()
    assert isinstance(again, Opened)
    assert messages[0] == again
    assert [type(each) for each in messages] == [Opened, Closed]


async def test_what_ends_between_two_recorders_is_told_to_the_second() -> None:
    feed = Feed()
    first = await attached(feed)
    recording = begun(feed)
    await first.messages(1)
    first.close()
    feed.detach()
    ended(recording)
    ended(begun(feed))

    second = await attached(feed)
    messages = await everything(feed, second)

    assert [type(each) for each in messages] == [Opened, Closed, Opened, Closed]
    assert [number(each) for each in messages] == [1, 1, 2, 2]


@LOOPS
def test_a_frame_that_broke_off_is_told_whole_to_the_next(loop: Loop) -> None:
    async def scene() -> None:
        feed = Feed()
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        feed.attach(ours)
        for _ in range(4):
            ended(begun(feed, b"x" * 1_000_000))
        await asyncio.get_running_loop().sock_recv(theirs, 1)  # the first frame is under way, and never gets there
        theirs.close()

        second = await attached(feed)
        messages = await everything(feed, second)

        assert [each.body and len(each.body) for each in messages if isinstance(each, Opened)] == [1_000_000] * 4
        assert [each.id for each in messages if isinstance(each, Closed)] == [1, 2, 3, 4]

    run(loop, scene())


@LOOPS
def test_a_recorder_that_is_gone_when_it_is_written_to_takes_nothing_with_it(loop: Loop) -> None:
    async def scene() -> None:
        feed = Feed()
        ended(begun(feed, b"x" * BATCH_BYTES))
        ours, theirs = socket.socketpair()
        feed.attach(ours)
        theirs.close()
        await gone(ours)

        messages = await everything(feed, await attached(feed))

        assert [type(each) for each in messages] == [Opened, Closed]

    run(loop, scene())


@LOOPS
def test_a_recorder_that_went_is_noticed_without_writing(loop: Loop) -> None:
    async def scene() -> None:
        feed = Feed()
        ours, theirs = socket.socketpair()
        feed.attach(ours)
        theirs.close()

        await gone(ours)
        await feed.aclose()

    run(loop, scene())


async def test_much_does_not_wait_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "SEND_SECONDS", 1_000.0)
    feed = Feed()
    listener = await attached(feed)
    first = begun(feed)
    second = begun(feed, b"x" * BATCH_BYTES)

    heard = await listener.messages(2)

    assert [type(each) for each in heard] == [Opened, Opened]
    ended(first)
    ended(second)
    assert len(await everything(feed, listener)) == 2


async def test_closing_waits_for_the_recorder_after_one_that_goes_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "FLUSH_SECONDS", 1_000.0)
    feed = Feed()
    listener = await attached(feed)
    ended(begun(feed, b"x" * 10_000_000))
    closing = asyncio.ensure_future(feed.aclose())
    await asyncio.sleep(0)  # it has begun
    listener.close()
    await asyncio.sleep(0)

    last = await attached(feed)

    assert [type(each) for each in await last.messages(2)] == [Opened, Closed]
    async with asyncio.timeout(20):
        await closing
    last.close()
    assert feed.dropped == 0


async def test_closing_waits_for_a_slow_recorder_as_long_as_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "FLUSH_SECONDS", 1.5)
    feed = Feed()
    listener = await attached(feed, acknowledges=False)
    for _ in range(5):  # a frame each
        ended(begun(feed, b"x" * 2_000_000))
    closing = asyncio.ensure_future(feed.aclose())
    heard: list[Message] = []
    while len(heard) < 10:
        heard += await listener.frame()
        await asyncio.sleep(
            0.4
        )  # what it takes to write that down: for all of it, longer than for one that does nothing
        listener.acknowledge()

    async with asyncio.timeout(20):
        await closing

    assert feed.dropped == 0
    assert await listener.rest() == []


async def test_closing_waits_for_a_stalled_recorder_no_longer_than_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "FLUSH_SECONDS", 0.01)
    feed = Feed()
    listener = await attached(feed)
    ended(begun(feed, b"x" * 10_000_000))

    await feed.aclose()

    listener.close()


async def test_closing_without_a_recorder_waits_a_moment_and_counts_what_nobody_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feed_module, "FLUSH_SECONDS", 0.01)
    feed = Feed()
    ended(begun(feed))

    await feed.aclose()

    assert feed.dropped == 2


async def test_closing_is_at_once_where_nothing_waits() -> None:
    await Feed().aclose()


async def test_a_feed_that_is_off_keeps_nothing() -> None:
    feed = Feed(enabled=False)
    body = request()
    recording = feed.open(body, "req-1")
    recording.asks("openai_chat", "fast", BODY, stream=False, received=0.0)
    recording.tried(attempt())
    recording.answered(b"application/json")
    recording.piece(ANSWER)
    recording.broke("closed")
    ended(recording)
    listener = await attached(feed)

    assert recording.began > 0
    assert body not in gc.get_referents(recording)
    assert await everything(feed, listener) == []
