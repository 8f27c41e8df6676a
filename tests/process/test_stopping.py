"""The end of a gateway, whatever it is doing when it is told."""

import asyncio
import fcntl
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from planoai.process import status
from planoai.process.home import Home
from tests.net.raw import Raw
from tests.process.load import streams
from tests.process.tree import CONFIG, HEALTHY, KEY, NOWHERE, access_log, ask, processes, refused, tree
from tests.support.ports import free_port
from tests.support.program import is_alive, planoai

pytestmark = pytest.mark.no_cover


async def test_a_stop_during_the_start_is_obeyed(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.format(workers=2, port=free_port(), url="http://127.0.0.1:1", listener=""))
    async with planoai("up", str(config), "--foreground", environ={"THE_KEY": KEY}) as program:
        while (found := status.read(program.home)) is None or not found.workers:
            await asyncio.sleep(0.002)
        program.signal()
        assert await program.ends() == 0
        assert "problem" not in program.said
        assert not any(map(is_alive, found.workers))


async def test_a_stop_during_a_reload_ends_both_generations(tmp_path: Path) -> None:
    async with tree(tmp_path, upstream=NOWHERE) as running:
        old = set(running.status.workers)
        for _ in range(5):
            running.program.signal(signal.SIGHUP)
        fresh = (await running.when(lambda now: not old.issuperset(now.workers))).workers
        running.program.signal(signal.SIGTERM)
        assert await running.program.ends() == 0
        assert not any(map(is_alive, {*old, *fresh}))
        assert "unchanged" not in running.program.said


async def test_signals_to_children_do_not_end_them(tmp_path: Path) -> None:
    """A service manager may send its signals to all processes of a service at once."""
    async with tree(tmp_path, upstream=NOWHERE) as running:
        before = processes(running)
        for pid in before:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                os.kill(pid, number)
        assert (await ask(running.port)).status == 200
        assert processes(running) == before
        for pid in [running.status.pid, *before]:
            os.kill(pid, signal.SIGTERM)
        assert await running.program.ends() == 0


async def test_readiness_ends_where_the_gateway_stops_and_not_where_it_reloads(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1, upstream=NOWHERE) as running:
        kept = Raw(*await asyncio.open_connection("127.0.0.1", running.port))
        await kept.send(b"GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await kept.answer()).status == 200
        await running.reload()
        await kept.send(b"GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = await kept.answer()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        kept.writer.close()
        last = Raw(*await asyncio.open_connection("127.0.0.1", running.port))
        await last.send(HEALTHY)
        assert (await last.answer()).status == 200
        running.program.signal()
        await running.when(lambda now: now.state == "draining")
        await refused(running.port)
        await last.send(b"GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await last.answer()).status == 503
        last.writer.close()
        assert await running.program.ends() == 0


async def test_connections_that_wait_when_it_is_told_to_stop_are_served(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1, upstream=NOWHERE) as running:
        [worker] = running.status.workers
        os.kill(worker, signal.SIGSTOP)
        waiting = [Raw(*await asyncio.open_connection("127.0.0.1", running.port)) for _ in range(400)]
        for raw in waiting:
            await raw.send(HEALTHY)
        running.program.signal()
        await running.when(lambda now: now.state == "draining")
        os.kill(worker, signal.SIGCONT)
        for raw in waiting:
            assert (await raw.answer()).status == 200
            raw.writer.close()
        assert await running.program.ends() == 0


async def test_an_interruption_that_comes_twice_is_one(tmp_path: Path) -> None:
    """A terminal sends it to a whole process group, and whoever leads that may pass it on."""
    async with tree(tmp_path, workers=1) as running:
        [raw] = await streams(running.port, 1)
        running.program.signal(signal.SIGINT)
        await running.when(lambda now: now.state == "draining")
        running.program.signal(signal.SIGINT)
        assert (await raw._chunks()).endswith(b"data: [DONE]\n\n")
        raw.writer.close()
        assert await running.program.ends() == 0


async def test_a_second_signal_to_stop_cuts_what_runs(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1) as running:
        [raw] = await streams(running.port, 1, words=2000)
        running.program.signal(signal.SIGINT)
        await running.when(lambda now: now.state == "draining")
        running.program.signal(signal.SIGTERM)
        with pytest.raises((EOFError, OSError)):
            await raw._chunks()
        raw.writer.close()
        assert await running.program.ends() == 0


async def test_what_runs_too_long_is_cut(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1, listener=", shutdown_timeout: 500ms") as running:
        [raw] = await streams(running.port, 1, words=2000)
        running.program.signal()
        with pytest.raises((EOFError, OSError)):
            await raw._chunks()
        raw.writer.close()
        assert await running.program.ends() == 0
        [line] = access_log(running)
        assert "outcome=stopped" in line


@pytest.mark.skipif(not hasattr(fcntl, "F_SETPIPE_SZ"), reason="a pipe can not be made small")
async def test_one_that_talks_to_a_pipe_nobody_reads_works_and_ends(tmp_path: Path) -> None:
    config, port, home = tmp_path / "config.yaml", free_port(), Home(tmp_path / "home")
    good = CONFIG.format(workers=1, port=port, url=NOWHERE, listener="")
    config.write_text(good)
    reads, writes = os.pipe()
    fcntl.fcntl(writes, fcntl.F_SETPIPE_SZ, 4096)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "planoai", "up", str(config), "--foreground"),
        stdout=writes,
        stderr=writes,
        env={**os.environ, "PLANO_HOME": str(home.root), "THE_KEY": KEY},
    )
    os.close(writes)
    try:
        async with asyncio.timeout(30):
            await until(home, lambda found: found.state == "serving")
            config.write_text(good + "\n".join(f"unknown_key_{number}: 1" for number in range(100)))
            os.kill(process.pid, signal.SIGHUP)  # it says more than there is room for
            await until(home, lambda found: found.reload.number == 1)
            [worker] = (await until(home, lambda found: len(found.workers) == 1)).workers
            os.kill(worker, signal.SIGKILL)
            await until(home, lambda found: found.workers not in ((), (worker,)))
            assert (await ask(port)).status == 200
            process.terminate()
            assert await process.wait() == 0
    finally:
        os.close(reads)
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until(home: Home, holds: Callable[[status.Status], bool]) -> status.Status:
    while (found := status.read(home)) is None or not holds(found):
        await asyncio.sleep(0.005)
    return found


LEADER = """
import os, signal, sys
signal.signal(signal.SIGHUP, getattr(signal, sys.argv.pop()))
os.login_tty(int(sys.argv[1]))
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""


async def test_a_terminal_that_is_closed_stops_what_runs_in_it(tmp_path: Path) -> None:
    """The signal that says so is the one which asks for a reload everywhere else."""
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.format(workers=1, port=free_port(), url="http://127.0.0.1:1", listener=""))
    home = Home(tmp_path / "home")
    screen, terminal = os.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", LEADER, str(terminal), "-m", "planoai", "up", str(config), "--foreground", "SIG_DFL"),
        pass_fds=[terminal],
        env={**os.environ, "PLANO_HOME": str(home.root), "THE_KEY": KEY},
    )
    os.close(terminal)
    async with asyncio.timeout(30):
        while (found := status.read(home)) is None or found.state != "serving":
            await asyncio.sleep(0.01)
        os.kill(found.pid, signal.SIGHUP)  # the terminal is still there
        while (found := status.read(home)) is None or found.reload.number != 1:
            await asyncio.sleep(0.01)
        os.close(screen)
        await process.wait()
    assert not home.status.exists()
    assert not any(map(is_alive, found.workers))


async def test_a_terminal_that_is_closed_stops_nothing_that_was_told_not_to_listen(tmp_path: Path) -> None:
    """As `nohup` tells it."""
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.format(workers=1, port=free_port(), url=NOWHERE, listener=""))
    home = Home(tmp_path / "home")
    screen, terminal = os.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", LEADER, str(terminal), "-m", "planoai", "up", str(config), "--foreground", "SIG_IGN"),
        pass_fds=[terminal],
        env={**os.environ, "PLANO_HOME": str(home.root), "THE_KEY": KEY},
    )
    os.close(terminal)
    async with asyncio.timeout(30):
        found = await until(home, lambda found: found.state == "serving")
        os.close(screen)
        os.kill(found.pid, signal.SIGHUP)
        found = await until(home, lambda found: found.reload.number >= 1)
        assert found.state == "serving"
        process.terminate()
        await process.wait()
    assert not home.status.exists()
