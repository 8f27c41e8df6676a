"""Nothing is lost that need not be: reloads, dying workers and the end, under a load that never tries twice."""

import asyncio
import os
import signal
import time
from functools import partial
from pathlib import Path

import pytest

from planoai.process.status import Status
from tests.net.raw import Raw
from tests.process.load import Load, load, owners, streams
from tests.process.tree import Tree, tree
from tests.support.answers import CHAT_DONE, CHAT_STREAM
from tests.support.program import gone
from tests.support.upstream import Hold, scripted, stream

pytestmark = pytest.mark.no_cover


async def reloads(running: Tree, driven: Load, times: int, between: int) -> None:
    """Each brings new workers, and the old ones end."""
    for _ in range(times):
        old = running.status.workers
        outcome = await running.reload()
        assert outcome.problems == ()
        await driven.until(between)
        await gone(old)
        await running.when(lambda status: len(status.workers) == 2)


async def kills(running: Tree, driven: Load, times: int, between: int) -> list[float]:
    """Seconds until there was another worker, each time. Fails for a lost request that was not sent on a connection to the one which died."""
    clock, took = asyncio.get_running_loop().time, []
    for number in range(times):
        victim, *others = running.status.workers[:: 1 if number % 2 else -1]  # in turn
        before = len(driven.lost)
        os.kill(victim, signal.SIGSTOP)
        await stopped(victim)  # what it has not accepted by now is not its any more
        connections = owners(driven.port, (victim, *others))
        theirs = {client for client, pid in connections.items() if pid == victim}
        killed = clock()
        os.kill(victim, signal.SIGKILL)
        await gone([victim])
        await running.when(partial(replaced, victim))
        took.append(clock() - killed)
        await driven.until(between)
        # A client that sends on a connection to it may just not have read yet that it has ended.
        strangers = [each for each in driven.lost[before:] if each.client not in theirs]
        assert strangers == []
        assert set(others) < set(running.status.workers)
    return took


async def stopped(pid: int) -> None:
    """Linux: proc_pid_stat(5). Every thread of it is."""
    async with asyncio.timeout(30):
        while any(state(task) != "T" for task in Path(f"/proc/{pid}/task").iterdir()):
            await asyncio.sleep(0)


def state(task: Path) -> str:
    return (task / "stat").read_text().rpartition(")")[2].split()[0]


def replaced(victim: int, status: Status) -> bool:
    return victim not in status.workers and len(status.workers) == 2


async def test_reloads_lose_no_request(tmp_path: Path) -> None:
    async with tree(tmp_path) as running:
        async with load(running.port, clients=16, think=0.2) as driven:
            await driven.until(20)
            await reloads(running, driven, times=3, between=40)
        assert driven.lost == []
        assert driven.whole == driven.sent
        assert driven.streamed > 20


async def test_a_killed_worker_loses_only_what_it_had(tmp_path: Path) -> None:
    async with tree(tmp_path) as running:
        async with load(running.port, clients=16, think=0.2) as driven:
            await driven.until(20)
            await kills(running, driven, times=3, between=40)
        assert driven.whole + len(driven.lost) == driven.sent


async def test_running_streams_come_to_their_end(tmp_path: Path) -> None:
    hold = Hold()
    async with scripted() as upstream, tree(tmp_path, upstream=upstream.url) as running:
        upstream.will(stream(*CHAT_STREAM[:2], hold, *CHAT_STREAM[2:4], CHAT_DONE))
        begun = await streams(running.port, 20)
        running.program.signal(signal.SIGTERM)
        assert (await running.when(lambda status: status.waiting == 20)).state == "draining"
        await running.program.says("waiting for 20 running requests")
        hold.release.set()
        for raw in begun:
            assert (await raw._chunks()).endswith(CHAT_DONE)
            raw.writer.close()
        assert await running.program.ends() == 0


async def test_what_runs_under_the_old_config_ends_under_it(tmp_path: Path) -> None:
    hold = Hold()
    async with scripted() as upstream, tree(tmp_path, workers=1, upstream=upstream.url) as running:
        upstream.will(stream(*CHAT_STREAM[:2], hold, *CHAT_STREAM[2:4], CHAT_DONE))
        old = running.status.workers
        [raw] = await streams(running.port, 1)
        running.write(workers=1, more="model_aliases:\n  fast: {target: gpt-4o}\n")
        assert (await running.reload()).problems == ()
        assert (await running.when(lambda status: status.waiting == 1)).state == "serving"
        assert len(running.status.workers) == 2
        fresh = Raw(*await asyncio.open_connection("127.0.0.1", running.port))
        await fresh.send(b"GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b'"fast"' in (await fresh.answer()).body
        fresh.writer.close()
        hold.release.set()
        assert (await raw._chunks()).endswith(CHAT_DONE)
        raw.writer.close()
        await gone(old)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_ten_reloads_and_ten_kills_at_a_hundred_requests_a_second(tmp_path: Path) -> None:
    """Its figures are shown with `-s`."""
    async with tree(tmp_path) as running:
        async with load(running.port, clients=110, think=1.9) as driven:
            await driven.until(200)
            began, before = time.monotonic(), driven.whole
            await reloads(running, driven, times=10, between=400)
            rate = (driven.whole - before) / (time.monotonic() - began)
            print(f"reloads: {driven.sent} requests at {rate:.0f}/s, {driven.connections} connections, {driven.lost}")
            assert driven.lost == []
            took = await kills(running, driven, times=10, between=400)
            print(f"kills: seconds to another worker {took}, lost {len(driven.lost)} of {driven.sent}")
        assert driven.whole + len(driven.lost) == driven.sent
        begun = await streams(running.port, 20)
        running.program.signal(signal.SIGTERM)
        for raw in begun:
            assert (await raw._chunks()).endswith(CHAT_DONE)
            raw.writer.close()
        assert await running.program.ends() == 0
