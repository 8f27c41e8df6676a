"""The tree of processes: what becomes of it when one of them dies, and what each gets to know."""

import asyncio
import os
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
from planoai.process.home import Home
from planoai.process.status import Status
from tests.net.raw import Answer, Raw
from tests.process.load import request, streams
from tests.process.tree import CONFIG, KEY, Tree, free_port, tree
from tests.support.program import gone, is_alive, planoai

NOWHERE = "http://127.0.0.1:1"  # for who asks for no answer
HEALTHY = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"


async def ask(port: int, what: bytes = HEALTHY) -> Answer:
    """The answer on a connection of its own."""
    raw = Raw(*await asyncio.open_connection("127.0.0.1", port))
    await raw.send(what)
    answer = await raw.answer()
    raw.writer.close()
    return answer


def processes(running: Tree) -> list[int]:
    """All but the supervisor."""
    found = running.status
    assert found.recorder is not None
    return [*found.workers, found.recorder]


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


async def test_a_worker_that_dies_again_and_again_is_given_time(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1, upstream=NOWHERE) as running:
        for pause in ("0.1", "0.2", "0.4"):
            [victim] = running.status.workers
            os.kill(victim, signal.SIGKILL)
            await running.program.says(rf"worker {victim} was ended by SIGKILL.* in {pause} s")
            await running.when(partial(replaced, victim))
            assert (await ask(running.port)).status == 200  # by the next one: the socket was open all the time


def replaced(victim: int, now: Status) -> bool:
    return now.workers not in ((), (victim,))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("version: v0.4.0\nlistners: []\n", "config.yaml:2:1: listners"),
        ("version: v0.4.0\nmodel_providers: [{model: openai/x, access_key: $NOT_SET}]", "NOT_SET is not set"),
        ("version: [", "config.yaml:2:1: this is not valid YAML"),
    ],
    ids=["an unknown key", "a variable that is not set", "no YAML"],
)
async def test_a_config_that_can_not_be_read_changes_nothing(tmp_path: Path, text: str, problem: str) -> None:
    async with tree(tmp_path, workers=1) as running:
        before = processes(running)
        good = running.config.read_text()
        running.config.write_text(text)
        outcome = await running.reload()
        assert any(problem in each for each in outcome.problems), outcome
        await running.program.says("unchanged")
        assert processes(running) == before
        assert (await ask(running.port, request(stream=False))).status == 200
        running.config.write_text(good)
        assert (await running.reload()).problems == ()
        assert running.status.reload.number == 2


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
        with listen("127.0.0.1", 0) as probe:
            running.port = probe.getsockname()[1]
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
        before = {pid: len(descriptors(pid)) for pid in (running.status.pid, running.status.recorder or 0)}
        for _ in range(3):
            old = running.status.workers
            assert (await running.reload()).problems == ()
            await gone(old)
        victim = running.status.workers[0]
        os.kill(victim, signal.SIGKILL)
        await running.when(lambda now: victim not in now.workers and len(now.workers) == 2)
        assert (await ask(running.port)).status == 200
        async with asyncio.timeout(30):
            while {pid: len(descriptors(pid)) for pid in before} != before:
                await asyncio.sleep(0.01)


def descriptors(pid: int, kind: str = "") -> list[str]:
    targets = [os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir()]
    return [target for target in targets if target.startswith(kind)]


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


async def test_reloads_that_come_while_one_runs_are_all_answered(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1, upstream=NOWHERE) as running:
        os.kill(running.status.pid, signal.SIGHUP)
        await running.when(lambda now: len(now.workers) == 2)
        running.config.write_text("version: [")
        os.kill(running.status.pid, signal.SIGHUP)
        first = await running.when(lambda now: now.reload.number == 1)
        assert first.reload.problems == ()
        second = await running.when(lambda now: now.reload.number == 2)
        assert second.reload.asked == 2
        assert "not valid YAML" in second.reload.problems[0]


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


async def test_what_runs_too_long_is_cut(tmp_path: Path) -> None:
    async with tree(tmp_path, workers=1, listener=", shutdown_timeout: 500ms") as running:
        [raw] = await streams(running.port, 1, words=2000)
        running.program.signal()
        with pytest.raises((EOFError, OSError)):
            await raw._chunks()
        raw.writer.close()
        assert await running.program.ends() == 0
        [line] = access_log(running)
        assert "outcome=cancelled" in line


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
        (tmp_path / "key.pem").write_text("nothing")
        [problem] = (await running.reload()).problems
        assert problem.startswith("config.yaml:5:")
        assert "listeners[0].tls: " in problem
        await raw.send(HEALTHY)
        assert (await raw.answer()).status == 200
        raw.writer.close()


def access_log(running: Tree) -> list[str]:
    return (running.program.home.logs / "access_llm.log").read_text().splitlines()


async def refused(port: int) -> None:
    """Returns once nothing listens on `port` any more."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            return
        writer.close()


LEADER = "import os, sys; os.login_tty(int(sys.argv[1])); os.execv(sys.executable, [sys.executable, *sys.argv[2:]])"


async def test_a_terminal_that_is_closed_stops_what_runs_in_it(tmp_path: Path) -> None:
    """The signal that says so is the one which asks for a reload everywhere else."""
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.format(workers=1, port=free_port(), url="http://127.0.0.1:1", listener=""))
    home = Home(tmp_path / "home")
    screen, terminal = os.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", LEADER, str(terminal), "-m", "planoai", "up", str(config), "--foreground"),
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
