"""Bodies that are too large, too slow, packed to burst, or never come; and clients that leave in the middle of everything."""

import asyncio
import gzip
import json
import os
import zlib

import pytest
import zstandard

from tests.hostile.target import ASKED, CHAT_PATH, HEALTHY, MESSAGES_PATH, PATIENCE, Target, head, post, refused
from tests.net.raw import Raw
from tests.support.answers import CHAT
from tests.support.upstream import Hold, whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIMIT = 100 * 1024 * 1024
GZIP = b"Content-Encoding: gzip"
CHUNKED = b"Transfer-Encoding: chunked"
PATHS = pytest.mark.parametrize("path", [CHAT_PATH, MESSAGES_PATH])


async def flood(raw: Raw, size: int, *, chunked: bool) -> None:
    """`size` bytes of a body, or as many of them as the other end takes."""
    piece = b"x" * 1024 * 1024
    framed = b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece
    for _ in range(size // len(piece)):
        await raw.send(framed)


@PATHS
async def test_a_body_over_the_limit_is_refused_before_it_is_sent(target: Target, path: str) -> None:
    announced = head(b"Content-Length: %d" % (LIMIT + 1024 * 1024), path=path)
    expecting = head(b"Content-Length: %d" % (LIMIT + 1024 * 1024), b"Expect: 100-continue", path=path)
    for sent in (announced, expecting):
        [answer] = await target.says_to(sent)
        assert answer.status == 413
        refused(answer, path)
    assert target.upstream.asked == []


@pytest.mark.parametrize("chunked", [False, True], ids=["sized", "in chunks"])
async def test_a_body_over_the_limit_is_refused_while_it_is_sent(target: Target, chunked: bool) -> None:
    async with asyncio.timeout(PATIENCE), target.connected() as raw:
        await raw.send(head(CHUNKED if chunked else b"Content-Length: %d" % (LIMIT + 1024 * 1024)))
        sending = asyncio.ensure_future(flood(raw, LIMIT + 1024 * 1024, chunked=chunked))
        answer = await raw.answer()
        assert (answer.status, answer.headers["connection"]) == (413, "close")
        refused(answer)
        sending.cancel()
        await asyncio.wait([sending])
    assert target.upstream.asked == []


BOMB = gzip.compress(bytes(1024 * 1024), 9)
PACKED = {
    "a bomb of gzip": (BOMB * 110, b"gzip", 413),  # one member after another: 110 MiB from 110 kB
    "a bomb of deflate": (zlib.compress(bytes(110 * 1024 * 1024), 9), b"deflate", 413),
    "a bomb of zstd": (zstandard.compress(bytes(110 * 1024 * 1024), 19), b"zstd", 413),
    "a bomb in a bomb": (gzip.compress(gzip.compress(bytes(110 * 1024 * 1024), 9), 9), b"gzip, gzip", 413),
    "gzip that is none": (ASKED, b"gzip", 400),
    "gzip cut short": (gzip.compress(ASKED)[:-9], b"gzip", 400),
    "gzip with a wrong sum": (gzip.compress(ASKED)[:-8] + bytes(8), b"gzip", 400),
    "gzip with more behind it": (gzip.compress(ASKED) + b"more", b"gzip", 400),
    "zstd that wants a window of 2 GB": (b"\x28\xb5\x2f\xfd\x00\xa8" + bytes(8), b"zstd", 400),
    "an unknown coding": (ASKED, b"rot13", 415),
    "codings without end": (ASKED, b"gzip," * 1000, 415),
    "a coding of nothing": (b"", b"gzip", 400),
}


@PATHS
@pytest.mark.parametrize("case", PACKED)
async def test_a_packed_body_is_refused(target: Target, case: str, path: str) -> None:
    body, coding, status = PACKED[case]
    answer = await target.answer_to(post(body, b"Content-Encoding: " + coding, path=path))
    assert answer.status == status
    refused(answer, path)
    assert target.upstream.asked == []


async def test_a_body_of_the_largest_size_is_taken(target: Target) -> None:
    target.upstream.will(whole(CHAT))
    begin, end = b'{"messages":[{"role":"user","content":"', b'"}]}'
    answer = await target.answer_to(post(begin + b"x" * (LIMIT - len(begin) - len(end)) + end))
    assert (answer.status, json.loads(answer.body)) == (200, CHAT)
    [asked] = target.upstream.asked
    assert len(asked.body) > LIMIT - 100


async def test_others_are_served_while_large_bodies_are_taken(target: Target) -> None:
    """A hundred megabytes are joined, decoded and sent on; whoever asks meanwhile does not wait for all of that."""
    target.upstream.will(whole(CHAT))
    begin, end = b'{"messages":[{"role":"user","content":"', b'"}]}'
    large = post(begin + b"x" * (90 * 1024 * 1024) + end)
    async with asyncio.timeout(PATIENCE), target.connected() as raw:
        sending = asyncio.ensure_future(target.answer_to(large))
        answered = 0
        while not sending.done():
            await raw.send(HEALTHY)
            assert (await raw.answer()).status == 200
            answered += 1
        assert (await sending).status == 200
    assert answered > 20


async def test_what_follows_a_body_is_the_next_request(target: Target) -> None:
    target.upstream.will(whole(CHAT))
    answers = await target.says_to(post(ASKED) + ASKED)
    assert [answer.status for answer in answers] == [200, 400]
    refused(answers[1])
    assert len(target.upstream.asked) == 1


@pytest.mark.parametrize("how", ["closes", "resets"])
@pytest.mark.parametrize(
    "part",
    [b"P", b"POST / HTTP/1.1\r\nHo", head(b"Content-Length: 90"), head(b"Content-Length: 90") + ASKED[:20]],
    ids=["the first byte", "half a head", "a head", "half a body"],
)
async def test_a_client_that_leaves_in_the_middle_is_forgotten(target: Target, part: bytes, how: str) -> None:
    for _ in range(20):
        async with target.connected() as raw:
            await raw.send(part)
            if how == "closes":
                raw.writer.write_eof()
                await raw.rest()
    assert target.upstream.asked == []


@pytest.mark.parametrize("how", ["closes", "resets"])
async def test_a_client_that_leaves_before_its_answer_is_let_go(target: Target, how: str) -> None:
    for _ in range(5):
        hold = Hold()
        target.upstream.left.clear()
        target.upstream.will([hold])
        async with asyncio.timeout(PATIENCE), target.connected() as raw:
            await raw.send(post(ASKED))
            await hold.reached.wait()
            raw.writer.transport.abort() if how == "resets" else raw.writer.close()
            await target.upstream.left.wait()


async def test_bodies_that_come_too_slowly_are_given_up(target: Target) -> None:
    """Slow in each of the ways: nothing of it, some of it, a byte now and then, in chunks."""

    async def trickle(raw: Raw, byte: bytes) -> None:
        while True:
            await raw.send(byte)
            await asyncio.sleep(0.5)

    async def slow(sent: bytes, more: bytes = b"") -> int:
        async with target.connected() as raw:
            await raw.send(sent)
            trickling = asyncio.ensure_future(trickle(raw, more))
            answer = await raw.answer()
            trickling.cancel()
            await asyncio.wait([trickling])
            refused(answer)
            return answer.status

    sized = head(b"Content-Length: 100000")
    async with asyncio.timeout(PATIENCE):
        chunks = head(CHUNKED)
        ways = (slow(sized), slow(sized + ASKED), slow(sized, b" "), slow(chunks, b"1\r\n \r\n"), slow(chunks))
        statuses = set(await asyncio.gather(*ways))
    assert statuses == {408}
    assert target.upstream.asked == []


async def test_a_random_body_is_no_json(target: Target) -> None:
    for size in (1, 100, 1_000_000):
        answer = await target.answer_to(post(os.urandom(size)))
        assert answer.status == 400
        refused(answer)
    assert target.upstream.asked == []
