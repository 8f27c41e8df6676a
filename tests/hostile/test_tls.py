"""A listener that speaks TLS, and those who do not, or not to the end."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio
import trustme

from tests.hostile.target import ASKED, HEALTHY, PATIENCE, Target, attacked, post, running_workers
from tests.net.raw import Raw
from tests.support.answers import CHAT
from tests.support.upstream import whole

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def client(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def target(tmp_path_factory: pytest.TempPathFactory, authority: trustme.CA) -> AsyncIterator[Target]:
    folder: Path = tmp_path_factory.mktemp("hostile")
    issued = authority.issue_cert("localhost")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    issued.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    async with attacked(folder, tls="{cert: cert.pem, key: key.pem}") as target:
        yield target


async def served(target: Target, client: ssl.SSLContext) -> None:
    """Raises AssertionError unless the very processes that began still serve."""
    target.upstream.will(whole(CHAT))
    async with asyncio.timeout(PATIENCE):
        streams = await asyncio.open_connection("127.0.0.1", target.port, ssl=client, server_hostname="localhost")
        raw = Raw(*streams)
        await raw.send(post(ASKED))
        answer = await raw.answer()
        raw.writer.transport.abort()
    assert (answer.status, json.loads(answer.body)) == (200, CHAT)
    assert running_workers(target.home) == target.workers


HELLO = bytes.fromhex("16030100c8010000c40303")
NO_TLS = {
    "nothing": b"",
    "one byte": b"\x16",
    "half a hello": HELLO + bytes(20),
    "a hello of noise": HELLO + bytes(range(190)),
    "a hello that claims to be long": b"\x16\x03\x01\xff\xff" + bytes(70_000),
    "SSL 2": b"\x80\x2e\x01\x00\x02" + bytes(50),
    "an alert": b"\x15\x03\x01\x00\x02\x02\x28",
    "plain HTTP": HEALTHY,
    "plain HTTP of 1 MB": post(b"x" * 1_000_000),
    "noise": bytes(range(256)) * 100,
}


async def visit(target: Target, case: str, *, stays: bool) -> None:
    """Who stays is closed, and hears nothing but an alert."""
    async with asyncio.timeout(PATIENCE), target.connected() as raw:
        with suppress(ConnectionError):
            await raw.send(NO_TLS[case])
            if stays:
                heard = await raw.rest()
                assert heard == b"" or (heard[0] == 0x15 and len(heard) < 10)


@pytest.mark.parametrize("case", NO_TLS)
async def test_who_speaks_no_tls_and_leaves_is_forgotten(target: Target, client: ssl.SSLContext, case: str) -> None:
    await asyncio.gather(*(visit(target, case, stays=False) for _ in range(20)))
    await served(target, client)


async def test_who_speaks_no_tls_and_stays_is_closed(target: Target, client: ssl.SSLContext) -> None:
    """Ten of each kind; those who keep us waiting when the time for a head is over."""
    await asyncio.gather(*(visit(target, case, stays=True) for case in NO_TLS for _ in range(10)))
    await served(target, client)


async def test_who_trusts_another_authority_leaves_nothing_behind(target: Target, client: ssl.SSLContext) -> None:
    for _ in range(10):
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection(
                "127.0.0.1", target.port, ssl=ssl.create_default_context(), server_hostname="localhost"
            )
    await served(target, client)


async def test_old_versions_of_tls_are_not_spoken(target: Target, client: ssl.SSLContext) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection("127.0.0.1", target.port, ssl=old, server_hostname="localhost")
    await served(target, client)
