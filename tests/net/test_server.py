"""The server over loopback, spoken to in raw bytes."""

import asyncio
import gzip
import json
import logging
import socket
import struct
import zlib

import brotli
import pytest
import zstandard

from planoai.errors import ClientError, PlanoError, RequestTimeout, TooLarge
from planoai.net.server import Handler, Limits, Refusal, Reply, Request, Server, listen
from tests.net.raw import Raw, connected, serving

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
TEXT = (b"content-type", b"text/plain")


async def echo(request: Request, reply: Reply) -> None:
    body = await request.body()
    reply.send(200, [TEXT], f"{request.method} {request.target} ".encode() + body)


async def streamed(request: Request, reply: Reply) -> None:
    reply.start(200, [TEXT])
    for piece in (b"one ", b"", b"two ", b"three"):
        await reply.write(piece)
    await reply.end()


class Gate:
    """A handler that stands still, so that a test can act while it runs."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.opened = asyncio.Event()
        self.left: asyncio.Queue[str] = asyncio.Queue()

    async def __call__(self, request: Request, reply: Reply) -> None:
        self.entered.set()
        try:
            await self.opened.wait()
        except asyncio.CancelledError:
            self.left.put_nowait("cancelled")
            raise
        reply.send(200, [], request.path.encode())
        self.left.put_nowait("answered")


def post(body: bytes, *, path: str = "/", fields: bytes = b"") -> bytes:
    return b"POST %b HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n%b\r\n%b" % (path.encode(), len(body), fields, body)


async def test_a_connection_is_kept_for_the_next_request() -> None:
    async with serving(echo) as server, connected(server) as raw:
        for body in (b"first", b"second"):
            await raw.send(post(body))
            answer = await raw.answer()
            assert (answer.status, answer.body) == (200, b"POST / " + body)
            assert "connection" not in answer.headers
            assert answer.headers["content-type"] == "text/plain"
            assert answer.headers["date"].endswith("GMT")


async def test_connection_close_is_obeyed() -> None:
    async with serving(echo) as server, connected(server) as raw:
        await raw.send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + GET)
        assert (await raw.answer()).headers["connection"] == "close"
        assert await raw.rest() == b""


async def test_http_1_0_closes_unless_asked_to_keep_the_connection() -> None:
    async with serving(echo) as server:
        async with connected(server) as raw:
            await raw.send(b"GET / HTTP/1.0\r\n\r\n")
            assert (await raw.answer()).headers["connection"] == "close"
            assert await raw.rest() == b""
        async with connected(server) as raw:
            for _ in range(2):
                await raw.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                assert (await raw.answer()).headers["connection"] == "keep-alive"


async def test_pipelined_requests_are_answered_in_order() -> None:
    async def slower_first(request: Request, reply: Reply) -> None:
        for _ in range(10 - int(request.path[1:])):
            await asyncio.sleep(0)
        reply.send(200, [], request.path.encode())

    async with serving(slower_first) as server, connected(server) as raw:
        await raw.send(b"".join(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number for number in range(10)))
        assert [(await raw.answer()).body for _ in range(10)] == [b"/%d" % number for number in range(10)]


async def test_no_more_is_read_while_a_pipelined_request_waits() -> None:
    gate = Gate()

    async def handler(request: Request, reply: Reply) -> None:
        await request.body()
        await gate(request, reply)

    async with serving(handler) as server, connected(server) as raw:
        raw.writer.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
        raw.writer.write(GET + GET + post(b"x" * 64 * 1024 * 1024))
        flood = asyncio.ensure_future(raw.writer.drain())
        await gate.entered.wait()
        done, _ = await asyncio.wait({flood}, timeout=0.3)
        assert not done
        gate.opened.set()
        for _ in range(3):
            assert (await raw.answer()).status == 200
        await flood


async def test_a_client_that_pipelines_and_does_not_read_waits_for_its_next_answer() -> None:
    handled = 0

    async def handler(request: Request, reply: Reply) -> None:
        nonlocal handled
        handled += 1
        reply.send(200, [], request.path[1:].encode().rjust(16 * 1024))

    async with serving(handler) as server, connected(server) as raw:
        raw.writer.write(b"".join(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number for number in range(4000)))
        flood = asyncio.ensure_future(raw.writer.drain())
        await asyncio.wait({flood}, timeout=0.3)
        await asyncio.sleep(0.2)
        assert handled < 2000  # 32 MiB of answers: more than the sockets of both ends hold
        assert [int((await raw.answer()).body) for _ in range(4000)] == list(range(4000))
        await flood


async def test_a_client_that_pipelines_and_never_reads_is_cut() -> None:
    async def handler(request: Request, reply: Reply) -> None:
        reply.send(200, [], b"x" * 1024 * 1024)

    async with serving(handler, Limits(write_stall_seconds=0.1)) as server, connected(server) as raw:
        await raw.send(GET * 100)
        await asyncio.sleep(0.5)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            [await raw.answer() for _ in range(100)]


async def test_a_head_request_gets_the_head_alone() -> None:
    async with serving(echo) as server, connected(server) as raw:
        await raw.send(b"HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = await raw.answer(bodyless=True)
        assert answer.headers["content-length"] == str(len("HEAD /x "))
        await raw.send(GET)
        assert (await raw.answer()).body == b"GET / "


async def test_a_head_request_to_a_streaming_handler_gets_the_head_alone() -> None:
    async with serving(streamed) as server, connected(server) as raw:
        await raw.send(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + GET)
        assert (await raw.answer(bodyless=True)).headers["transfer-encoding"] == "chunked"
        assert (await raw.answer()).body == b"one two three"


@pytest.mark.parametrize("status", [204, 304])
async def test_statuses_without_a_body_have_none(status: int) -> None:
    async def handler(request: Request, reply: Reply) -> None:
        reply.send(status, [], b"not wanted")

    async with serving(handler) as server, connected(server) as raw:
        await raw.send(GET + GET)
        for _ in range(2):
            answer = await raw.answer()
            assert answer.status == status
            assert "content-length" not in answer.headers


async def test_a_streamed_answer_is_chunked_and_keeps_the_connection() -> None:
    async with serving(streamed) as server, connected(server) as raw:
        for _ in range(2):
            await raw.send(GET)
            answer = await raw.answer()
            assert (answer.headers["transfer-encoding"], answer.body) == ("chunked", b"one two three")


async def test_a_streamed_answer_for_http_1_0_ends_with_the_connection() -> None:
    async with serving(streamed) as server, connected(server) as raw:
        await raw.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        answer = await raw.answer()
        assert (answer.headers["connection"], answer.body) == ("close", b"one two three")
        assert "transfer-encoding" not in answer.headers


async def test_an_empty_streamed_answer_is_complete() -> None:
    async def handler(request: Request, reply: Reply) -> None:
        reply.start(200, [])
        await reply.end()

    async with serving(handler) as server, connected(server) as raw:
        await raw.send(GET + GET)
        assert (await raw.answer()).body == b""
        assert (await raw.answer()).body == b""


async def test_the_head_of_a_stream_does_not_wait_for_its_first_chunk() -> None:
    opened = asyncio.Event()

    async def handler(request: Request, reply: Reply) -> None:
        reply.start(200, [])
        await opened.wait()
        await reply.write(b"late")
        await reply.end()

    async with serving(handler) as server, connected(server) as raw:
        await raw.send(GET)
        first, _ = await raw.head()
        assert first == "HTTP/1.1 200 OK"
        opened.set()
        assert await raw.reader.readexactly(14) == b"4\r\nlate\r\n0\r\n\r\n"


async def test_an_aborted_stream_does_not_look_complete() -> None:
    async def handler(request: Request, reply: Reply) -> None:
        reply.start(200, [])
        await reply.write(b"some")
        reply.abort()

    async with serving(handler) as server:
        async with connected(server) as raw:
            await raw.send(GET)
            await raw.head()
            assert await raw.rest() == b"4\r\nsome\r\n"
        async with connected(server) as raw:  # where the end of the connection ends the body, only a reset tells
            await raw.send(b"GET / HTTP/1.0\r\n\r\n")
            with pytest.raises(ConnectionResetError):
                await raw.rest()


async def test_a_body_may_come_in_chunks_and_pieces() -> None:
    async with serving(echo) as server, connected(server) as raw:
        await raw.send(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")
        await asyncio.sleep(0)
        await raw.send(b"lo\r\n6\r\n world\r\n")
        await raw.send(b"0\r\n\r\n")
        assert (await raw.answer()).body == b"POST / hello world"


async def test_a_large_body_arrives_whole() -> None:
    async def handler(request: Request, reply: Reply) -> None:
        reply.send(200, [], str(len(await request.body())).encode())

    async with serving(handler) as server, connected(server) as raw:
        await raw.send(post(b"x" * 20_000_000))
        assert (await raw.answer()).body == b"20000000"


CODED = {
    "gzip": (gzip.compress(b"hello"), b"gzip"),
    "deflate": (zlib.compress(b"hello"), b"DEFLATE"),
    "br": (brotli.compress(b"hello"), b"br"),
    "zstd": (zstandard.compress(b"hello"), b"zstd"),
    "in a row": (zstandard.compress(gzip.compress(b"hello")), b"gzip, zstd"),
    "identity": (b"hello", b"identity"),
    "nothing": (b"", b"gzip"),
}


@pytest.mark.parametrize(("body", "coding"), CODED.values(), ids=CODED.keys())
async def test_a_compressed_body_is_given_as_what_it_stands_for(body: bytes, coding: bytes) -> None:
    async def handler(request: Request, reply: Reply) -> None:
        first = await request.body()
        assert await request.body() == first
        reply.send(200, [], first)

    async with serving(handler) as server, connected(server) as raw:
        for _ in range(2):
            await raw.send(post(body, fields=b"Content-Encoding: %b\r\n" % coding))
            assert (await raw.answer()).body == (b"hello" if body else b"")


async def test_a_compressed_body_may_be_large() -> None:
    text = bytes(range(256)) * 4096 * 8
    async with serving(echo) as server, connected(server) as raw:
        await raw.send(post(gzip.compress(text, 1), fields=b"Content-Encoding: gzip\r\n"))
        assert (await raw.answer()).body == b"POST / " + text


UNDECODABLE = {
    "a bomb": (gzip.compress(bytes(30_000_000)), b"gzip", 413, "request_too_large"),
    "a bomb in a bomb": (gzip.compress(gzip.compress(bytes(30_000_000))), b"gzip, gzip", 413, "request_too_large"),
    "unknown": (b"hello", b"compress", 415, "unsupported_content_encoding"),
    "many": (b"hello", b"gzip," * 5, 415, "unsupported_content_encoding"),
    "garbage": (b"hello", b"zstd", 400, "invalid_request"),
    "cut short": (gzip.compress(b"hello")[:-1], b"gzip", 400, "invalid_request"),
}


@pytest.mark.parametrize(("body", "coding", "status", "code"), UNDECODABLE.values(), ids=UNDECODABLE.keys())
async def test_a_body_that_can_not_be_decoded_is_refused(body: bytes, coding: bytes, status: int, code: str) -> None:
    async def handler(request: Request, reply: Reply) -> None:
        with pytest.raises(ClientError):
            await request.body()
        await request.body()  # the second time it is no more to be had than the first

    async with serving(handler, Limits(body_bytes=1_000_000)) as server, connected(server) as raw:
        await raw.send(post(body, fields=b"Content-Encoding: %b\r\n" % coding))
        answer = await raw.answer()
        assert (answer.status, json.loads(answer.body)["error"]["code"]) == (status, code)


async def test_a_body_of_an_unknown_coding_is_not_asked_for() -> None:
    async with serving(echo) as server, connected(server) as raw:
        fields = b"Content-Length: 5\r\nContent-Encoding: compress\r\nExpect: 100-continue\r\n"
        await raw.send(b"POST / HTTP/1.1\r\nHost: a\r\n%b\r\n" % fields)
        assert (await raw.answer()).status == 415


async def test_the_body_can_be_asked_for_twice() -> None:
    async def handler(request: Request, reply: Reply) -> None:
        reply.send(200, [], await request.body() + await request.body())

    async with serving(handler) as server, connected(server) as raw:
        await raw.send(post(b"ab"))
        assert (await raw.answer()).body == b"abab"


async def test_continue_is_said_when_the_body_is_asked_for() -> None:
    async with serving(echo) as server, connected(server) as raw:
        await raw.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert (await raw.answer()).status == 100
        await raw.send(b"ok")
        assert (await raw.answer()).body == b"POST / ok"
        await raw.send(GET)
        assert (await raw.answer()).status == 200


async def test_continue_is_not_said_to_a_request_that_is_turned_down() -> None:
    async def handler(request: Request, reply: Reply) -> None:
        reply.send(401, [])

    async with serving(handler) as server, connected(server) as raw:
        await raw.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        answer = await raw.answer()
        assert (answer.status, answer.headers["connection"]) == (401, "close")
        assert await raw.rest() == b""


async def test_a_body_that_is_too_large_is_answered_before_it_is_read() -> None:
    async with serving(echo, Limits(body_bytes=1000)) as server, connected(server) as raw:
        await raw.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
        answer = await raw.answer()
        assert answer.status == TooLarge.status
        assert answer.headers["connection"] == "close"
        assert json.loads(answer.body)["error"]["code"] == "request_too_large"


@pytest.mark.parametrize("framing", [b"Content-Length: 8000000", b"Transfer-Encoding: chunked"])
async def test_the_answer_reaches_a_client_that_is_still_sending(framing: bytes) -> None:
    async with serving(echo, Limits(body_bytes=1000)) as server, connected(server) as raw:
        raw.writer.write(b"POST / HTTP/1.1\r\nHost: a\r\n%b\r\n\r\n" % framing + b"7a1200\r\n" + b"x" * 7_900_000)
        assert (await raw.answer()).status == 413
        assert await raw.rest() == b""


async def test_the_rest_of_a_small_unread_body_is_dropped_and_the_connection_kept() -> None:
    async def handler(request: Request, reply: Reply) -> None:
        reply.send(200, [], request.path.encode())

    async with serving(handler) as server, connected(server) as raw:
        head = b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n"
        await raw.send(head + b"x" * 100)
        assert (await raw.answer()).body == b"/a"
        await raw.send(b"x" * 39_900 + b"GET /b HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await raw.answer()).body == b"/b"


async def test_a_large_unread_body_closes_the_connection() -> None:
    async def handler(request: Request, reply: Reply) -> None:
        reply.send(200, [])

    async with serving(handler) as server, connected(server) as raw:
        await raw.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n")
        assert (await raw.answer()).headers["connection"] == "close"
        assert await raw.rest() == b""


@pytest.mark.parametrize(
    ("start", "status"), [(b"", None), (b"GET / HTT", 408), (b"GET / HTTP/1.1\r\nHost: a\r\nx: ", 408)]
)
async def test_a_head_that_comes_too_slowly_is_given_up(start: bytes, status: int | None) -> None:
    async with serving(echo, Limits(head_seconds=0.1)) as server, connected(server) as raw:
        await raw.send(start)
        if status is not None:
            answer = await raw.answer()
            assert (answer.status, json.loads(answer.body)["error"]["code"]) == (status, "request_timeout")
        assert await raw.rest() == b""


async def test_bytes_that_trickle_in_do_not_prolong_a_head() -> None:
    async with serving(echo, Limits(head_seconds=0.2)) as server, connected(server) as raw:
        answer = asyncio.ensure_future(raw.answer())
        await raw.send(b"GET / HTTP/1.1\r\nx: ")
        while not answer.done():
            raw.writer.write(b"y")
            await asyncio.wait({answer}, timeout=0.02)
        assert (await answer).status == 408


async def test_a_body_that_comes_too_slowly_is_given_up() -> None:
    limits = Limits(body_bytes_per_second=1000, body_grace_seconds=0.1)
    failures: asyncio.Queue[PlanoError] = asyncio.Queue()

    async def handler(request: Request, reply: Reply) -> None:
        try:
            await request.body()
        except PlanoError as error:
            failures.put_nowait(error)
            raise

    async with serving(handler, limits) as server, connected(server) as raw:
        await raw.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + b"x" * 500)
        answer = await raw.answer()
        assert (answer.status, answer.headers["connection"]) == (408, "close")
        assert isinstance(failures.get_nowait(), RequestTimeout)


async def test_a_body_that_comes_steadily_is_not_given_up() -> None:
    limits = Limits(body_bytes_per_second=10, body_grace_seconds=0.1)
    async with serving(echo, limits) as server, connected(server) as raw:
        await raw.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n")
        for _ in range(10):
            await raw.send(b"x" * 10)
            await asyncio.sleep(0.03)
        assert (await raw.answer()).status == 200


async def test_an_idle_connection_is_closed() -> None:
    async with serving(echo, Limits(keep_alive_seconds=0.1)) as server, connected(server) as raw:
        await raw.send(GET)
        assert (await raw.answer()).status == 200
        assert await raw.rest() == b""


async def test_a_client_that_leaves_cancels_its_request() -> None:
    gate = Gate()
    async with serving(gate) as server:
        async with connected(server) as raw:
            await raw.send(GET)
            await gate.entered.wait()
        assert await gate.left.get() == "cancelled"


async def test_a_client_that_resets_cancels_its_request() -> None:
    gate = Gate()
    async with serving(gate) as server, connected(server) as raw:
        await raw.send(GET)
        await gate.entered.wait()
        raw.writer.transport.abort()
        assert await gate.left.get() == "cancelled"


async def test_a_client_that_closes_its_half_counts_as_gone() -> None:
    gate = Gate()
    async with serving(gate) as server, connected(server) as raw:
        await raw.send(GET)
        await gate.entered.wait()
        raw.writer.write_eof()
        assert await gate.left.get() == "cancelled"


async def test_a_client_that_leaves_while_its_body_is_awaited_cancels_its_request() -> None:
    left: asyncio.Queue[str] = asyncio.Queue()

    async def handler(request: Request, reply: Reply) -> None:
        try:
            await request.body()
        except asyncio.CancelledError:
            left.put_nowait("cancelled")
            raise

    async with serving(handler) as server:
        async with connected(server) as raw:
            await raw.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
            assert (await raw.answer()).status == 100
        assert await left.get() == "cancelled"


async def test_what_a_handler_does_after_its_answer_is_not_cancelled() -> None:
    opened, finished = asyncio.Event(), asyncio.Event()

    async def handler(request: Request, reply: Reply) -> None:
        reply.send(200, [])
        await opened.wait()
        finished.set()

    async with serving(handler) as server:
        async with connected(server) as raw:
            await raw.send(GET)
            assert (await raw.answer()).status == 200
        opened.set()
    assert finished.is_set()


async def test_writing_waits_for_a_client_that_does_not_read() -> None:
    written = 0
    stalled = asyncio.Event()

    async def handler(request: Request, reply: Reply) -> None:
        nonlocal written
        reply.start(200, [])
        for _ in range(1000):
            asyncio.get_running_loop().call_later(0.2, stalled.set)
            await reply.write(b"x" * 64 * 1024)
            written += 1
        await reply.end()

    async with serving(handler) as server, connected(server) as raw:
        await raw.send(GET)
        await stalled.wait()
        assert written < 500
        assert len((await raw.answer()).body) == 1000 * 64 * 1024


async def test_a_client_that_never_reads_is_cut() -> None:
    left: asyncio.Queue[str] = asyncio.Queue()

    async def handler(request: Request, reply: Reply) -> None:
        reply.start(200, [])
        try:
            while True:
                await reply.write(b"x" * 64 * 1024)
        except asyncio.CancelledError:
            left.put_nowait("cancelled")
            raise

    async with serving(handler, Limits(write_stall_seconds=0.1)) as server, connected(server) as raw:
        await raw.send(GET)
        assert await left.get() == "cancelled"


@pytest.mark.timeout(30)
async def test_a_handler_that_never_waits_hears_of_a_client_that_left_while_it_wrote() -> None:
    left: asyncio.Queue[str] = asyncio.Queue()
    client = socket.socket()

    async def handler(request: Request, reply: Reply) -> None:
        reply.start(200, [])
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()  # with a reset, of which the loop could only hear if somebody waited
        try:
            while True:
                await reply.write(b"x" * 1000)
        except asyncio.CancelledError:
            left.put_nowait("cancelled")
            raise

    async with serving(handler) as server:
        client.connect(server.addresses[0])
        client.sendall(GET)
        assert await left.get() == "cancelled"


async def answer_of(handler: Handler, caplog: pytest.LogCaptureFixture) -> tuple[int, bytes, str]:
    async with serving(handler) as server, connected(server) as raw:
        with caplog.at_level(logging.ERROR, logger="planoai.net"):
            await raw.send(GET)
            answer = await raw.answer()
        return answer.status, answer.body, caplog.text


async def test_an_exception_of_the_handler_is_a_500_and_a_traceback_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def handler(request: Request, reply: Reply) -> None:
        raise KeyError("a secret detail")

    status, body, log = await answer_of(handler, caplog)
    assert (status, json.loads(body)["error"]["code"]) == (500, "internal_error")
    assert b"secret" not in body
    assert "Traceback" in log
    assert "GET /" in log


async def test_a_handler_that_does_not_answer_is_a_500(caplog: pytest.LogCaptureFixture) -> None:
    async def handler(request: Request, reply: Reply) -> None:
        pass

    status, _, log = await answer_of(handler, caplog)
    assert status == 500
    assert "unfinished" in log


async def test_an_exception_after_the_start_cuts_the_answer(caplog: pytest.LogCaptureFixture) -> None:
    async def handler(request: Request, reply: Reply) -> None:
        reply.start(200, [])
        await reply.write(b"some")
        raise KeyError("late")

    async with serving(handler) as server, connected(server) as raw:
        await raw.send(GET)
        await raw.head()
        assert await raw.rest() == b"4\r\nsome\r\n"
    assert "Traceback" in caplog.text


async def test_a_stream_that_the_handler_forgot_to_end_is_cut(caplog: pytest.LogCaptureFixture) -> None:
    async def handler(request: Request, reply: Reply) -> None:
        reply.start(200, [])

    async with serving(handler) as server, connected(server) as raw:
        await raw.send(GET)
        await raw.head()
        assert await raw.rest() == b""
    assert "unfinished" in caplog.text


async def test_a_handler_that_cancels_itself_does_not_leave_the_client_waiting() -> None:
    async def handler(request: Request, reply: Reply) -> None:
        raise asyncio.CancelledError

    async with serving(handler) as server, connected(server) as raw:
        await raw.send(GET)
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await raw.answer()


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: x=1", b"a\nb", b"a\rb", b"a\0b"])
@pytest.mark.parametrize("streaming", [True, False])
async def test_a_header_that_would_split_the_answer_is_never_written(value: bytes, streaming: bool) -> None:
    async def handler(request: Request, reply: Reply) -> None:
        with pytest.raises(ValueError):
            reply.start(200, [(b"x", value)]) if streaming else reply.send(200, [(b"x", value)])
        assert not reply.started
        reply.send(400, [])

    async with serving(handler) as server, connected(server) as raw:
        await raw.send(GET)
        answer = await raw.answer()
        assert (answer.status, "set-cookie" in answer.headers, "x" in answer.headers) == (400, False, False)


async def test_an_answer_is_given_once() -> None:
    async def handler(request: Request, reply: Reply) -> None:
        with pytest.raises(RuntimeError):
            await reply.write(b"before the start")
        with pytest.raises(RuntimeError):
            await reply.end()
        reply.send(200, [], b"first")
        with pytest.raises(RuntimeError):
            reply.send(200, [], b"second")
        with pytest.raises(RuntimeError):
            reply.start(200, [])
        with pytest.raises(RuntimeError):
            await reply.write(b"after the end")
        await reply.end()
        reply.abort()

    async with serving(handler) as server, connected(server) as raw:
        await raw.send(GET + GET)
        assert (await raw.answer()).body == b"first"
        assert (await raw.answer()).body == b"first"


async def test_a_refusal_is_json_and_closes_the_connection() -> None:
    async with serving(echo) as server, connected(server) as raw:
        await raw.send(b"GET / HTTP/1.1\r\n\r\n")
        answer = await raw.answer()
        assert (answer.status, answer.headers["connection"], answer.headers["content-type"]) == (
            400,
            "close",
            "application/json",
        )
        error = json.loads(answer.body)["error"]
        assert error == {
            "message": error["message"],
            "type": "invalid_request_error",
            "param": None,
            "code": "invalid_request",
        }
        assert "Host" in error["message"]
        assert await raw.rest() == b""


def in_words_of_its_own(target: bytes, refusal: Refusal) -> tuple[list[tuple[bytes, bytes]], bytes]:
    told = f"{target.decode()} {refusal.status} {refusal.code} {len(refusal.message) > 10}"
    return [TEXT, (b"request-id", b"7")], told.encode()


REFUSED = {
    "before its target": (b"\x16\x03\x01\r\n\r\n", b" 400 invalid_request True"),
    "after its target": (b"GET /v1/messages?a=b HTTP/1.1\r\n\r\n", b"/v1/messages?a=b 400 invalid_request True"),
    "in its fields": (b"GET /v1 HTTP/1.1\r\nHost: a\r\n x\r\n\r\n", b"/v1 400 invalid_request True"),
    "too large": (
        b"GET /v1 HTTP/1.1\r\nHost: a\r\nx: " + b"y" * 100_000 + b"\r\n\r\n",
        b"/v1 431 headers_too_large True",
    ),
    "too slow": (b"GET /slow HTTP/1.1\r\nHost: a\r\n", b"/slow 408 request_timeout True"),
    "after another": (GET + b"GET /2 HTTP/1.1\r\n\r\n", b"/2 400 invalid_request True"),
    "after another, before its target": (GET + b"\x16\x03\x01\r\n\r\n", b" 400 invalid_request True"),
    "the handler raised it": (b"GET /r HTTP/1.1\r\nHost: a\r\n\r\n", b"/r 413 request_too_large True"),
}


@pytest.mark.parametrize(("sent", "told"), REFUSED.values(), ids=REFUSED.keys())
async def test_a_refusal_is_written_by_who_was_given_for_it(sent: bytes, told: bytes) -> None:
    async def handler(request: Request, reply: Reply) -> None:
        if request.path == "/r":
            raise TooLarge("It is too large.")
        reply.send(200, [])

    limits = Limits(head_seconds=0.1)
    async with serving(handler, limits, refuse=in_words_of_its_own) as server, connected(server) as raw:
        await raw.send(sent)
        answer = await raw.answer()
        if sent.startswith(GET):
            answer = await raw.answer()
        assert answer.body == told
        assert answer.headers["content-type"] == "text/plain"
        assert answer.headers["request-id"] == "7"
        assert answer.headers.get("connection") == (None if sent.startswith(b"GET /r") else "close")


@pytest.mark.parametrize("headers", [None, [(b"connection", b"close")], [(b"x", b"a\r\nb: c")]])
async def test_a_refusal_is_told_although_who_was_to_write_it_failed(
    headers: list[tuple[bytes, bytes]] | None, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(target: bytes, refusal: Refusal) -> tuple[list[tuple[bytes, bytes]], bytes]:
        if headers is None:
            raise KeyError(target)
        return headers, b""

    async with serving(echo, refuse=broken) as server, connected(server) as raw:
        await raw.send(b"GET /x HTTP/1.1\r\n\r\n")
        answer = await raw.answer()
        assert (answer.status, json.loads(answer.body)["error"]["code"]) == (400, "invalid_request")
    assert "could not be written" in caplog.text


async def test_a_refusal_waits_for_the_answers_before_it() -> None:
    gate = Gate()
    async with serving(gate) as server, connected(server) as raw:
        await raw.send(GET + b"nonsense\r\n\r\n")
        await gate.entered.wait()
        gate.opened.set()
        assert [(await raw.answer()).status for _ in range(2)] == [200, 400]
        assert await raw.rest() == b""


async def test_a_head_that_is_too_large_is_refused() -> None:
    async with serving(echo) as server, connected(server) as raw:
        raw.writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nx: " + b"y" * 1_000_000)
        assert (await raw.answer()).status == 431
        assert await raw.rest() == b""


async def test_a_broken_body_is_the_handlers_to_answer() -> None:
    async with serving(echo) as server, connected(server) as raw:
        await raw.send(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n")
        answer = await raw.answer()
        assert (answer.status, answer.headers["connection"]) == (400, "close")


async def test_a_broken_second_body_is_answered_after_the_first_request() -> None:
    gate = Gate()

    async def handler(request: Request, reply: Reply) -> None:
        await (gate if request.path == "/gate" else echo)(request, reply)

    async with serving(handler) as server, connected(server) as raw:
        await raw.send(
            b"GET /gate HTTP/1.1\r\nHost: a\r\n\r\nPOST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz"
        )
        await gate.entered.wait()
        gate.opened.set()
        assert [(await raw.answer()).status for _ in range(2)] == [200, 400]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
async def test_it_listens_on_names_and_both_kinds_of_addresses(host: str) -> None:
    async def handler(request: Request, reply: Reply) -> None:
        reply.send(200, [], request.peer.encode())

    async with serving(handler, host=host) as server, connected(server) as raw:
        await raw.send(GET)
        assert (await raw.answer()).body.decode() == server.addresses[0][0]


async def test_a_port_that_is_taken_is_an_os_error() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(OSError):
        listen("127.0.0.1", taken.getsockname()[1])


@pytest.mark.parametrize("host", ["a..b", "x" * 64, "\ud800"])
def test_a_host_that_is_no_name_is_an_os_error_with_a_sentence(host: str) -> None:
    with pytest.raises(OSError) as caught:
        listen(host, 0)
    assert caught.value.strerror == "the host is not a name: each part between its dots has 1 to 63 characters"


async def test_small_writes_are_not_held_back_by_the_kernel() -> None:
    seen: list[int] = []

    async def handler(request: Request, reply: Reply) -> None:
        reply.send(200, [])

    async with serving(handler) as server, connected(server) as raw:
        await raw.send(GET)
        await raw.answer()
        for connection in server._service.connections:
            raw_socket = connection._transport.get_extra_info("socket")
            seen.append(raw_socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
    assert seen == [1]


async def leave(server_left: asyncio.Event, raw: Raw) -> None:
    """Waits until the server no longer accepts, which is how its leaving shows from outside."""
    address = raw.writer.get_extra_info("peername")
    while not server_left.is_set():
        try:
            _, writer = await asyncio.open_connection(*address)
        except ConnectionError:
            return
        writer.close()
        await asyncio.sleep(0)


async def test_leaving_answers_what_runs_and_says_close() -> None:
    gate = Gate()
    left = asyncio.Event()

    async def serve(ready: asyncio.Future[Raw], leaving: asyncio.Event) -> None:
        async with serving(gate) as server:
            reader, writer = await asyncio.open_connection(*server.addresses[0])
            ready.set_result(Raw(reader, writer))
            await leaving.wait()
        left.set()

    ready: asyncio.Future[Raw] = asyncio.get_running_loop().create_future()
    leaving = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(serve(ready, leaving))
        raw = await ready
        await raw.send(GET)
        await gate.entered.wait()
        leaving.set()
        await leave(left, raw)
        assert not left.is_set()
        gate.opened.set()
        answer = await raw.answer()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert await raw.rest() == b""
        raw.writer.close()


async def test_leaving_closes_idle_connections_at_once() -> None:
    async with serving(echo, drain_seconds=100) as server:
        reader, writer = await asyncio.open_connection(*server.addresses[0])
        raw = Raw(reader, writer)
        await raw.send(GET)
        assert (await raw.answer()).status == 200
    assert await raw.rest() == b""
    writer.close()


async def test_leaving_gives_idle_connections_their_grace() -> None:
    left = asyncio.Event()
    leaving = asyncio.Event()
    ready: asyncio.Future[Raw] = asyncio.get_running_loop().create_future()

    async def serve() -> None:
        async with Server(echo, [listen("127.0.0.1", 0)], idle_grace_seconds=100, drain_seconds=100) as server:
            reader, writer = await asyncio.open_connection(*server.addresses[0])
            ready.set_result(Raw(reader, writer))
            await leaving.wait()
        left.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(serve())
        raw = await ready
        await raw.send(GET)
        assert "connection" not in (await raw.answer()).headers
        leaving.set()
        await leave(left, raw)
        await raw.send(GET)
        answer = await raw.answer()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert await raw.rest() == b""
        raw.writer.close()


async def test_leaving_cuts_what_is_not_done_in_time() -> None:
    gate = Gate()
    async with serving(gate, drain_seconds=0.05) as server:
        reader, writer = await asyncio.open_connection(*server.addresses[0])
        await Raw(reader, writer).send(GET)
        await gate.entered.wait()
        assert server.running == 1
    assert gate.left.get_nowait() == "cancelled"
    writer.close()


async def test_a_body_that_nobody_asks_for_is_not_read_far_ahead() -> None:
    gate = Gate()

    async def handler(request: Request, reply: Reply) -> None:
        await gate.opened.wait()
        ahead = request.received
        reply.send(200, [], f"{ahead < 8_000_000} {len(await request.body())}".encode())

    async with serving(handler) as server, connected(server) as raw:
        raw.writer.write(post(b"x" * 32_000_000))
        flood = asyncio.ensure_future(raw.writer.drain())
        done, _ = await asyncio.wait({flood}, timeout=0.3)
        assert not done
        gate.opened.set()
        assert (await raw.answer()).body == b"True 32000000"
        await flood


async def refuse(request: Request, reply: Reply) -> None:
    reply.send(401, [])


async def gone(server: Server) -> None:
    """Returns when the server has no connection left."""
    while server._service.connections:
        server._service.changed.clear()
        await server._service.changed.wait()


async def test_a_client_that_goes_on_sending_after_its_answer_is_cut() -> None:
    async with serving(refuse, Limits(linger_seconds=60)) as server, connected(server) as raw:
        await raw.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 90000000\r\n\r\n")
        assert (await raw.answer()).status == 401
        with pytest.raises(ConnectionError):
            await raw.send(b"x" * 90_000_000)


async def test_a_client_that_stays_after_its_answer_is_cut() -> None:
    async with serving(refuse, Limits(linger_seconds=0.05)) as server, connected(server) as raw:
        await raw.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 90000000\r\n\r\n")
        assert (await raw.answer()).status == 401
        await gone(server)


async def test_the_dropped_rest_of_a_body_has_to_come_in_time_too() -> None:
    limits = Limits(body_grace_seconds=0.05, linger_seconds=0.05)
    async with serving(refuse, limits) as server, connected(server) as raw:
        await raw.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
        assert "connection" not in (await raw.answer()).headers
        assert await raw.rest() == b""


async def test_half_a_pipelined_head_has_its_time_after_the_answer_before_it() -> None:
    gate = Gate()
    async with serving(gate, Limits(head_seconds=0.1)) as server, connected(server) as raw:
        await raw.send(GET + b"GET /half HT")
        await gate.entered.wait()
        gate.opened.set()
        assert (await raw.answer()).status == 200
        assert (await raw.answer()).status == 408


async def test_an_answer_reaches_a_client_whose_body_was_held_back() -> None:
    opened = asyncio.Event()

    async def handler(request: Request, reply: Reply) -> None:
        await opened.wait()
        reply.send(401, [])

    async with serving(handler) as server, connected(server) as raw:
        raw.writer.write(post(b"x" * 15_000_000))
        flood = asyncio.ensure_future(raw.writer.drain())
        done, _ = await asyncio.wait({flood}, timeout=0.1)
        assert not done
        opened.set()
        assert (await raw.answer()).status == 401
        assert await raw.rest() == b""
        await flood


SIZES = {
    "small ones": [10] * 5000,
    "large ones": [100_000] * 30,
    "of all sizes": [1, 2000, 1, 1, 1023, 1024, 70_000, *([3] * 40_000), 5000, 1],
    "one, then small ones": [1025, *([1] * 10)],
}


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES.keys())
async def test_a_body_is_whole_whatever_the_size_of_its_pieces(sizes: list[int]) -> None:
    async def handler(request: Request, reply: Reply) -> None:
        reply.send(200, [], await request.body())

    pieces = [bytes([number % 256]) * size for number, size in enumerate(sizes)]
    async with serving(handler) as server, connected(server) as raw:
        await raw.send(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        sent = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
        sending = asyncio.ensure_future(raw.send(sent + b"0\r\n\r\n"))
        assert (await raw.answer()).body == b"".join(pieces)
        await sending


async def test_a_client_that_sends_much_gives_others_their_turn() -> None:
    most = 0

    async def handler(request: Request, reply: Reply) -> None:
        nonlocal most
        whole = asyncio.ensure_future(request.body())
        before = request.received
        while not whole.done():
            await asyncio.sleep(0)
            most = max(most, request.received - before)
            before = request.received
        reply.send(200, [], str(len(await whole)).encode())

    async with serving(handler) as server:
        with socket.create_connection(server.addresses[0]) as client:
            await asyncio.to_thread(client.sendall, post(b"x" * 64_000_000))
            assert b"200" in await asyncio.to_thread(client.recv, 100)
    assert 0 < most <= 512 * 1024
