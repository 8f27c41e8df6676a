"""Kept connections that end while a request is on its way, against sockets that a test closes at the very moment it wants to."""

import asyncio
import socket
import ssl
import struct
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest
import trustme

from planoai.errors import UpstreamClosed
from planoai.net.client import Client, ClientLimits, Origin
from planoai.net.tls import client_context

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
# A busy machine does not make a fresh failure an old one, and a kept connection counts as old at once.
PATIENT = ClientLimits(stale_seconds=30, rested_seconds=0)
IMPATIENT = ClientLimits(stale_seconds=0)

needs_the_kernels_word = pytest.mark.skipif(sys.platform != "linux", reason="other kernels do not tell what arrived")


class Peer:
    """The upstream's side, by hand."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.listening.setblocking(False)
        self.origin = Origin("http", *self.listening.getsockname())
        self.sockets: list[socket.socket] = []

    async def accept(self) -> socket.socket:
        accepted, _ = await asyncio.get_running_loop().sock_accept(self.listening)
        accepted.setblocking(False)
        self.sockets.append(accepted)
        return accepted

    async def answer(self, accepted: socket.socket) -> bytes:
        """Reads a request, answers it, and gives its first line."""
        loop = asyncio.get_running_loop()
        head, _, body = (await loop.sock_recv(accepted, 65536)).partition(b"\r\n\r\n")
        missing = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]) - len(body)
        while missing:
            missing -= len(await loop.sock_recv(accepted, 65536))
        await loop.sock_sendall(accepted, OK)
        return head.partition(b"\r\n")[0]

    def close(self) -> None:
        for each in (self.listening, *self.sockets):
            each.close()


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.close()


async def post(client: Client, peer: Peer, target: str, body: bytes = b"paid") -> bytes:
    with await client.send(peer.origin, "POST", target, [], body) as response:
        return await response.body()


async def kept(client: Client, peer: Peer) -> socket.socket:
    """A connection that has carried one exchange."""
    first = asyncio.create_task(post(client, peer, "/first"))
    accepted = await peer.accept()
    await peer.answer(accepted)
    assert await first == b"ok"
    return accepted


def arrived(accepted: socket.socket) -> bool:
    """Something lies in the queue of this socket."""
    try:
        return bool(accepted.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False


def reset(accepted: socket.socket) -> None:
    accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    accepted.close()


@pytest.fixture(params=[pytest.param(IMPATIENT, marks=needs_the_kernels_word), PATIENT], ids=["at once", "in time"])
async def limited(request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    async with Client(request.param) as client:
        yield client


@pytest.mark.parametrize("body", [b"paid", b"x" * 3_000_000], ids=["small", "large"])
async def test_a_request_that_came_too_late_is_sent_again_however_long_it_took(
    limited: Client, peer: Peer, body: bytes
) -> None:
    accepted = await kept(limited, peer)
    accepted.close()  # nobody has looked at our end since
    second = asyncio.create_task(post(limited, peer, "/second", body))
    assert await peer.answer(await peer.accept()) == b"POST /second HTTP/1.1"
    assert await second == b"ok"


@needs_the_kernels_word
async def test_a_request_that_was_read_is_never_sent_again(peer: Peer) -> None:
    async with Client(PATIENT) as client:
        accepted = await kept(client, peer)
        second = asyncio.create_task(post(client, peer, "/second"))
        await asyncio.get_running_loop().sock_recv(accepted, 65536)
        accepted.close()
        with pytest.raises(UpstreamClosed, match="before it answered"):
            await second
        with pytest.raises(BlockingIOError):
            peer.listening.accept()


@pytest.mark.parametrize("unread", [True, False], ids=["unread", "before it came"])
async def test_a_reset_soon_after_a_request_leaves_it_to_be_sent_again(peer: Peer, unread: bool) -> None:
    async with Client(PATIENT) as client:
        accepted = await kept(client, peer)
        if not unread:
            reset(accepted)
        second = asyncio.create_task(post(client, peer, "/second"))
        if unread:
            while not arrived(accepted):
                await asyncio.sleep(0)
            accepted.close()  # with something unread, which is told by a reset
        assert await peer.answer(await peer.accept()) == b"POST /second HTTP/1.1"
        assert await second == b"ok"


async def test_a_reset_after_the_upstream_has_had_time_is_not_repeated(peer: Peer) -> None:
    async with Client(IMPATIENT) as client:
        accepted = await kept(client, peer)
        second = asyncio.create_task(post(client, peer, "/second"))
        await asyncio.get_running_loop().sock_recv(accepted, 65536)
        reset(accepted)
        with pytest.raises(UpstreamClosed):
            await second
        with pytest.raises(BlockingIOError):
            peer.listening.accept()


async def test_where_the_kernel_does_not_tell_time_does(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planoai.net.arrival._TELLS", False)
    async with Client(PATIENT) as client:
        accepted = await kept(client, peer)
        accepted.close()
        second = asyncio.create_task(post(client, peer, "/second"))
        assert await peer.answer(await peer.accept()) == b"POST /second HTTP/1.1"
        assert await second == b"ok"
    async with Client(IMPATIENT) as client:
        accepted = await kept(client, peer)
        accepted.close()
        with pytest.raises(UpstreamClosed):
            await post(client, peer, "/second")


@pytest.mark.parametrize("tells", [pytest.param(True, marks=needs_the_kernels_word), False], ids=["reset", "end"])
async def test_what_ends_although_it_was_busy_a_moment_ago_did_not_end_for_idleness(
    peer: Peer, monkeypatch: pytest.MonkeyPatch, tells: bool
) -> None:
    """So the upstream read the request, and did not survive it."""
    monkeypatch.setattr("planoai.net.arrival._TELLS", tells)
    async with Client(ClientLimits(stale_seconds=30, rested_seconds=30)) as client:
        accepted = await kept(client, peer)
        second = asyncio.create_task(post(client, peer, "/second"))
        await asyncio.get_running_loop().sock_recv(accepted, 65536)
        reset(accepted) if tells else accepted.close()
        with pytest.raises(UpstreamClosed):
            await second
        with pytest.raises(BlockingIOError):
            peer.listening.accept()


async def test_an_answer_tells_whether_its_request_was_sent_again(peer: Peer) -> None:
    async with Client(PATIENT) as client:
        accepted = await kept(client, peer)
        for replayed in (False, True):
            sending = asyncio.create_task(client.send(peer.origin, "POST", "/next", [], b"paid"))
            while not arrived(accepted):
                await asyncio.sleep(0)
            if replayed:
                accepted.close()  # with something unread
                accepted = await peer.accept()
            await peer.answer(accepted)
            with await sending as response:
                assert response.replayed is replayed
                assert await response.body() == b"ok"


async def test_a_new_connection_is_not_replaced(peer: Peer) -> None:
    async with Client(PATIENT) as client:
        first = asyncio.create_task(post(client, peer, "/first"))
        accepted = await peer.accept()
        while not arrived(accepted):
            await asyncio.sleep(0)
        reset(accepted)
        with pytest.raises(UpstreamClosed):
            await first
        with pytest.raises(BlockingIOError):
            peer.listening.accept()


class TlsPeer:
    """The upstream's side over TLS, in a thread: it goes on while the client's loop is held up. Takes two connections; `end` ends each."""

    def __init__(self, context: ssl.SSLContext, *, politely: bool) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.listening.settimeout(10)
        self.origin = Origin("https", "localhost", self.listening.getsockname()[1])
        self.asked: list[bytes] = []
        self._context = context
        self._politely = politely
        self._end = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def end(self) -> None:
        """Returns when the connection has been closed."""
        self._end.set()
        assert self._ended.wait(10)
        self._end.clear()
        self._ended.clear()

    def close(self) -> None:
        self._end.set()
        self._thread.join()
        self.listening.close()

    def _serve(self) -> None:
        for _ in range(2):
            accepted, _ = self.listening.accept()
            accepted.settimeout(10)
            with self._context.wrap_socket(accepted, server_side=True) as secure:
                self.asked.append(secure.recv(65536).partition(b"\r\n")[0])
                secure.sendall(OK)
                self._end.wait(10)
                if self._politely:
                    secure.setblocking(False)
                    with suppress(ssl.SSLWantReadError):  # the client's part of it is not waited for
                        secure.unwrap()
            self._ended.set()


@pytest.mark.parametrize(
    ("limits", "politely"),
    [pytest.param(IMPATIENT, True, marks=needs_the_kernels_word), (PATIENT, False)],
    ids=["with close_notify", "without, in time"],
)
async def test_over_tls_too_a_request_that_came_too_late_is_sent_again(limits: ClientLimits, politely: bool) -> None:
    authority = trustme.CA()
    context, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), client_context()
    authority.issue_cert("localhost").configure_cert(context)
    authority.configure_trust(trusting)
    peer = TlsPeer(context, politely=politely)
    try:
        async with Client(limits, verify=trusting) as client:
            for target in ("/first", "/second"):
                with await client.send(peer.origin, "POST", target, [], b"paid") as response:
                    assert await response.body() == b"ok"
                peer.end()  # the loop has not looked at its end since
    finally:
        peer.close()
    assert peer.asked == [b"POST /first HTTP/1.1", b"POST /second HTTP/1.1"]
