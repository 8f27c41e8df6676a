"""Upstreams over TLS: who is believed, and what is said of those who are not."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from planoai.errors import PlanoError, UpstreamClosed, UpstreamUnreachable, UpstreamUnreadable
from planoai.net.client import Client, Origin
from planoai.net.tls import client_context
from tests.net.raw import Raw, Script, Upstream, scripted
from tests.net.test_client import OK, get, keeps_saying


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def server_context(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = client_context()
    authority.configure_trust(context)
    return context


async def test_https_is_spoken_and_its_connections_are_kept(authority: trustme.CA) -> None:
    chosen: list[str | None] = []

    async def script(raw: Raw, number: int) -> None:
        chosen.append(raw.writer.get_extra_info("ssl_object").selected_alpn_protocol())
        await keeps_saying(OK)(raw, number)

    context = server_context(authority, "localhost")
    context.set_alpn_protocols(["h2", "http/1.1"])
    async with scripted(script, context) as upstream, Client(verify=trusting(authority)) as client:
        for _ in range(2):
            assert await get(client, upstream) == (200, b"ok")
        assert (upstream.connections, chosen) == (1, ["http/1.1"])


async def failure(client: Client, upstream: Upstream) -> PlanoError:
    with pytest.raises(PlanoError) as caught:
        await get(client, upstream)
    return caught.value


async def test_a_certificate_nobody_vouches_for_is_refused(authority: trustme.CA) -> None:
    async with scripted(keeps_saying(OK), server_context(authority, "localhost")) as upstream, Client() as client:
        error = await failure(client, upstream)
    assert isinstance(error, UpstreamUnreachable)
    assert "its TLS certificate is not valid" in error.message
    assert str(upstream.origin) in error.message


async def test_a_certificate_for_another_host_is_refused(authority: trustme.CA) -> None:
    context = server_context(authority, "other.example")
    async with scripted(keeps_saying(OK), context) as upstream, Client(verify=trusting(authority)) as client:
        error = await failure(client, upstream)
    assert isinstance(error, UpstreamUnreachable)
    assert "localhost" in error.message


async def test_tls_to_a_plain_port_is_one_sentence() -> None:
    async def script(raw: Raw, number: int) -> None:
        await raw.reader.read(10)
        await raw.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with scripted(script) as upstream, Client() as client:
        upstream.origin = Origin("https", "127.0.0.1", upstream.origin.port)
        error = await failure(client, upstream)
    assert isinstance(error, UpstreamUnreachable)
    assert "TLS failed" in error.message


async def test_a_certificate_that_has_expired_is_refused(authority: trustme.CA) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    now = datetime.now(UTC)
    expired = authority.issue_cert("localhost", not_before=now - timedelta(days=9), not_after=now - timedelta(days=1))
    expired.configure_cert(context)
    async with scripted(keeps_saying(OK), context) as upstream, Client(verify=trusting(authority)) as client:
        error = await failure(client, upstream)
    assert isinstance(error, UpstreamUnreachable)
    assert error.message.endswith("its TLS certificate is not valid (certificate has expired).")


async def test_the_authorities_of_a_file_are_believed_and_no_others(authority: trustme.CA, tmp_path: Path) -> None:
    trusted = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(trusted)
    async with Client(verify=client_context(str(trusted))) as client:
        async with scripted(keeps_saying(OK), server_context(authority, "localhost")) as upstream:
            assert await get(client, upstream) == (200, b"ok")
        async with scripted(keeps_saying(OK), server_context(trustme.CA(), "localhost")) as upstream:
            assert "its TLS certificate is not valid" in (await failure(client, upstream)).message


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file or directory"),
        ("", "it holds no certificates, or broken ones"),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "it holds no certificates, or broken ones",
        ),
    ],
    ids=["missing", "empty", "broken"],
)
def test_a_file_of_authorities_that_cannot_be_used_is_told_at_once(
    content: str | None, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(OSError) as caught:
        client_context(str(path))
    assert caught.value.strerror == reason


SETTINGS = (
    b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64\x00\x04\x00\x10\x00\x00\x00\x06\x00\x00\x40\x00"
)


async def speaks_first(raw: Raw, number: int) -> None:
    """A server may send its SETTINGS as soon as it is connected to (RFC 9113, 3.4)."""
    await raw.send(SETTINGS)
    await raw.rest()


async def waits_to_be_spoken_to(raw: Raw, number: int) -> None:
    await raw.request()
    await raw.send(SETTINGS)
    await raw.rest()


async def speaks_byte_by_byte(raw: Raw, number: int) -> None:
    await raw.request()
    for start in range(len(SETTINGS)):
        await raw.send(SETTINGS[start : start + 1])
    await raw.rest()


@pytest.mark.parametrize("script", [speaks_first, waits_to_be_spoken_to, speaks_byte_by_byte])
@pytest.mark.parametrize("over_tls", [False, True], ids=["plain", "over tls"])
async def test_an_upstream_that_speaks_only_http_2_is_one_sentence(
    authority: trustme.CA, script: Script, over_tls: bool
) -> None:
    context = server_context(authority, "localhost") if over_tls else None
    if context is not None:
        context.set_alpn_protocols(["h2"])
    async with scripted(script, context) as upstream, Client(verify=trusting(authority)) as client:
        error = await failure(client, upstream)
        await upstream.closed.get()
    assert isinstance(error, UpstreamUnreadable)
    assert error.message == f"{upstream.origin} speaks HTTP/2 only, and only HTTP/1.1 is spoken here."


async def test_a_plain_request_to_a_tls_port_is_one_sentence(authority: trustme.CA) -> None:
    async def alerts(raw: Raw, number: int) -> None:
        await raw.request()
        await raw.send(b"\x15\x03\x03\x00\x02\x02\x16")  # a fatal alert: record overflow

    async with scripted(alerts) as upstream, Client() as client:
        error = await failure(client, upstream)
    assert error.message == f"{upstream.origin} speaks TLS: its address has to begin with https://."


BROKEN = {
    "in the head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "in a sized body": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
    "in a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("politely", [True, False], ids=["with close_notify", "without"])
async def test_an_answer_over_tls_that_ends_early_is_an_error(
    authority: trustme.CA, answer: bytes, politely: bool
) -> None:
    async def script(raw: Raw, number: int) -> None:
        await raw.request()
        await raw.send(answer)
        if not politely:
            raw.writer.transport.abort()

    context = server_context(authority, "localhost")
    async with scripted(script, context) as upstream, Client(verify=trusting(authority)) as client:
        assert isinstance(await failure(client, upstream), UpstreamClosed)


async def test_a_large_body_goes_over_tls_in_both_directions(authority: trustme.CA) -> None:
    async def mirror(raw: Raw, number: int) -> None:
        while True:
            _, _, body = await raw.request()
            await raw.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    body = bytes(range(256)) * 20_000
    context = server_context(authority, "localhost")
    async with scripted(mirror, context) as upstream, Client(verify=trusting(authority)) as client:
        for _ in range(2):
            with await client.send(upstream.origin, "POST", "/", [], body) as response:
                assert await response.body() == body
        assert upstream.connections == 1
