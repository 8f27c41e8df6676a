"""Whoever wants to know of what the server refuses by itself hears of it: no handler ever does."""

import pytest

from planoai.errors import TooLarge
from planoai.net.refusal import Pairs
from planoai.net.server import Limits, Refusal, Reply, Request
from tests.net.raw import connected, serving
from tests.net.test_server import GET, echo

REFUSED = {
    "no host": (b"GET /v1?a=b HTTP/1.1\r\n\r\n", (b"/v1?a=b", 400)),
    "two hosts": (b"GET /v1 HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", (b"/v1", 400)),
    "too large": (b"GET /v1 HTTP/1.1\r\nHost: a\r\nx: " + b"y" * 100_000 + b"\r\n\r\n", (b"/v1", 431)),
    "too slow": (b"GET /slow HTTP/1.1\r\nHost: a\r\n", (b"/slow", 408)),
    "no http": (b"\x16\x03\x01\r\n\r\n", (b"", 400)),
    "after another": (GET + b"nonsense\r\n\r\n", (b"", 400)),
}


@pytest.mark.parametrize(("sent", "heard"), REFUSED.values(), ids=REFUSED.keys())
async def test_what_no_handler_sees_is_heard_of_once(sent: bytes, heard: tuple[bytes, int]) -> None:
    told: list[tuple[bytes, int, str]] = []
    fields: list[Pairs] = []

    def refused(target: bytes, refusal: Refusal, peer: str, headers: Pairs) -> None:
        told.append((target, refusal.status, peer))
        fields.append(headers)

    limits = Limits(head_seconds=0.1)
    async with serving(echo, limits, refused=refused) as server, connected(server) as raw:
        await raw.send(sent)
        if sent.startswith(GET):
            assert (await raw.answer()).status == 200
        assert (await raw.answer()).status == heard[1]
        assert await raw.rest() == b""
    assert told == [(*heard, "127.0.0.1")]
    assert fields == [[(b"content-type", b"application/json")]]


async def test_what_a_handler_refuses_is_its_own_to_tell() -> None:
    told: list[bytes] = []

    async def handler(request: Request, reply: Reply) -> None:
        raise TooLarge("It is too large.")

    def refused(target: bytes, refusal: Refusal, peer: str, headers: Pairs) -> None:
        told.append(target)

    async with serving(handler, refused=refused) as server, connected(server) as raw:
        await raw.send(GET)
        assert (await raw.answer()).status == 413
    assert not told


async def test_a_client_is_answered_although_who_wants_to_know_failed(caplog: pytest.LogCaptureFixture) -> None:
    def broken(target: bytes, refusal: Refusal, peer: str, headers: Pairs) -> None:
        raise KeyError(target)

    async with serving(echo, refused=broken) as server, connected(server) as raw:
        await raw.send(b"GET /x HTTP/1.1\r\n\r\n")
        assert (await raw.answer()).status == 400
    assert "wants to know" in caplog.text
