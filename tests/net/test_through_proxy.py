"""Requests that go through a forward proxy."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import trustme

from planoai.errors import PlanoError, UpstreamTimeout, UpstreamUnreachable
from planoai.net.client import Client, Origin, Timeouts
from planoai.net.proxy import Proxies
from planoai.net.tls import client_context
from tests.net.raw import Raw, Script, Upstream, scripted
from tests.net.test_client import OK, keeps_saying

PASSWORD = "s3cr3t-w%40rd"
CREDENTIALS = "Basic dXNlcjpzM2NyM3Qtd0ByZA=="  # user:s3cr3t-w@rd
PLAIN = Origin("http", "up.example", 8080)
TLS = Origin("https", "up.example", 443)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def certified(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = client_context()
    authority.configure_trust(context)
    return context


@dataclass
class Tunnels:
    """A proxy that connects every CONNECT to `port`, whatever name it was asked for. `asked`: line and fields of each request."""

    port: int
    answer: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n"
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    async def __call__(self, raw: Raw, _: int) -> None:
        self.asked.append(await raw.head())
        await raw.send(self.answer)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            await asyncio.gather(_copied(raw.reader, writer), _copied(reader, raw.writer))
        finally:
            writer.close()


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


@asynccontextmanager
async def through(
    script: Script, authority: trustme.CA, context: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[Client, Upstream]]:
    """A client whose proxy follows `script`, over TLS if there is a `context`; and that proxy."""
    async with scripted(script, context) as proxy:
        place = proxy.origin
        address = f"{place.scheme}://user:{PASSWORD}@{place.host}:{place.port}"
        async with Client(verify=trusting(authority), proxies=Proxies(http=address, https=address)) as client:
            yield client, proxy


async def get(client: Client, origin: Origin, timeouts: Timeouts = Timeouts()) -> tuple[int, bytes]:  # noqa: B008 - frozen
    with await client.send(origin, "GET", "/v1/x?y=z", [(b"x", b"1")], timeouts=timeouts) as response:
        return response.status, await response.body()


@pytest.mark.parametrize("proxy_over_tls", [False, True], ids=["http proxy", "https proxy"])
async def test_an_upstream_over_tls_is_reached_through_a_tunnel(authority: trustme.CA, proxy_over_tls: bool) -> None:
    async with scripted(keeps_saying(OK), certified(authority, "up.example")) as upstream:
        tunnels = Tunnels(upstream.origin.port)
        context = certified(authority, "localhost") if proxy_over_tls else None
        async with through(tunnels, authority, context) as (client, proxy):
            for _ in range(3):
                assert await get(client, TLS) == (200, b"ok")
            assert (proxy.connections, upstream.connections) == (1, 1)
    [(line, fields)] = tunnels.asked
    assert line == "CONNECT up.example:443 HTTP/1.1"
    assert fields == {"host": "up.example:443", "proxy-authorization": CREDENTIALS}


@pytest.mark.parametrize("proxy_over_tls", [False, True], ids=["http proxy", "https proxy"])
async def test_a_plain_upstream_is_asked_for_whole_and_the_proxys_credentials_stay_with_the_proxy(
    authority: trustme.CA, proxy_over_tls: bool
) -> None:
    asked: list[tuple[str, dict[str, str]]] = []

    async def script(raw: Raw, number: int) -> None:
        while True:
            asked.append(await raw.head())
            await raw.send(OK)

    context = certified(authority, "localhost") if proxy_over_tls else None
    async with through(script, authority, context) as (client, proxy):
        for _ in range(2):
            assert await get(client, PLAIN) == (200, b"ok")
        assert proxy.connections == 1
    assert (
        asked[0]
        == asked[1]
        == (
            "GET http://up.example:8080/v1/x?y=z HTTP/1.1",
            {"host": "up.example:8080", "proxy-authorization": CREDENTIALS, "x": "1"},
        )
    )


async def test_a_large_body_fits_through_a_tunnel_in_both_directions(authority: trustme.CA) -> None:
    async def mirror(raw: Raw, number: int) -> None:
        while True:
            _, _, body = await raw.request()
            await raw.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    body = bytes(range(256)) * 20_000
    async with (
        scripted(mirror, certified(authority, "up.example")) as upstream,
        through(Tunnels(upstream.origin.port), authority) as (client, _),
    ):
        with await client.send(TLS, "POST", "/", [], body) as response:
            assert await response.body() == body


async def test_the_certificate_behind_a_tunnel_has_to_be_the_true_hosts(authority: trustme.CA) -> None:
    async with (
        scripted(keeps_saying(OK), certified(authority, "other.example")) as upstream,
        through(Tunnels(upstream.origin.port), authority) as (client, proxy),
    ):
        error = await failure(client, TLS)
        assert await proxy.closed.get() == 1
    assert isinstance(error, UpstreamUnreachable)
    assert "its TLS certificate is not valid" in error.message
    assert "up.example" in error.message


async def failure(client: Client, origin: Origin, timeouts: Timeouts = Timeouts()) -> PlanoError:  # noqa: B008 - frozen
    with pytest.raises(PlanoError) as caught:
        await get(client, origin, timeouts)
    for secret in (PASSWORD, CREDENTIALS.split(" ")[1], "s3cr3t"):
        assert secret not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"
    return caught.value


ANSWERS = {
    "407": (b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
            "it refuses our credentials (status 407)"),
    "403": (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nno!!", "it answered CONNECT with status 403"),
    "502 after an interim answer": (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 502 Bad Gateway\r\n\r\n", "it answered CONNECT with status 502"),
    "garbage": (b"SSH-2.0-OpenSSH_9.6\r\n", "it did not answer CONNECT in HTTP/1.1"),
    "an upgrade": (b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", "it did not answer CONNECT in HTTP/1.1"),
    "more than was asked": (b"HTTP/1.1 200 OK\r\n\r\nhello", "it said more than that the tunnel is open"),
    "nothing": (b"", "it closed the connection"),
    "half a head": (b"HTTP/1.1 200 OK\r\nx:", "it closed the connection"),
    "a head without end": (b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000, "the head of its answer is larger than 65536 bytes"),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "reason"), ANSWERS.values(), ids=ANSWERS.keys())
async def test_a_proxy_that_opens_no_tunnel_is_told_of_in_one_sentence(
    authority: trustme.CA, answer: bytes, reason: str
) -> None:
    async def script(raw: Raw, number: int) -> None:
        await raw.head()
        await raw.send(answer)
        if answer.endswith(b"y"):
            await raw.rest()

    async with through(script, authority) as (client, proxy):
        error = await failure(client, TLS)
        assert await proxy.closed.get() == 1
    assert isinstance(error, UpstreamUnreachable)
    assert error.message == f"https://up.example cannot be reached through the proxy that HTTPS_PROXY names: {reason}."


async def test_a_proxy_that_wants_credentials_and_has_none_says_so(authority: trustme.CA) -> None:
    async with (
        scripted(keeps_saying(ANSWERS["407"][0])) as proxy,
        Client(proxies=Proxies(all=str(proxy.origin))) as client,
    ):
        for origin in (PLAIN, TLS):
            error = await failure(client, origin)
            assert "that ALL_PROXY names: it asks for credentials (status 407)." in error.message


async def test_a_refusal_of_the_credentials_for_a_plain_upstream_is_not_the_upstreams_answer(
    authority: trustme.CA,
) -> None:
    async with through(keeps_saying(ANSWERS["407"][0]), authority) as (client, _):
        error = await failure(client, PLAIN)
    assert isinstance(error, UpstreamUnreachable)
    assert error.message == (
        "http://up.example:8080 cannot be reached through the proxy that HTTP_PROXY names: it refuses our credentials (status 407)."
    )


async def stalls_before_the_tunnel(raw: Raw, number: int) -> None:
    await raw.rest()


async def stalls_in_the_handshake(raw: Raw, number: int) -> None:
    await raw.head()
    await raw.send(b"HTTP/1.1 200 OK\r\n\r\n")
    await raw.rest()


@pytest.mark.parametrize("script", [stalls_before_the_tunnel, stalls_in_the_handshake])
async def test_the_time_for_a_connection_covers_the_tunnel(authority: trustme.CA, script: Script) -> None:
    async with through(script, authority) as (client, proxy):
        error = await failure(client, TLS, Timeouts(connect=0.1))
        assert await proxy.closed.get() == 1
    assert isinstance(error, UpstreamTimeout)
    assert "connect limit" in error.message


async def breaks_off(raw: Raw, number: int) -> None:
    await raw.head()
    await raw.send(b"HTTP/1.1 200 OK\r\n\r\n")


async def talks_nonsense(raw: Raw, number: int) -> None:
    await raw.head()
    await raw.send(b"HTTP/1.1 200 OK\r\n\r\n")
    await raw.reader.read(100)
    await raw.send(b"this is no handshake at all")
    await raw.rest()


@pytest.mark.parametrize("script", [breaks_off, talks_nonsense])
async def test_a_tunnel_that_leads_nowhere_is_one_sentence(authority: trustme.CA, script: Script) -> None:
    async with through(script, authority) as (client, proxy):
        error = await failure(client, TLS)
        assert await proxy.closed.get() == 1
    assert isinstance(error, UpstreamUnreachable)
    assert error.message.startswith("https://up.example cannot be reached: ")


async def test_a_proxy_that_is_not_there_is_told_apart_from_the_upstream(authority: trustme.CA) -> None:
    async with through(keeps_saying(OK), authority) as (client, _):
        pass
    async with Client(proxies=Proxies(https="http://proxy.invalid:1")) as client:
        message = (await failure(client, TLS)).message
        assert message.startswith("https://up.example cannot be reached through the proxy that HTTPS_PROXY names: ")


async def test_what_is_exempt_goes_straight_to_its_upstream(authority: trustme.CA) -> None:
    async with scripted(keeps_saying(OK)) as upstream, scripted(keeps_saying(ANSWERS["403"][0])) as proxy:

        async def resolve(host: str, port: int) -> list[tuple[int, tuple[str, int]]]:
            return [(2, ("127.0.0.1", upstream.origin.port))]

        proxies = Proxies(all=str(proxy.origin), no="up.example:8080")
        async with Client(proxies=proxies, resolve=resolve) as client:
            assert await get(client, PLAIN) == (200, b"ok")
            assert await get(client, upstream.origin) == (200, b"ok")
        assert proxy.connections == 0


async def test_a_closed_client_leaves_no_tunnel_open(authority: trustme.CA) -> None:
    async with (
        scripted(keeps_saying(OK), certified(authority, "up.example")) as upstream,
        through(Tunnels(upstream.origin.port), authority) as (client, proxy),
    ):
        await get(client, TLS)
        pool = client._pool
        await client.__aexit__(None, None, None)
        assert pool is not None
        assert not pool._open
        assert await proxy.closed.get() == 1
