"""The tree of processes: what becomes of it when one of them dies, and what each gets to know."""

import asyncio
import os
import shutil
import signal
import ssl
import stat
import sys
from functools import partial
from pathlib import Path

import pytest
import trustme

from planoai.net.server import listen
from planoai.process import status
from planoai.process.status import Status
from tests.net.raw import Raw
from tests.process.load import load, request, streams
from tests.process.tree import HEALTHY, KEY, NOWHERE, access_log, ask, processes, tree
from tests.support.program import gone, is_alive, planoai


async def test_a_killed_supervisor_leaves_no_child_and_a_free_port(tmp_path: Path) -> None:
    async with tree(tmp_path, upstream=NOWHERE) as running:
        children, supervisor, home = processes(running), running.status.pid, running.program.home
        assert all(map(is_alive, children))
        os.kill(supervisor, signal.SIGKILL)
        async with asyncio.timeout(2):
            await gone(children)
        assert home.status.exists()
        assert status.read(home) is None  # what the file says is not so any more
        listen("127.0.0.1", running.port).close()
        environ = {"THE_KEY": KEY, "PLANO_HOME": str(home.root)}
        async with planoai("up", str(running.config), "--foreground", environ=environ) as again:
            await again.says("on http://")
            assert (await ask(running.port)).status == 200
            again.signal()
            assert await again.ends() == 0
        assert not home.status.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="nothing else ends a process that is stopped")
async def test_a_killed_supervisor_leaves_no_worker_that_is_stopped(tmp_path: Path) -> None:
    async with tree(tmp_path, upstream=NOWHERE) as running:
        workers = running.status.workers
        for worker in workers:
            os.kill(worker, signal.SIGSTOP)
        os.kill(running.status.pid, signal.SIGKILL)
        try:
            await gone(workers)
        finally:
            for worker in filter(is_alive, workers):
                os.kill(worker, signal.SIGKILL)
        assert await running.program.ends() == -signal.SIGKILL
        listen("127.0.0.1", running.port).close()


async def test_a_killed_recorder_is_replaced_while_requests_go_on(tmp_path: Path) -> None:
    async with tree(tmp_path) as running:
        before = running.status.recorder
        assert before is not None
        os.kill(before, signal.SIGKILL)
        assert (await ask(running.port, request(stream=False))).status == 200
        after = await running.when(lambda now: now.recorder not in (None, before))
        assert (await ask(running.port, request(stream=True))).status == 200
        running.program.signal()
        assert await running.program.ends() == 0
        assert after.workers
        assert [line.count("POST /v1/chat/completions") for line in access_log(running)] == [1, 1]


async def test_killed_recorders_lose_nothing(tmp_path: Path) -> None:
    async with tree(tmp_path) as running:
        async with load(running.port, clients=16, think=0.05) as driven:
            for _ in range(4):
                await driven.until(50)
                before = (await running.when(lambda now: now.recorder is not None)).recorder
                assert before is not None
                os.kill(before, signal.SIGKILL)
                await running.when(partial(recorded_by_another, before))
            await driven.until(50)
        running.program.signal()
        assert await running.program.ends() == 0
        asked = {line.split('"')[7] for line in access_log(running) if "outcome=completed" in line}
        assert len(asked) == driven.whole == driven.sent


async def test_what_no_recorder_takes_is_counted_in_the_log(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1) as running:
        recorder = running.status.recorder
        assert recorder is not None
        os.kill(recorder, signal.SIGSTOP)
        try:
            assert (await ask(running.port, request(stream=False))).status == 200
            running.program.signal()
            await running.program.says(r"\[warning\] \d+ facts or bodies of requests were left out")
        finally:
            os.kill(recorder, signal.SIGCONT)
        assert await running.program.ends() == 0


async def test_a_recorder_whose_folder_was_removed_makes_another(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1) as running:
        shutil.rmtree(running.program.home.logs)
        assert (await ask(running.port, request(stream=False))).status == 200
        async with asyncio.timeout(30):
            while not (running.program.home.logs / "access_llm.log").exists():
                await asyncio.sleep(0.01)
        shutil.rmtree(running.program.home.logs)
        before = running.status.recorder
        assert before is not None
        os.kill(before, signal.SIGKILL)
        await running.when(partial(recorded_by_another, before))
        answer = await ask(running.port, request(stream=False))
        running.program.signal()
        assert await running.program.ends() == 0
        # The first one is told again where its recorder was killed before it could say that it has it.
        assert len([line for line in access_log(running) if answer.headers["x-request-id"] in line]) == 1


async def test_a_stop_while_there_is_no_recorder_waits_for_the_next(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1) as running:
        for _ in range(4):  # the next one would come after 0.8 s
            before = (await running.when(lambda now: now.recorder is not None)).recorder
            assert before is not None
            os.kill(before, signal.SIGKILL)
            await running.when(partial(recorded_by_another, before))
        assert (await ask(running.port, request(stream=False))).status == 200
        running.program.signal()
        assert await running.program.ends() == 0
        assert [line.count("POST /v1/chat/completions") for line in access_log(running)] == [1]


async def test_a_worker_that_dies_again_and_again_is_given_time(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1, upstream=NOWHERE) as running:
        for pause in ("0.1", "0.2", "0.4"):
            [victim] = running.status.workers
            os.kill(victim, signal.SIGKILL)
            await running.program.says(rf"worker {victim} was ended by SIGKILL.* in {pause} s")
            await running.when(partial(replaced, victim))
            assert (await ask(running.port)).status == 200  # by the next one: the socket was open all the time


def recorded_by_another(before: int, now: Status) -> bool:
    return now.recorder != before


def replaced(victim: int, now: Status) -> bool:
    return now.workers not in ((), (victim,))


async def test_the_home_is_private(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1, upstream=NOWHERE) as running:
        home = running.program.home
        for folder in (home.root, home.run, home.logs):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for file in (home.lock, home.status, *home.logs.iterdir()):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_no_child_is_told_a_secret_where_others_can_see_it(tmp_path: Path) -> None:
    async with tree(tmp_path) as running:
        assert (await ask(running.port, request(stream=False))).status == 200
        for pid in processes(running):
            seen = Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes()
            assert b"PLANO_HOME=" in seen
            assert b"planted" not in seen
            assert os.getsid(pid) == pid
        running.program.signal()
        assert await running.program.ends() == 0
        written = b"".join(each.read_bytes() for each in running.program.home.root.rglob("*") if each.is_file())
        assert b"planted" not in written + running.program.said.encode()


async def test_a_child_has_no_descriptor_that_is_not_for_it(tmp_path: Path) -> None:
    """Standard streams, its channel, its feeds; a worker the socket of each listener and the table beside its siblings."""
    async with tree(tmp_path, upstream=NOWHERE) as running:
        sockets = [set(descriptors(pid, "socket:")) for pid in processes(running)]
        workers, recorder = sockets[:-1], sockets[-1]
        [door] = set.intersection(*workers)
        assert door in descriptors(running.status.pid, "socket:")
        assert door not in recorder
        own = [each - {door} for each in workers]
        assert not set.intersection(*own)
        assert not any(each & recorder for each in own)


async def test_reloads_and_deaths_leave_no_descriptor_behind(tmp_path: Path) -> None:
    async with tree(tmp_path, upstream=NOWHERE) as running:
        recorder = running.status.recorder or 0
        async with asyncio.timeout(30):
            while len(sockets := descriptors(recorder, "socket:")) - len({*sockets}) < 2:  # it reads both feeds
                await asyncio.sleep(0.01)
        before = {pid: len(descriptors(pid)) for pid in (running.status.pid, recorder)}
        for _ in range(3):
            old = running.status.workers
            assert (await running.reload()).problems == ()
            await gone(old)
        told = await running.when(lambda now: len(now.workers) == 2 and not {*old} & {*now.workers})
        victim = told.workers[0]
        os.kill(victim, signal.SIGKILL)
        await running.when(lambda now: victim not in now.workers and len(now.workers) == 2)
        assert (await ask(running.port)).status == 200
        async with asyncio.timeout(30):
            while {pid: len(descriptors(pid)) for pid in before} != before:
                await asyncio.sleep(0.01)


def descriptors(pid: int, kind: str = "") -> list[str]:
    targets = [os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir()]
    return [target for target in targets if target.startswith(kind)]


async def test_the_recorder_knows_every_worker_and_what_it_took_with_it(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1) as running:
        [raw] = await streams(running.port, 1, words=2000)
        [victim] = running.status.workers
        for _ in range(10):  # half a second of it: what has just begun is not told yet
            await raw.reader.readuntil(b"data: ")
        os.kill(victim, signal.SIGKILL)
        with pytest.raises((EOFError, OSError)):
            await raw.reader.readuntil(b"[DONE]")
        raw.writer.close()
        assert (await ask(running.port, request(stream=False))).status == 200
        running.program.signal()
        assert await running.program.ends() == 0
        lost, answered = access_log(running)
        assert "outcome=lost" in lost
        assert "outcome=completed" in answered


async def test_a_listener_with_a_certificate_speaks_tls(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    context = ssl.create_default_context()
    authority.configure_trust(context)
    async with tree(tmp_path, workers=2, listener=", tls: {cert: cert.pem, key: key.pem}", upstream=NOWHERE) as running:
        assert running.status.listeners == (f"https://127.0.0.1:{running.port}",)
        raw = Raw(*await asyncio.open_connection("127.0.0.1", running.port, ssl=context, server_hostname="localhost"))
        await raw.send(HEALTHY)
        assert (await raw.answer()).status == 200
        key = (tmp_path / "key.pem").rename(tmp_path / "moved.pem")
        [problem] = (await running.reload()).problems
        assert f"{tmp_path / 'key.pem'} can not be read" in problem
        for victim in running.status.workers:  # their successors need no file
            os.kill(victim, signal.SIGKILL)
            await running.when(partial(succeeded, victim))
        raw.writer.close()
        raw = Raw(*await asyncio.open_connection("127.0.0.1", running.port, ssl=context, server_hostname="localhost"))
        await raw.send(HEALTHY)
        assert (await raw.answer()).status == 200
        key.rename(tmp_path / "key.pem").write_text("nothing")
        [problem] = (await running.reload()).problems
        assert problem.startswith("config.yaml:5:")
        assert "listeners[0].tls: " in problem
        await raw.send(HEALTHY)
        assert (await raw.answer()).status == 200
        raw.writer.close()


def succeeded(victim: int, now: Status) -> bool:
    return victim not in now.workers and len(now.workers) == 2
