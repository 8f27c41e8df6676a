"""Listeners that speak TLS."""

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from planoai.net.server import Limits, Reply, Request, Server, listen
from planoai.net.tls import client_context, server_context
from tests.net.raw import Raw, connected, serving
from tests.net.test_server import GET, Gate, echo, gone, post, refuse, streamed


class Files:
    """A certificate for `localhost` and its key, as files, and a client that trusts it."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        issued = authority.issue_cert("localhost")
        self.certificate, self.key = str(folder / "cert.pem"), str(folder / "key.pem")
        with open(self.certificate, "wb") as file:
            file.writelines(each.bytes() for each in issued.cert_chain_pems)
        issued.private_key_pem.write_to_path(self.key)
        self.server = server_context(self.certificate, self.key)
        self.client = client_context()
        authority.configure_trust(self.client)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(tmp_path_factory.mktemp("tls"))


@pytest.fixture(autouse=True)
def silence(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever clients do here, nothing is logged of it."""
    with caplog.at_level(logging.INFO):
        yield
        told = [each for each in caplog.get_records("call") if each.name != "asyncio" or each.levelno > logging.DEBUG]
        assert [each.getMessage() for each in told] == []


@asynccontextmanager
async def plain(server: Server) -> AsyncIterator[Raw]:
    """A client that speaks no TLS to a server that does."""
    async with connected(server) as raw:
        yield raw


async def test_requests_and_streams_are_answered_on_one_connection(files: Files) -> None:
    async def handler(request: Request, reply: Reply) -> None:
        await (streamed if request.method == "GET" else echo)(request, reply)

    async with serving(handler, tls=files.server) as server, connected(server, files.client) as raw:
        for _ in range(2):
            await raw.send(post(b"x" * 3_000_000))
            assert len((await raw.answer()).body) == len("POST / ") + 3_000_000
            await raw.send(GET)
            assert (await raw.answer()).body == b"one two three"


async def test_what_clients_send_at_the_same_time_is_not_mixed_up(files: Files) -> None:
    async def told_back(server: Server, letter: bytes) -> bytes:
        async with connected(server, files.client) as raw:
            await raw.send(post(letter * 1_000_000))
            return (await raw.answer()).body

    async with serving(echo, tls=files.server) as server:
        answers = await asyncio.gather(*(told_back(server, letter) for letter in (b"a", b"b", b"c")))
    assert [each.removeprefix(b"POST / ") for each in answers] == [b"a" * 1_000_000, b"b" * 1_000_000, b"c" * 1_000_000]


async def test_http_1_is_agreed_on_and_old_tls_is_not_spoken(files: Files) -> None:
    files.client.set_alpn_protocols(["h2", "http/1.1"])
    async with serving(echo, tls=files.server) as server, connected(server, files.client) as raw:
        agreed: ssl.SSLObject = raw.writer.get_extra_info("ssl_object")
        assert agreed.selected_alpn_protocol() == "http/1.1"
    assert files.server.minimum_version == ssl.TLSVersion.TLSv1_2


async def test_a_stream_that_breaks_off_does_not_look_complete(files: Files) -> None:
    async def handler(request: Request, reply: Reply) -> None:
        reply.start(200, [])
        await reply.write(b"some")
        reply.abort()

    async with serving(handler, tls=files.server) as server:
        async with connected(server, files.client) as raw:
            await raw.send(GET)
            await raw.head()
            assert await raw.rest() == b"4\r\nsome\r\n"
        async with connected(server, files.client) as raw:
            await raw.send(b"GET / HTTP/1.0\r\n\r\n")
            with pytest.raises((ConnectionResetError, ssl.SSLError)):
                await raw.rest()


@pytest.mark.parametrize("framing", [b"Content-Length: 8000000", b"Transfer-Encoding: chunked"])
async def test_the_answer_reaches_a_client_that_is_still_sending(files: Files, framing: bytes) -> None:
    limits = Limits(body_bytes=1000, linger_seconds=0.2)
    async with serving(echo, limits, tls=files.server) as server, connected(server, files.client) as raw:
        raw.writer.write(b"POST / HTTP/1.1\r\nHost: a\r\n%b\r\n\r\n" % framing + b"7a1200\r\n" + b"x" * 7_900_000)
        assert (await raw.answer()).status == 413
        await gone(server)


async def test_connection_close_is_the_end_of_it(files: Files) -> None:
    async with serving(echo, tls=files.server) as server, connected(server, files.client) as raw:
        await raw.send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert (await raw.answer()).headers["connection"] == "close"
        assert await raw.rest() == b""
        await gone(server)


async def test_a_large_answer_reaches_a_slow_client_before_the_connection_ends(files: Files) -> None:
    async def handler(request: Request, reply: Reply) -> None:
        reply.send(200, [], b"x" * 20_000_000)

    limits = Limits(linger_seconds=0.05)
    async with serving(handler, limits, tls=files.server) as server, connected(server, files.client) as raw:
        await raw.send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        await raw.head()
        assert len(await raw.reader.readexactly(1000)) == 1000
        await asyncio.sleep(0.3)  # many times as long as a client that takes nothing would have
        assert len(await raw.reader.readexactly(19_999_000)) == 19_999_000


async def test_leaving_does_not_wait_for_idle_clients_to_say_goodbye(files: Files) -> None:
    limits = Limits(linger_seconds=0.05)
    async with Server(echo, [listen("127.0.0.1", 0)], limits, tls=files.server, drain_seconds=100) as server:
        with files.client.wrap_socket(
            socket.create_connection(server.addresses[0]), server_hostname="localhost", do_handshake_on_connect=False
        ) as idle:
            await asyncio.to_thread(idle.do_handshake)
            idle.sendall(GET)
            assert (await asyncio.to_thread(idle.recv, 100)).startswith(b"HTTP/1.1 200")
            server.drain()
            await gone(server)


async def test_a_client_that_stays_after_its_answer_is_cut(files: Files) -> None:
    limits = Limits(linger_seconds=0.05)
    async with serving(refuse, limits, tls=files.server) as server, connected(server, files.client) as raw:
        await raw.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 90000000\r\n\r\n")
        assert (await raw.answer()).status == 401
        await gone(server)


async def test_what_is_no_http_inside_is_refused(files: Files) -> None:
    limits = Limits(linger_seconds=0.05)
    async with serving(echo, limits, tls=files.server) as server, connected(server, files.client) as raw:
        await raw.send(b"nonsense\r\n\r\n")
        assert (await raw.answer()).status == 400
        await gone(server)


@pytest.mark.parametrize("how", ["closes", "resets"])
async def test_a_client_that_leaves_cancels_its_request(files: Files, how: str) -> None:
    gate = Gate()
    async with serving(gate, tls=files.server) as server, connected(server, files.client) as raw:
        await raw.send(GET)
        await gate.entered.wait()
        raw.writer.transport.abort() if how == "resets" else raw.writer.close()
        assert await gate.left.get() == "cancelled"


async def test_writing_waits_for_a_client_that_does_not_read(files: Files) -> None:
    written = 0
    stalled = asyncio.Event()

    async def handler(request: Request, reply: Reply) -> None:
        nonlocal written
        reply.start(200, [])
        for _ in range(600):
            timer = asyncio.get_running_loop().call_later(0.3, stalled.set)
            await reply.write(b"x" * 64 * 1024)
            timer.cancel()
            written += 1
        await reply.end()

    async with serving(handler, tls=files.server) as server, connected(server, files.client) as raw:
        await raw.send(GET)
        await stalled.wait()
        assert written < 400
        assert len((await raw.answer()).body) == 600 * 64 * 1024


async def test_a_client_that_never_reads_is_cut(files: Files) -> None:
    left: asyncio.Queue[str] = asyncio.Queue()

    async def handler(request: Request, reply: Reply) -> None:
        reply.start(200, [])
        try:
            while True:
                await reply.write(b"x" * 64 * 1024)
        except asyncio.CancelledError:
            left.put_nowait("cancelled")
            raise

    limits = Limits(write_stall_seconds=0.1)
    async with serving(handler, limits, tls=files.server) as server, connected(server, files.client) as raw:
        await raw.send(GET)
        assert await left.get() == "cancelled"
        await gone(server)


async def test_a_body_that_nobody_asks_for_is_not_read_far_ahead(files: Files) -> None:
    gate = Gate()

    async def handler(request: Request, reply: Reply) -> None:
        await gate.opened.wait()
        ahead = request.received
        reply.send(200, [], f"{ahead < 8_000_000} {len(await request.body())}".encode())

    async with serving(handler, tls=files.server) as server, connected(server, files.client) as raw:

        async def send() -> None:  # a write as large as this would hide in the buffers of the client's own TLS
            await raw.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 32000000\r\n\r\n")
            for _ in range(500):
                await raw.send(b"x" * 64_000)

        flood = asyncio.ensure_future(send())
        done, _ = await asyncio.wait({flood}, timeout=0.3)
        assert not done
        gate.opened.set()
        assert (await raw.answer()).body == b"True 32000000"
        await flood


async def arrived(server: Server, count: int) -> None:
    """Returns when so many connections are in their handshake."""
    while len(server._service.arriving) != count:
        await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    "said", [GET, b"nonsense", b"\x16\x03\x01\x00\x05hello"], ids=["http", "nonsense", "bad hello"]
)
async def test_what_is_no_tls_is_closed(files: Files, said: bytes) -> None:
    async with serving(echo, tls=files.server) as server, plain(server) as raw:
        await raw.send(said)
        with suppress(ConnectionResetError):
            assert b"HTTP" not in await raw.rest()  # a TLS alert at most
        await arrived(server, 0)


@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01\x02\x00\x01\x00"], ids=["nothing", "half a hello"])
async def test_a_handshake_that_stalls_is_given_up(files: Files, said: bytes) -> None:
    async with serving(echo, Limits(head_seconds=0.1), tls=files.server) as server, plain(server) as raw:
        await raw.send(said)
        await arrived(server, 1)
        with suppress(ConnectionResetError):
            assert await raw.rest() == b""
        await arrived(server, 0)
        assert not server._service.connections


@pytest.mark.parametrize("how", ["closes", "resets"])
async def test_a_client_that_leaves_in_the_handshake_leaves_nothing_behind(files: Files, how: str) -> None:
    async with serving(echo, tls=files.server) as server:
        for said in (b"", b"\x16\x03\x01\x02\x00\x01\x00"):
            async with plain(server) as raw:
                await raw.send(said)
                await arrived(server, 1)
                if how == "resets":
                    raw.writer.transport.abort()
            await arrived(server, 0)
        assert not server._service.connections


async def test_a_client_that_does_not_trust_us_leaves_nothing_behind(files: Files) -> None:
    async with serving(echo, tls=files.server) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            async with connected(server, client_context()):
                pass
        await arrived(server, 0)


async def test_leaving_does_not_wait_for_a_handshake_longer_than_for_the_rest(files: Files) -> None:
    async with serving(echo, tls=files.server, drain_seconds=0.05) as server:
        reader, writer = await asyncio.open_connection(*server.addresses[0])
        await arrived(server, 1)
    with suppress(ConnectionResetError):
        assert await reader.read() == b""
    writer.close()


async def test_a_handshake_that_ends_while_the_server_leaves_gets_its_answer(files: Files) -> None:
    async with Server(
        echo, [listen("127.0.0.1", 0)], tls=files.server, idle_grace_seconds=100, drain_seconds=100
    ) as server:
        with socket.create_connection(server.addresses[0]) as sock:
            sock.setblocking(False)
            await arrived(server, 1)
            server.drain()
            reader, writer = await asyncio.open_connection(sock=sock, ssl=files.client, server_hostname="localhost")
            raw = Raw(reader, writer)
            await raw.send(GET)
            assert (await raw.answer()).headers["connection"] == "close"
            assert await raw.rest() == b""
            writer.close()
            await gone(server)


def encrypted(files: Files, folder: Path) -> str:
    key = serialization.load_pem_private_key(Path(files.key).read_bytes(), None)
    path = folder / "encrypted.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    return str(path)


def test_files_that_can_not_be_used_are_told_in_a_sentence(files: Files, tmp_path: Path) -> None:
    foreign, nothing = Files(tmp_path), tmp_path / "nothing.pem"
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("nonsense")
    locked = encrypted(files, tmp_path)
    for certificate, key, told in (
        (str(nothing), files.key, f"{nothing} can not be read: no such file or directory"),
        (files.certificate, str(tmp_path), f"{tmp_path} can not be read: is a directory"),
        (str(nonsense), files.key, f"{nonsense} and {files.key} do not hold a certificate and its key in PEM"),
        (files.certificate, str(nonsense), f"{files.certificate} and {nonsense} do not hold a certificate and its key"),
        (files.certificate, foreign.key, f"the key in {foreign.key} does not belong to the certificate in"),
        (files.certificate, locked, f"the key in {locked} is encrypted"),
    ):
        with pytest.raises(ValueError) as caught:
            server_context(certificate, key)
        assert str(caught.value).startswith(told)
        assert "\n" not in str(caught.value)
