"""One upstream connection by itself, on a line that only notes what is done with it."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planoai.errors import PlanoError, UpstreamTimeout
from planoai.net.bounds import ClientLimits, Timeouts
from planoai.net.origin import Origin
from planoai.net.tls_connection import TlsUpstreamConnection
from planoai.net.upstream import UpstreamConnection
from tests.net.test_reading import cut

ORIGIN = Origin("http", "up.example", 80)
REQUEST = b"GET / HTTP/1.1\r\nhost: up.example\r\n\r\n"
ANSWERS = {
    "sized": b"HTTP/1.1 200 OK\r\nContent-Type: text/plain \r\nX:\r\nContent-Length: 11\r\n\r\nhello world",
    "chunked": b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: x\r\n\r\n",
    "until the end": b"HTTP/1.1 200 OK\r\nX: 1\r\nX: 2\r\n\r\nhello world",
    "interim": b"HTTP/1.1 100 Continue\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world",
    "cut short": b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello world",
    "broken": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n",
    "too much": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
}


class Line(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.paced: list[str] = []
        self.aborted = False
        self.unsent = [0]  # what is left of the request, each time somebody looks; the last one stays

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def get_write_buffer_size(self) -> int:
        return self.unsent.pop(0) if len(self.unsent) > 1 else self.unsent[0]

    def pause_reading(self) -> None:
        self.paced.append("paused")

    def resume_reading(self) -> None:
        self.paced.append("resumed")

    def is_closing(self) -> bool:
        return self.aborted

    def abort(self) -> None:
        self.aborted = True


def on(line: Line, limits: ClientLimits | None = None) -> UpstreamConnection:
    connection = UpstreamConnection(asyncio.get_running_loop(), ORIGIN, limits or ClientLimits(), lambda _: None)
    connection.connection_made(line)
    return connection


async def exchanged(chunks: list[bytes]) -> list[object]:
    """What the caller sees of an answer that comes in `chunks`, after which the upstream closes."""
    line = Line()
    connection = on(line)
    exchange = asyncio.create_task(
        connection.exchange(REQUEST, Timeouts(), asyncio.get_running_loop().time() + 60, head_only=False)
    )
    await asyncio.sleep(0)
    for chunk in chunks:
        connection.data_received(chunk)
    connection.eof_received()
    connection.connection_lost(None)
    try:
        await exchange
        body = b""
        while chunk := await connection.chunk():
            body += chunk
    except PlanoError as error:
        return [type(error), error.message]
    return [connection.status, list(connection.headers), body]


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
@given(places=st.lists(st.integers(0, 200), max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
async def test_where_the_bytes_are_cut_does_not_matter(answer: bytes, places: list[int]) -> None:
    assert await exchanged(cut(answer, places)) == await exchanged([answer])


@given(data=st.binary(min_size=1, max_size=300), places=st.lists(st.integers(0, 300), max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
async def test_no_bytes_at_all_raise_anything_but_our_errors(data: bytes, places: list[int]) -> None:
    await exchanged(cut(data, places))


async def test_reading_pauses_above_the_mark_and_goes_on_when_the_body_is_taken() -> None:
    line = Line()
    connection = on(line, ClientLimits(pending_bytes=10))
    exchange = asyncio.create_task(connection.exchange(REQUEST, Timeouts(), float("inf"), head_only=False))
    await asyncio.sleep(0)
    assert line.written == REQUEST
    connection.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + b"x" * 10)
    assert line.paced == []
    connection.data_received(b"y")
    assert line.paced == ["paused"]
    await exchange
    assert await connection.chunk() == b"x" * 10 + b"y"
    assert line.paced == ["paused", "resumed"]


async def test_the_idle_limit_counts_only_while_somebody_waits() -> None:
    line = Line()
    connection = on(line)
    exchange = asyncio.create_task(connection.exchange(REQUEST, Timeouts(idle=0.02), float("inf"), head_only=False))
    await asyncio.sleep(0)
    connection.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
    await exchange
    waiting = asyncio.create_task(connection.chunk())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    await asyncio.sleep(0.05)  # more than the limit
    assert not line.aborted
    connection.data_received(b"ok")
    assert await connection.chunk() == b"ok"


async def test_a_request_that_is_still_being_taken_may_exceed_the_first_byte_limit() -> None:
    line = Line()
    connection = on(line)
    line.unsent = [30, 20, 10, 10]  # it moves twice, then no more
    with pytest.raises(UpstreamTimeout):
        await connection.exchange(REQUEST, Timeouts(first_byte=0.01), float("inf"), head_only=False)
    assert line.unsent == [10]
    assert line.aborted


@pytest.mark.parametrize("unsent", [0, 5])
async def test_a_connection_is_kept_only_when_the_whole_request_has_left(unsent: int) -> None:
    line = Line()
    connection = on(line)
    exchange = asyncio.create_task(connection.exchange(REQUEST, Timeouts(), float("inf"), head_only=False))
    await asyncio.sleep(0)
    connection.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    await exchange
    line.unsent = [unsent]
    assert connection.release() is (unsent == 0)
    connection.connection_lost(None)


async def test_a_connection_that_was_paused_is_read_again_once_it_is_kept() -> None:
    line = Line()
    connection = on(line, ClientLimits(pending_bytes=1))
    exchange = asyncio.create_task(connection.exchange(REQUEST, Timeouts(), float("inf"), head_only=False))
    await asyncio.sleep(0)
    connection.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    await exchange
    assert connection.release()
    assert line.paced == ["paused", "resumed"]
    connection.connection_lost(None)


async def test_what_was_read_into_a_buffer_is_out_of_it_before_it_is_used_again() -> None:
    line = Line()
    buffer = memoryview(bytearray(100))
    connection = TlsUpstreamConnection(asyncio.get_running_loop(), ORIGIN, ClientLimits(), lambda _: None, buffer)
    connection.connection_made(line)
    exchange = asyncio.create_task(connection.exchange(REQUEST, Timeouts(), float("inf"), head_only=False))
    await asyncio.sleep(0)
    for piece in (b"HTTP/1.1 200 OK\r\nX: y\r\nContent-Le", b"ngth: 11\r\n\r\nhello", b" world"):
        connection.get_buffer(-1)[: len(piece)] = piece
        connection.buffer_updated(len(piece))
        buffer[:] = bytes(100)
    await exchange
    assert connection.headers.get(b"x") == b"y"
    assert await connection.chunk() == b"hello world"
    connection.connection_lost(None)
