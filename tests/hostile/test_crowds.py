"""Many at once: clients that never finish their heads, that never say anything, that ask without reading; beside them everybody else is served."""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest

from tests.hostile.target import ASKED, HEALTHY, PATIENCE, Target, head, post, refused
from tests.net.raw import Raw
from tests.support.answers import CHAT
from tests.support.upstream import whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

START = b"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\n"


async def crowd(target: Target, size: int, stack: AsyncExitStack) -> list[Raw]:
    return [await stack.enter_async_context(target.connected()) for _ in range(size)]


async def loris(raw: Raw, *, body: bool) -> int:
    """A field, or a byte of the body, every now and then, until there is an answer; its status."""
    answer = asyncio.ensure_future(raw.answer())
    await raw.send(head(b"Content-Length: 100000") if body else START)
    while not answer.done():
        raw.writer.write(b" " if body else b"x: y\r\n")
        await asyncio.wait({answer}, timeout=0.5)
    refused(await answer)
    return answer.result().status


async def test_slow_clients_do_not_keep_others_from_their_answers(target: Target) -> None:
    """Fifty of them, half with their heads and half with their bodies: each is given up, and whoever asks meanwhile gets every answer."""
    target.upstream.will(whole(CHAT))
    async with asyncio.timeout(PATIENCE), AsyncExitStack() as stack:
        slow = [
            asyncio.ensure_future(loris(raw, body=number % 2 == 0))
            for number, raw in enumerate(await crowd(target, 50, stack))
        ]
        normal = await crowd(target, 5, stack)
        asked = 0
        while not all(each.done() for each in slow):
            for raw in normal:
                await raw.send(post(ASKED))
            for raw in normal:
                answer = await raw.answer()
                assert (answer.status, json.loads(answer.body)) == (200, CHAT)
                asked += 1
        assert [await each for each in slow] == [408] * 50
    assert len(target.upstream.asked) == asked
    assert asked > 100


async def test_a_thousand_that_say_nothing_are_in_nobodys_way(target: Target) -> None:
    target.upstream.will(whole(CHAT))
    async with asyncio.timeout(PATIENCE), AsyncExitStack() as stack:
        idle = await crowd(target, 1000, stack)
        for _ in range(100):
            assert (await target.answer_to(post(ASKED))).status == 200
        for raw in idle:  # and each of them may still begin
            await raw.send(HEALTHY)
        for raw in idle:
            assert (await raw.answer()).status == 200


async def test_those_who_never_say_anything_are_closed_without_a_word(target: Target) -> None:
    async with asyncio.timeout(PATIENCE), AsyncExitStack() as stack:
        ends = await asyncio.gather(*(raw.rest() for raw in await crowd(target, 100, stack)))
    assert set(ends) == {b""}


async def test_thousands_that_come_and_go_leave_nothing_behind(target: Target) -> None:
    async def visit(number: int) -> None:
        async with target.connected() as raw:
            if number % 3:
                await raw.send(START if number % 2 else HEALTHY)

    for _ in range(30):
        await asyncio.gather(*(visit(number) for number in range(100)))


async def test_answers_come_in_the_order_of_their_requests(target: Target) -> None:
    """On one connection, sent all at once: slow ones, quick ones, bad ones."""
    target.upstream.will(whole(CHAT))
    wanted = []
    sent = []
    for number in range(100):
        request, status = (
            (post(ASKED), 200),
            (HEALTHY, 200),
            (b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", 404),
            (post(b"{"), 400),
            (b"DELETE /v1/models HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        )[number % 5]
        sent.append(request.replace(b"Host: a\r\n", b"Host: a\r\nX-Request-Id: number-%d\r\n" % number))
        wanted.append((f"number-{number}", status))
    async with asyncio.timeout(PATIENCE), target.connected() as raw:
        await raw.send(b"".join(sent))
        answers = [await raw.answer() for _ in wanted]
    assert [(answer.headers["x-request-id"], answer.status) for answer in answers] == wanted
    assert len(target.upstream.asked) == 20


async def test_a_flood_of_requests_waits_for_who_sent_it_to_read(target: Target) -> None:
    """Twenty connections, each with ten thousand requests and no wish to read: they are held back, others are served, and no answer is lost."""
    count = 10_000
    async with asyncio.timeout(PATIENCE), AsyncExitStack() as stack:
        floods = await crowd(target, 20, stack)
        sending = [asyncio.ensure_future(raw.send(HEALTHY * count)) for raw in floods]
        for _ in range(20):
            assert (await target.answer_to(HEALTHY)).status == 200
        for raw in floods[:2]:
            for _ in range(count):
                assert (await raw.answer()).status == 200
        for each in sending:
            each.cancel()
        await asyncio.wait(sending)


async def test_a_broken_request_among_many_ends_the_rest(target: Target) -> None:
    answers = await target.says_to(HEALTHY * 3 + START + b"Host: b\r\n\r\n" + HEALTHY * 3)
    assert [answer.status for answer in answers] == [200, 200, 200, 400]
    refused(answers[3])
