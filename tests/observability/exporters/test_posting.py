"""HTTP from a thread, against whatever is at the other end."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from planoai.net.client import Origin
from planoai.net.proxy import Proxies
from planoai.observability.exporters.exporter import Unavailable
from planoai.observability.exporters.posting import Answer, Poster, probe
from tests.support.ports import free_port
from tests.support.upstream import Cut, Step, Upstream, scripted


def head(status: int, *lines: bytes, length: int = 0) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 %d X" % status, b"content-length: %d" % length, *lines, b"", b""])


async def posted(*script: Step, body: bytes = b"hi", seconds: float = 30.0) -> tuple[Answer, Upstream]:
    async with scripted() as there:
        there.will(script)
        poster = Poster(Origin.parse(there.url), ssl.create_default_context)
        try:
            return await asyncio.to_thread(poster.post, "/v1/x", ((b"x-a", b"1"),), body, seconds), there
        finally:
            await asyncio.to_thread(poster.close)


async def test_an_answer_is_its_status_and_its_words() -> None:
    answer, there = await posted(head(400, b"content-type: text/plain", length=5), b"wrong")

    assert answer == Answer(400, b"text/plain", b"wrong")
    [asked] = there.asked
    assert (asked.method, asked.target, asked.headers["x-a"], asked.body) == ("POST", "/v1/x", "1", b"hi")


async def test_words_without_an_end_are_not_read_to_it() -> None:
    answer, _ = await posted(head(500, length=100_000), b"x" * 100_000)

    assert (answer.status, answer.body) == (500, b"")


@pytest.mark.parametrize(
    ("written", "after"), [(b"7", 7.0), (b"-1", 0.0), (b"nan", 0.0), (b"inf", 0.0), (b"soon", 0.0)]
)
async def test_a_wait_that_is_asked_for_is_understood_or_left(written: bytes, after: float) -> None:
    answer, _ = await posted(head(503, b"retry-after: " + written))

    assert answer.after == after


async def test_a_wait_may_be_asked_for_by_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True).encode()
    earlier = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True).encode()

    assert 0 < (await posted(head(503, b"retry-after: " + later)))[0].after <= 3600
    assert (await posted(head(503, b"retry-after: " + earlier)))[0].after == 0


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ((Cut(),), "the connection was closed before the answer was complete"),
        ((b"SSH-2.0-OpenSSH\r\n\r\n", Cut()), "answer"),
    ],
)
async def test_what_is_no_answer_may_be_one_later(script: tuple[Step, ...], reason: str) -> None:
    with pytest.raises(Unavailable, match=reason):
        await posted(*script)


def test_where_nobody_listens_there_may_be_somebody_later() -> None:
    origin = Origin.parse(f"http://127.0.0.1:{free_port()}")
    poster = Poster(origin, ssl.create_default_context)

    with pytest.raises(Unavailable, match="connection refused"):
        probe(origin, 5)
    with pytest.raises(Unavailable, match="cannot be reached"):
        poster.post("/", (), b"", 5)
    poster.close()


def test_a_name_that_can_be_none_is_nobodys() -> None:
    with pytest.raises(Unavailable, match="its host name cannot be resolved"):
        probe(Origin.parse("http://otel..internal:4317"), 5)


def test_one_that_was_interrupted_sends_nothing_more() -> None:
    poster = Poster(Origin.parse(f"http://127.0.0.1:{free_port()}"), ssl.create_default_context)
    poster.interrupt()

    with pytest.raises(Unavailable, match="no time left"):
        poster.post("/", (), b"", 5)
    poster.close()


async def test_a_proxy_is_gone_through() -> None:
    async with scripted() as proxy:
        proxy.will((head(200),))
        poster = Poster(Origin.parse("http://collector.example"), ssl.create_default_context, Proxies(http=proxy.url))
        try:
            await asyncio.to_thread(poster.post, "/v1/traces", (), b"hi", 30)
        finally:
            await asyncio.to_thread(poster.close)

    assert [asked.target for asked in proxy.asked] == ["http://collector.example/v1/traces"]
