"""The client against upstreams that follow a script, byte for byte."""

import asyncio
import gzip
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable

import brotli
import pytest
import zstandard

from planoai.errors import UpstreamClosed, UpstreamTimeout, UpstreamUnreachable, UpstreamUnreadable
from planoai.net.client import Client, ClientLimits, Origin, Response, Timeouts
from planoai.net.unreachable import unreachable
from tests.net.raw import Raw, Script, Upstream, scripted

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def says(*answers: bytes) -> Script:
    """On each connection: one of `answers` for each request; then the connection ends."""

    async def script(raw: Raw, number: int) -> None:
        for answer in answers:
            await raw.request()
            await raw.send(answer)

    return script


def keeps_saying(answer: bytes) -> Script:
    async def script(raw: Raw, number: int) -> None:
        while True:
            await raw.request()
            await raw.send(answer)

    return script


async def get(client: Client, upstream: Upstream, timeouts: Timeouts = Timeouts()) -> tuple[int, bytes]:  # noqa: B008 - frozen
    with await client.send(upstream.origin, "GET", "/", [], timeouts=timeouts) as response:
        return response.status, await response.body()


async def test_a_request_is_written_as_it_was_given() -> None:
    seen: asyncio.Queue[tuple[str, dict[str, str], bytes]] = asyncio.Queue()

    async def script(raw: Raw, number: int) -> None:
        while True:
            seen.put_nowait(await raw.request())
            await raw.send(OK)

    async with scripted(script) as upstream, Client() as client:
        with await client.send(
            upstream.origin, "POST", "/v1/x?y=z", [(b"content-type", b"application/json")], b"{}"
        ) as response:
            assert (response.status, response.headers.get(b"content-length"), await response.body()) == (
                200,
                b"2",
                b"ok",
            )
        first, headers, body = seen.get_nowait()
        assert (first, body) == ("POST /v1/x?y=z HTTP/1.1", b"{}")
        assert headers == {"host": upstream.origin.authority, "content-type": "application/json", "content-length": "2"}

        with await client.send(upstream.origin, "GET", "/", [(b"Host", b"other.example")]):
            pass
        assert seen.get_nowait()[1] == {"host": "other.example"}

        with await client.send(upstream.origin, "POST", "/", []):
            pass
        assert seen.get_nowait()[1]["content-length"] == "0"


@pytest.mark.parametrize(
    "header", [(b"x", b"a\r\nb: c"), (b"x", b"a\0"), (b"content-length", b"5"), (b"transfer-encoding", b"chunked")]
)
async def test_a_header_that_would_make_two_requests_of_one_is_never_sent(header: tuple[bytes, bytes]) -> None:
    async with scripted(keeps_saying(OK)) as upstream, Client() as client:
        with pytest.raises(ValueError):
            await client.send(upstream.origin, "POST", "/", [header])
        with pytest.raises(ValueError):
            await client.send(upstream.origin, "POST", "/ HTTP/1.1\r\nx: y", [])
        assert upstream.connections == 0


BODIES = {
    "sized": b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world",
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: x\r\n\r\n",
    "until the end": b"HTTP/1.1 200 OK\r\n\r\nhello world",
    "until the end in 1.0": b"HTTP/1.0 200 OK\r\n\r\nhello world",
    "after an interim answer": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world",
    "without a reason": b"HTTP/1.1 200\r\nContent-Length: 11\r\n\r\nhello world",
}


@pytest.mark.parametrize("answer", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("piece", [1, 7, 1000])
async def test_a_body_of_every_framing_is_read(answer: bytes, piece: int) -> None:
    async def script(raw: Raw, number: int) -> None:
        await raw.request()
        for start in range(0, len(answer), piece):
            await raw.send(answer[start : start + piece])
            await asyncio.sleep(0)

    async with scripted(script) as upstream, Client() as client:
        assert await get(client, upstream) == (200, b"hello world")


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n"]
)
async def test_answers_without_a_body_leave_the_connection_usable(answer: bytes) -> None:
    async with scripted(keeps_saying(answer)) as upstream, Client() as client:
        for _ in range(2):
            assert (await get(client, upstream))[1] == b""
        assert upstream.connections == 1


async def test_the_answer_to_head_has_no_body_whatever_its_length_says() -> None:
    async with scripted(keeps_saying(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")) as upstream, Client() as client:
        with await client.send(upstream.origin, "HEAD", "/", []) as response:
            assert (response.headers.get(b"content-length"), await response.chunk()) == (b"10", b"")


async def test_chunks_are_handed_on_as_they_come() -> None:
    more = asyncio.Event()

    async def script(raw: Raw, number: int) -> None:
        await raw.request()
        await raw.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        await more.wait()
        await raw.send(b"6\r\nsecond\r\n0\r\n\r\n")

    async with scripted(script) as upstream, Client() as client:
        with await client.send(upstream.origin, "GET", "/", []) as response:
            assert await response.chunk() == b"first"
            more.set()
            assert await response.chunk() == b"second"
            assert await response.chunk() == b""
            assert await response.chunk() == b""


async def test_a_connection_that_was_read_to_its_end_is_used_again() -> None:
    async with scripted(keeps_saying(OK)) as upstream, Client() as client:
        for _ in range(3):
            assert await get(client, upstream) == (200, b"ok")
        assert upstream.connections == 1


async def test_requests_at_the_same_time_have_connections_of_their_own_and_the_last_used_is_taken_first() -> None:
    used: list[int] = []

    async def script(raw: Raw, number: int) -> None:
        while True:
            await raw.request()
            used.append(number)
            await raw.send(OK)

    async with scripted(script) as upstream, Client() as client:
        with await client.send(upstream.origin, "GET", "/", []) as first:
            with await client.send(upstream.origin, "GET", "/", []) as second:
                await second.body()
            await first.body()
        await get(client, upstream)
        assert used == [1, 2, 1]


NOT_KEPT = {
    "the answer says close": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
    "http 1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "more came than was said": OK + b"junk",
    "a second answer came": OK + OK,
}


@pytest.mark.parametrize("answer", NOT_KEPT.values(), ids=NOT_KEPT.keys())
async def test_a_connection_is_not_kept_when(answer: bytes) -> None:
    async def script(raw: Raw, number: int) -> None:
        await raw.request()
        await raw.send(answer)
        await raw.rest()

    async with scripted(script) as upstream, Client() as client:
        for _ in range(2):
            assert await get(client, upstream) == (200, b"ok")
        assert upstream.connections == 2


async def test_no_more_idle_connections_are_kept_than_the_limit_says() -> None:
    async with scripted(keeps_saying(OK)) as upstream, Client(ClientLimits(idle_connections=1)) as client:
        with await client.send(upstream.origin, "GET", "/", []) as first:
            await get(client, upstream)
            await first.body()
        assert await upstream.closed.get() == 1


async def test_an_idle_connection_is_closed_after_a_while() -> None:
    async with scripted(keeps_saying(OK)) as upstream, Client(ClientLimits(idle_seconds=0.05)) as client:
        await get(client, upstream)
        assert await upstream.closed.get() == 1
        assert await get(client, upstream) == (200, b"ok")


async def test_a_kept_connection_on_which_something_comes_unasked_is_dropped() -> None:
    async def script(raw: Raw, number: int) -> None:
        await raw.request()
        await raw.send(OK)
        if number == 1:
            await raw.send(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
        assert await raw.rest() == b"" or number == 2

    async with scripted(script) as upstream, Client() as client:
        await get(client, upstream)
        assert await upstream.closed.get() == 1
        assert await get(client, upstream) == (200, b"ok")


def dies_after_the_first(*, answers_first: bytes = b"") -> Script:
    async def script(raw: Raw, number: int) -> None:
        await raw.request()
        await raw.send(OK)
        await raw.request()
        if number == 1:
            await raw.send(answers_first)
        else:
            await raw.send(OK)

    return script


# A busy machine does not make a fresh failure an old one, and a kept connection counts as old at once.
PATIENT = ClientLimits(stale_seconds=30, rested_seconds=0)


async def test_a_request_is_not_sent_again_once_anything_of_its_answer_came() -> None:
    async with scripted(dies_after_the_first(answers_first=b"HTTP/1.1 2")) as upstream, Client(PATIENT) as client:
        await get(client, upstream)
        with pytest.raises(UpstreamClosed):
            await get(client, upstream)
        assert upstream.connections == 1


async def test_a_request_on_a_new_connection_is_not_sent_again() -> None:
    async with scripted(says(b"")) as upstream, Client() as client:
        with pytest.raises(UpstreamClosed, match=f"{upstream.origin} closed the connection before it answered"):
            await get(client, upstream)
        assert upstream.connections == 1


CUT = {
    "in the head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "in a sized body": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
    "in a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
    "between chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    "before the last line": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
}


@pytest.mark.parametrize("answer", CUT.values(), ids=CUT.keys())
async def test_an_answer_that_ends_early_is_an_error(answer: bytes) -> None:
    async with scripted(says(answer)) as upstream, Client() as client:
        with pytest.raises(UpstreamClosed):
            await get(client, upstream)


async def test_what_came_before_the_early_end_is_handed_on() -> None:
    async with scripted(says(CUT["between chunks"])) as upstream, Client() as client:
        with await client.send(upstream.origin, "GET", "/", []) as response:
            assert await response.chunk() == b"abc"
            with pytest.raises(UpstreamClosed, match="before its answer was complete"):
                await response.chunk()


async def test_a_reset_does_not_complete_a_body_that_ends_with_the_connection() -> None:
    async def script(raw: Raw, number: int) -> None:
        await raw.request()
        await raw.send(b"HTTP/1.1 200 OK\r\n\r\nabc")
        await raw.reader.readexactly(1)
        raw.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        raw.writer.transport.abort()

    async with scripted(script) as upstream, Client() as client:
        with await client.send(upstream.origin, "GET", "/", []) as response:
            assert await response.chunk() == b"abc"
            assert response._connection is not None
            response._connection._transport.write(b"x")  # tells the script that we have read
            with pytest.raises(UpstreamClosed):
                await response.chunk()


UNREADABLE = {
    "no http": b"SSH-2.0-OpenSSH_9.6\r\n",
    "http 2": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00",
    "bare lf": b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
    "length and chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
    "a folded field": b"HTTP/1.1 200 OK\r\nx: a\r\n b\r\nContent-Length: 2\r\n\r\nok",
    "another coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
    "a head too large": b"HTTP/1.1 200 OK\r\nx: " + b"y" * 70_000 + b"\r\n\r\n",
    "a head without end": b"HTTP/1.1 200 OK\r\nx: " + b"y" * 1_000_000,
    "trailers without end": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nx: " + b"y" * 1_000_000,
}


@pytest.mark.parametrize("answer", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_what_is_not_http_is_an_error_that_names_the_origin(answer: bytes) -> None:
    async def script(raw: Raw, number: int) -> None:
        await raw.request()
        await raw.send(answer)
        await raw.rest()

    async with scripted(script) as upstream, Client() as client:
        with pytest.raises(UpstreamUnreadable, match=str(upstream.origin)):
            await get(client, upstream)
        await upstream.closed.get()


async def test_a_body_over_the_callers_limit_is_an_error() -> None:
    async with scripted(keeps_saying(BODIES["sized"])) as upstream, Client() as client:
        with await client.send(upstream.origin, "GET", "/", []) as response, pytest.raises(UpstreamUnreadable):
            await response.body(limit=10)
        with await client.send(upstream.origin, "GET", "/", []) as response:
            assert await response.body(limit=11) == b"hello world"


async def says_nothing(raw: Raw, number: int) -> None:
    await raw.request()
    await raw.rest()


async def says_a_bit(raw: Raw, number: int) -> None:
    await raw.request()
    await raw.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
    await raw.rest()


async def trickles(raw: Raw, number: int) -> None:
    await raw.request()
    await raw.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while not raw.reader.at_eof():
        await raw.send(b"x")
        await asyncio.wait({asyncio.ensure_future(raw.reader.read(1))}, timeout=0.02)


@pytest.mark.parametrize(
    ("script", "timeouts", "limit"),
    [
        (says_nothing, Timeouts(first_byte=0.1), "first byte limit"),
        (says_nothing, Timeouts(total=0.1), "total limit"),
        (says_a_bit, Timeouts(idle=0.1), "idle limit"),
        (says_a_bit, Timeouts(total=0.1), "total limit"),
        (keeps_saying(b"HTTP/1.1 100 Continue\r\n\r\n"), Timeouts(first_byte=0.1), "first byte limit"),
    ],
)
async def test_a_limit_of_time_names_the_origin_and_itself_and_closes_the_connection(
    script: Script, timeouts: Timeouts, limit: str
) -> None:
    async with scripted(script) as upstream, Client() as client:
        with pytest.raises(UpstreamTimeout, match=limit) as caught:
            await get(client, upstream, timeouts=timeouts)
        assert str(upstream.origin) in str(caught.value)
        await upstream.closed.get()


async def test_the_total_limit_ends_an_answer_that_trickles_on() -> None:
    async with scripted(trickles) as upstream, Client() as client:
        with pytest.raises(UpstreamTimeout, match="total limit"):
            await get(client, upstream, timeouts=Timeouts(idle=10, total=0.2))


async def read_slowly(response: Response) -> None:
    """So slowly that something has come whenever it asks."""
    while await response.chunk():
        await asyncio.sleep(0.05)


async def test_the_total_limit_ends_an_answer_that_nobody_has_to_wait_for() -> None:
    async with scripted(trickles) as upstream, Client() as client, asyncio.timeout(10):
        with await client.send(upstream.origin, "GET", "/", [], timeouts=Timeouts(total=0.2)) as response:
            with pytest.raises(UpstreamTimeout, match="total limit"):
                await read_slowly(response)
            await upstream.closed.get()


async def test_what_came_in_time_is_handed_on_after_the_total_limit() -> None:
    async with scripted(says_a_bit) as upstream, Client() as client:
        with await client.send(upstream.origin, "GET", "/", [], timeouts=Timeouts(total=0.05)) as response:
            await asyncio.sleep(0.1)
            assert await response.chunk() == b"o"
            with pytest.raises(UpstreamTimeout, match="total limit"):
                await response.chunk()
    async with scripted(keeps_saying(OK)) as upstream, Client() as client:
        with await client.send(upstream.origin, "GET", "/", [], timeouts=Timeouts(total=0.05)) as response:
            await asyncio.sleep(0.1)
            assert await response.body() == b"ok"


async def test_a_slow_reader_of_ours_is_not_the_upstreams_fault() -> None:
    async with scripted(says_a_bit) as upstream, Client() as client:
        with await client.send(
            upstream.origin, "GET", "/", [], timeouts=Timeouts(first_byte=0.05, idle=0.05)
        ) as response:
            await asyncio.sleep(0.15)
            assert await response.chunk() == b"o"


async def test_a_refused_connection_names_the_origin() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with Client() as client:
        with pytest.raises(
            UpstreamUnreachable, match=f"http://127.0.0.1:{port} cannot be reached: it refuses the connection"
        ):
            await client.send(Origin("http", "127.0.0.1", port), "GET", "/", [])


@pytest.mark.parametrize(
    ("timeouts", "limit"),
    [(Timeouts(connect=0.1), "0.1 s .connect limit"), (Timeouts(total=0.1), "0.1 s .total limit")],
)
async def test_a_connection_that_is_not_taken_is_a_timeout(timeouts: Timeouts, limit: str) -> None:
    async with Client() as client:
        with socket.socket() as full:  # listens for one, and that one is taken
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            address = full.getsockname()
            fillers = [socket.socket() for _ in range(3)]
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(address)
            with pytest.raises(UpstreamTimeout, match=limit):
                await client.send(Origin("http", *address), "GET", "/", [], timeouts=timeouts)
            for filler in fillers:
                filler.close()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (socket.gaierror(-2, "Name or service not known"), "its host name cannot be resolved."),
        (OSError(101, "Network is unreachable"), "network is unreachable."),
        (ConnectionResetError(104, "Connection reset by peer"), "connection reset by peer."),
        (ssl.SSLError(1, "[SSL: TLSV1_ALERT_NO_APPLICATION_PROTOCOL] tlsv1 alert no application protocol"), "it does not speak HTTP/1.1 over TLS"),
        (OSError(), "the connection broke off."),
    ],
)  # fmt: skip
def test_why_an_upstream_cannot_be_reached_is_one_sentence(error: OSError, sentence: str) -> None:
    message = unreachable(Origin("https", "api.example.com", 443), error).message
    assert message.startswith("https://api.example.com cannot be reached: ")
    assert sentence in message


async def test_a_host_name_that_cannot_be_one_is_unreachable() -> None:
    async with Client() as client:
        with pytest.raises(UpstreamUnreachable):
            await client.send(Origin("http", "a..b", 80), "GET", "/", [])


async def leaves_early(response: Response) -> None:
    await response.chunk()


async def raises(response: Response) -> None:
    raise KeyError


async def is_cancelled(response: Response) -> None:
    await response.chunk()
    async with asyncio.timeout(0.05):
        await response.chunk()


@pytest.mark.parametrize("act", [leaves_early, raises, is_cancelled])
async def test_leaving_an_answer_that_is_not_complete_closes_its_connection(
    act: Callable[[Response], Awaitable[None]],
) -> None:
    async with scripted(says_a_bit) as upstream, Client() as client:
        try:
            with await client.send(upstream.origin, "GET", "/", []) as response:
                await act(response)
        except (KeyError, TimeoutError):
            pass
        assert await upstream.closed.get() == 1


async def test_cancelling_a_request_that_waits_for_its_answer_closes_its_connection() -> None:
    arrived = asyncio.Event()

    async def script(raw: Raw, number: int) -> None:
        await raw.request()
        arrived.set()
        await raw.rest()

    async with scripted(script) as upstream, Client() as client:
        task = asyncio.create_task(client.send(upstream.origin, "GET", "/", []))
        await arrived.wait()
        task.cancel()
        assert await upstream.closed.get() == 1
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_an_answer_that_was_left_can_not_be_read_on() -> None:
    async with scripted(keeps_saying(OK)) as upstream, Client() as client:
        with await client.send(upstream.origin, "GET", "/", []) as response:
            pass
        with pytest.raises(RuntimeError):
            await response.body()
        with pytest.raises(RuntimeError):
            await response.chunk()


async def test_an_answer_that_has_come_whole_need_not_be_read_for_its_connection_to_be_kept() -> None:
    async with scripted(keeps_saying(OK)) as upstream, Client() as client:
        for _ in range(2):
            with await client.send(upstream.origin, "GET", "/", []) as response:
                assert response.status == 200
        assert await get(client, upstream) == (200, b"ok")
        assert upstream.connections == 1


FIRST = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"


async def settled(client: Client, upstream: Upstream) -> None:
    with await client.send(upstream.origin, "GET", "/", []) as response:
        assert await response.chunk() == b"first"
        response.settle()


@pytest.mark.parametrize("piece", [1, 1000])
async def test_a_settled_answer_that_ends_soon_leaves_its_connection_usable(piece: int) -> None:
    left = asyncio.Event()
    rest = b"6\r\nsecond\r\n0\r\nTrailer: x\r\n\r\n"

    async def script(raw: Raw, number: int) -> None:
        await raw.request()
        await raw.send(FIRST)
        await left.wait()
        for start in range(0, len(rest), piece):
            await raw.send(rest[start : start + piece])
            await asyncio.sleep(0)
        while True:
            await raw.request()
            await raw.send(OK)

    async with scripted(script) as upstream, Client(ClientLimits(settle_seconds=30)) as client:
        await settled(client, upstream)
        assert client._pool is not None
        assert not client._pool._idle
        left.set()
        while not client._pool._idle:
            await asyncio.sleep(0)
        for _ in range(2):
            assert await get(client, upstream) == (200, b"ok")
        assert upstream.connections == 1


async def test_an_answer_that_was_complete_when_it_was_settled_leaves_its_connection_usable() -> None:
    async with scripted(keeps_saying(FIRST + b"0\r\n\r\n")) as upstream, Client() as client:
        for _ in range(2):
            await settled(client, upstream)
        assert upstream.connections == 1


UNSETTLED = {
    "too late": (FIRST, ClientLimits(settle_seconds=0.1)),
    "too long": (FIRST + b"ffff\r\n" + b"x" * 0xFFFF, ClientLimits(settle_seconds=60, settle_bytes=1000)),
    "not HTTP": (FIRST + b"nonsense\r\n", ClientLimits(settle_seconds=60)),
    "followed by something else": (FIRST + b"0\r\n\r\nHTTP/1.1 200", ClientLimits(settle_seconds=60)),
    "ends with the connection": (b"HTTP/1.1 200 OK\r\n\r\nfirst", ClientLimits(settle_seconds=60)),
    "the last": (FIRST.replace(b"\r\n", b"\r\nConnection: close\r\n", 1), ClientLimits(settle_seconds=60)),
}


@pytest.mark.parametrize(("answer", "limits"), UNSETTLED.values(), ids=UNSETTLED.keys())
async def test_a_settled_answer_is_cut_when_its_rest_is(answer: bytes, limits: ClientLimits) -> None:
    left = asyncio.Event()

    async def script(raw: Raw, number: int) -> None:
        await raw.request()
        first = answer[: answer.index(b"first") + 7]
        await raw.send(first)
        await left.wait()
        await raw.send(answer[len(first) :])
        await raw.rest()

    async with scripted(script) as upstream, Client(limits) as client:
        await settled(client, upstream)
        left.set()
        assert await upstream.closed.get() == 1


async def test_leaving_the_client_cuts_what_is_still_settling() -> None:
    async def script(raw: Raw, number: int) -> None:
        await raw.request()
        await raw.send(FIRST)
        await raw.rest()

    async with scripted(script) as upstream:
        async with Client(ClientLimits(settle_seconds=60)) as client:
            await settled(client, upstream)
        assert await upstream.closed.get() == 1


async def test_an_answer_before_the_whole_request_was_sent_is_read() -> None:
    async def script(raw: Raw, number: int) -> None:
        await raw.head()
        await raw.send(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno")
        await raw.rest()

    async with scripted(script) as upstream, Client() as client:
        with await client.send(upstream.origin, "POST", "/", [], b"x" * 50_000_000) as response:
            assert (response.status, await response.body()) == (413, b"no")
        assert await upstream.closed.get() == 1


async def test_an_answer_before_the_whole_request_was_sent_is_read_even_if_the_upstream_hangs_up_at_once() -> None:
    async def script(raw: Raw, number: int) -> None:
        await raw.head()
        await raw.send(b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")

    async with scripted(script) as upstream, Client() as client:
        for size in (300_000, 3_000_000, 30_000_000):
            with await client.send(upstream.origin, "POST", "/", [], b"x" * size) as response:
                assert (response.status, await response.body()) == (413, b"no")


async def test_very_many_very_small_chunks_make_one_body() -> None:
    body = bytes(range(256)) * 200
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body)
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    async with scripted(keeps_saying(answer)) as upstream, Client() as client:
        for _ in range(2):
            assert await get(client, upstream) == (200, body)
        assert upstream.connections == 1


async def test_reading_stops_while_nobody_takes_what_came() -> None:
    sent = 0
    stalled = asyncio.Event()
    total = 64 * 1024 * 1024

    async def script(raw: Raw, number: int) -> None:
        nonlocal sent
        await raw.request()
        await raw.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % total)
        for _ in range(total // 65536):
            asyncio.get_running_loop().call_later(0.2, stalled.set)
            await raw.send(b"x" * 65536)
            sent += 65536

    async with scripted(script) as upstream, Client() as client:
        with await client.send(upstream.origin, "GET", "/", []) as response:
            await stalled.wait()
            assert sent < total // 2
            assert len(await response.chunk()) <= 1024 * 1024  # the mark, and what was read at once when it was reached
            size = 0
            while chunk := await response.chunk():
                size += len(chunk)
        assert size > total // 2


async def test_a_closed_client_sends_nothing_and_leaves_no_connection() -> None:
    async with scripted(says_a_bit) as upstream:
        client = Client()
        with pytest.raises(RuntimeError):
            await client.send(upstream.origin, "GET", "/", [])
        async with client:
            response = await client.send(upstream.origin, "GET", "/", [])
        with response:
            assert await response.chunk() == b"o"
            with pytest.raises(UpstreamClosed):
                await response.chunk()
        assert await upstream.closed.get() == 1
        with pytest.raises(RuntimeError):
            await client.send(upstream.origin, "GET", "/", [])


async def test_ipv6_addresses_are_spoken_to() -> None:
    async with scripted(keeps_saying(OK), host="::1") as upstream, Client() as client:
        assert await get(client, upstream) == (200, b"ok")


def coded_answer(body: bytes, *fields: bytes) -> bytes:
    lines = b"".join(b"Content-Encoding: %b\r\n" % each for each in fields)
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n%b\r\n%b" % (len(body), lines, body)


COMPRESSED = {
    "gzip": coded_answer(gzip.compress(b"hello world"), b"gzip"),
    "deflate": coded_answer(zlib.compress(b"hello world"), b"Deflate"),
    "br": coded_answer(brotli.compress(b"hello world"), b"BR"),
    "zstd": coded_answer(zstandard.compress(b"hello world"), b"zstd"),
    "in a row": coded_answer(brotli.compress(gzip.compress(b"hello world")), b"gzip, identity", b"br"),
    "identity": coded_answer(b"hello world", b"identity"),
}


@pytest.mark.parametrize("answer", COMPRESSED.values(), ids=COMPRESSED.keys())
async def test_a_compressed_answer_is_read_as_what_it_stands_for(answer: bytes) -> None:
    async with scripted(keeps_saying(answer)) as upstream, Client() as client:
        for _ in range(2):
            with await client.send(upstream.origin, "GET", "/", []) as response:
                assert [name for name, _ in response.headers] == [b"content-type"]
                assert await response.body() == b"hello world"
        with await client.send(upstream.origin, "GET", "/", []) as response:
            assert [await response.chunk() for _ in range(3)] == [b"hello world", b"", b""]
        assert upstream.connections == 1


async def test_a_compressed_stream_is_handed_on_as_it_was_flushed() -> None:
    more = asyncio.Event()

    async def script(raw: Raw, number: int) -> None:
        await raw.request()
        stream = zlib.compressobj(wbits=31)
        first = stream.compress(b"first") + stream.flush(zlib.Z_SYNC_FLUSH)
        await raw.send(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + first)
        await more.wait()
        await raw.send(stream.compress(b"second") + stream.flush())

    async with scripted(script) as upstream, Client() as client:
        with await client.send(upstream.origin, "GET", "/", []) as response:
            assert await response.chunk() == b"first"
            more.set()
            assert await response.chunk() == b"second"
            assert await response.chunk() == b""


UNDECODABLE = {
    "unknown": (coded_answer(b"x", b"gzip, sdch"), "a content coding that is not known here .'sdch'."),
    "garbage": (coded_answer(b"hello", b"gzip"), "is not valid gzip"),
    "cut short": (coded_answer(gzip.compress(b"hello")[:-1], b"gzip"), "ends before its gzip coding does"),
}


@pytest.mark.parametrize(("answer", "reason"), UNDECODABLE.values(), ids=UNDECODABLE.keys())
async def test_an_answer_that_can_not_be_decoded_names_the_origin_and_keeps_its_status(
    answer: bytes, reason: str
) -> None:
    async with scripted(keeps_saying(answer)) as upstream, Client() as client:
        with await client.send(upstream.origin, "GET", "/", []) as response:
            assert response.status == 200
            with pytest.raises(UpstreamUnreadable, match=f"The body of {upstream.origin}'s answer .*{reason}"):
                await response.body()


async def test_the_limit_of_a_compressed_body_counts_what_it_stands_for() -> None:
    bomb = coded_answer(gzip.compress(bytes(50_000_000)), b"gzip")
    async with scripted(keeps_saying(bomb)) as upstream, Client() as client:
        with await client.send(upstream.origin, "GET", "/", []) as response:
            assert len(await response.chunk()) <= 1024 * 1024
            with pytest.raises(UpstreamUnreadable, match="larger than 3000000 bytes"):
                await response.body(limit=3_000_000)
