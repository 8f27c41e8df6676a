"""From one config to the next, and what keeps it from being served."""

import os
import signal
from functools import partial
from pathlib import Path

import pytest

from planoai.net.server import listen
from planoai.process.status import Status
from tests.process.load import request, streams
from tests.process.tree import NOWHERE, ask, processes, tree
from tests.support.answers import CHAT_DONE, CHAT_STREAM
from tests.support.ports import free_port
from tests.support.program import gone
from tests.support.upstream import Hold, scripted, stream

pytestmark = pytest.mark.no_cover

UNREADABLE = {
    "version: v0.4.0\nlistners: []\n": "config.yaml:2:1: listners",
    "version: v0.4.0\nmodel_providers: [{model: openai/x, access_key: $NOT_SET}]": "NOT_SET is not set",
    "version: [": "config.yaml:1:11: this is not valid YAML",
}


async def test_a_config_that_can_not_be_read_changes_nothing(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1) as running:
        before = processes(running)
        good = running.config.read_text()
        for number, (text, problem) in enumerate(UNREADABLE.items(), 1):
            running.config.write_text(text)
            outcome = await running.reload()
            assert any(problem in each for each in outcome.problems), outcome
            await running.program.says(rf"(?s)(unchanged.*){{{number}}}")
            assert processes(running) == before
            assert (await ask(running.port, request(stream=False))).status == 200
        running.config.write_text(good)
        assert (await running.reload()).problems == ()
        assert running.status.reload.number == len(UNREADABLE) + 1


async def test_no_more_than_three_earlier_configs_are_kept(tmp_path: Path) -> None:
    hold = Hold()
    async with scripted() as upstream, tree(tmp_path, workers=1, upstream=upstream.url) as running:
        upstream.will(stream(*CHAT_STREAM[:2], hold, *CHAT_STREAM[2:4], CHAT_DONE))
        begun = []
        for number in range(1, 4):
            begun += await streams(running.port, 1)
            assert (await running.reload()).problems == ()
            await running.when(partial(waits_for, number))
        [problem] = (await running.reload()).problems
        assert problem.startswith("3 earlier configurations still serve 3 running requests: ")
        assert len(running.status.workers) == 4
        hold.release.set()
        for raw in begun:
            assert (await raw._chunks()).endswith(CHAT_DONE)
            raw.writer.close()
        await running.when(lambda now: len(now.workers) == 1)
        assert (await running.reload()).problems == ()


def waits_for(number: int, now: Status) -> bool:
    return now.waiting == number


async def test_a_file_that_has_gone_changes_nothing(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1, upstream=NOWHERE) as running:
        before = processes(running)
        running.config.unlink()
        [problem] = (await running.reload()).problems
        assert problem == f"there is no file {running.config}"
        assert processes(running) == before


async def test_a_port_that_is_taken_changes_nothing(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1, upstream=NOWHERE) as running:
        before, port = processes(running), running.port
        with listen("127.0.0.1", 0) as taken:
            running.port = taken.getsockname()[1]
            running.write(workers=1)
            [problem] = (await running.reload()).problems
        assert f"config.yaml:5:5: listeners[0]: 127.0.0.1:{running.port} can not be bound: address already" in problem
        assert processes(running) == before
        assert (await ask(port)).status == 200


async def test_an_address_beside_one_that_is_open_is_explained(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1, upstream=NOWHERE) as running:
        running.config.write_text(running.config.read_text().replace("address: 127.0.0.1", "address: 0.0.0.0"))
        [problem] = (await running.reload()).problems
        assert f"127.0.0.1:{running.port} is open and keeps 0.0.0.0:{running.port} from being bound" in problem


async def test_a_changed_port_and_number_of_workers_are_taken_up(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1, upstream=NOWHERE) as running:
        old, port = running.status.workers, running.port
        running.port = free_port()
        running.write(workers=3)
        assert (await running.reload()).problems == ()
        await gone(old)
        now = await running.when(lambda now: len(now.workers) == 3)
        assert now.listeners == (f"http://127.0.0.1:{running.port}",)
        assert (await ask(running.port)).status == 200
        with pytest.raises(ConnectionRefusedError):
            await ask(port)


async def test_the_file_beside_the_config_is_read_again(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1, upstream=NOWHERE) as running:
        running.config.write_text(running.config.read_text().replace("$THE_KEY", "$KEY_OF_LATER"))
        [problem] = (await running.reload()).problems
        assert "KEY_OF_LATER is not set" in problem
        (tmp_path / ".env").write_text("KEY_OF_LATER=sk-9\n")
        assert (await running.reload()).problems == ()


async def test_reloads_that_come_while_one_runs_are_all_answered(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1, upstream=NOWHERE) as running:
        before = running.status.workers
        os.kill(running.status.pid, signal.SIGHUP)
        await running.when(lambda now: len(now.workers) == 2)
        running.config.write_text("version: [")
        os.kill(running.status.pid, signal.SIGHUP)
        last = await running.when(lambda now: now.reload.number == 2)
        assert last.reload.asked == 2
        assert "not valid YAML" in last.reload.problems[0]
        await gone(before)  # the first one was done
        assert (await ask(running.port)).status == 200


async def test_a_worker_that_dies_before_it_is_ready_changes_nothing(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1, upstream=NOWHERE) as running:
        [old] = running.status.workers
        os.kill(running.status.pid, signal.SIGHUP)
        begun = await running.when(lambda now: len(now.workers) == 2)
        [fresh] = set(begun.workers) - {old}
        os.kill(fresh, signal.SIGKILL)
        now = await running.when(lambda now: now.reload.number == 1)
        assert now.reload.problems == (f"worker {fresh} was ended by SIGKILL before it was ready",)
        assert now.workers == (old,)
        assert (await ask(running.port)).status == 200
        assert (await running.reload()).problems == ()
