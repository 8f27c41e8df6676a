"""`planoai up` and `planoai down`, and what there is between them."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import httpx2
import pytest

from planoai.process import status
from planoai.process.home import Home
from tests.cli.command import KEY, begun, done, line_with, lives, streaming, written
from tests.support.answers import CHAT_DONE, CHAT_STREAM
from tests.support.program import gone, held_up, is_alive
from tests.support.upstream import Hold, scripted, stream

pytestmark = pytest.mark.no_cover


async def healthy(url: str) -> bool:
    async with httpx2.AsyncClient(base_url=url) as http:
        return (await http.get("/healthz", headers={"connection": "close"})).status_code == 200


async def test_it_serves_when_up_returns_until_down_says_so(tmp_path: Path, home: Home) -> None:
    file, url = written(tmp_path)
    up = await done("up", str(file), home=home)
    assert up.code == 0, up.err
    assert up.out.startswith(f"✓ Plano is running!\n  {url}\nModels with your key: openai/gpt-4o\n")
    assert f"\n  curl {url}/v1/chat/completions " in up.out
    assert up.out.endswith(f"\nLogs: {home.logs}\nRun 'planoai down' to stop.\n")
    assert "✓ config.yaml is valid" in up.err
    assert await healthy(url)
    found = lives(home)
    assert KEY["THE_KEY"] not in up.out + up.err + home.log.read_text() + home.status.read_text()

    down = await done("down", home=home)
    assert (down.code, down.out) == (0, "✓ Plano stopped!\n")
    assert "waiting" not in down.err
    await gone([found.pid, *found.workers])
    assert not home.status.exists()
    assert (await done("down", home=home)).out == "No Plano instance was running\n"


async def test_a_terminal_without_a_check_mark_is_told_all_the_same(tmp_path: Path, home: Home) -> None:
    file, _ = written(tmp_path)
    up = await done("up", str(file), home=home, environ={**KEY, "PYTHONIOENCODING": "latin-1"})
    assert (up.code, up.out.splitlines()[0]) == (0, "+ Plano is running!")
    assert "+ config.yaml is valid" in up.err


async def test_a_second_up_takes_the_place_of_the_first(tmp_path: Path, home: Home) -> None:
    file, url = written(tmp_path)
    assert (await done("up", str(file), home=home)).code == 0
    first = lives(home)
    again = await done("up", str(file), "--workers", "2", home=home)
    assert again.code == 0, again.err
    assert f"stopping the Plano that runs (pid {first.pid})" in again.err
    second = lives(home)
    assert second.pid != first.pid
    assert len(second.workers) == 2
    assert not is_alive(first.pid)
    assert await healthy(url)


async def test_what_another_config_had_running_is_told_as_it_is_replaced(tmp_path: Path, home: Home) -> None:
    file, _ = written(tmp_path)
    assert (await done("up", str(file), home=home)).code == 0
    other = file.rename(tmp_path / "other.yaml")
    again = await done("up", str(other), home=home)
    assert "stopping the Plano that runs (pid " in again.err
    assert f", with {file})" in again.err


async def test_what_runs_goes_on_where_its_successor_can_not_start(tmp_path: Path, home: Home) -> None:
    file, url = written(tmp_path)
    assert (await done("up", str(file), home=home)).code == 0
    before = lives(home)
    bad = tmp_path / "bad.yaml"
    bad.write_text("version: v0.4.0\nlistners: []\n")
    refused = await done("up", str(bad), home=home)
    assert refused.code == 1
    assert "bad.yaml:2:1: listners" in refused.err
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        elsewhere, _ = written(tmp_path, port=other.getsockname()[1])
        taken = await done("up", str(elsewhere), home=home)
    assert taken.code == 1
    assert "config.yaml:4:5: listeners[0]: 127.0.0.1:" in taken.err
    assert "can not be bound: address already in use" in taken.err
    if sys.platform == "linux":
        assert f"(pid {os.getpid()}): end it; or write another `port`" in taken.err
    proxied = await done("up", str(file), home=home, environ={**KEY, "HTTPS_PROXY": "socks5://user:hidden@proxy:1080"})
    assert proxied.code == 1
    assert "HTTPS_PROXY" in proxied.err
    assert "hidden" not in proxied.err
    assert lives(home) == before
    assert await healthy(url)


async def test_the_port_of_another_plano_is_not_ours_to_take(tmp_path: Path, home: Home) -> None:
    file, url = written(tmp_path)
    assert (await done("up", str(file), home=home)).code == 0
    neighbour = Home(tmp_path / "neighbour")
    refused = await done("up", str(file), home=neighbour)
    assert refused.code == 1
    assert "can not be bound: address already in use" in refused.err
    if sys.platform == "linux":
        assert f"(pid {lives(home).pid}), which `PLANO_HOME={home.root} planoai down` stops" in refused.err
    assert status.read(neighbour) is None
    assert await healthy(url)


@pytest.mark.parametrize("where", ["address: $THE_KEY", "tls: {cert: $THE_KEY, key: $THE_KEY}"], ids=["address", "tls"])
async def test_a_key_in_the_wrong_place_is_shown_nowhere(tmp_path: Path, home: Home, where: str) -> None:
    file, _ = written(tmp_path)
    good = file.read_text()
    bad = good.replace("address: 127.0.0.1", where)
    file.write_text(bad)
    up = await done("up", str(file), home=home)
    file.write_text(good)
    assert (await done("up", str(file), home=home)).code == 0
    file.write_text(bad)
    reload = await done("reload", home=home)
    for refused in (up, reload):
        assert refused.code == 1
        assert "$THE_KEY" in refused.err
    seen = up.err + reload.err + home.status.read_text() + home.log.read_text()
    assert KEY["THE_KEY"] not in seen


async def test_a_start_that_fails_names_the_log_and_leaves_nothing_behind(tmp_path: Path, home: Home) -> None:
    file, url = written(tmp_path)
    home.make()
    (home.logs / "access_llm.log").mkdir()
    failed = await done("up", str(file), home=home)
    assert failed.code == 1
    assert failed.out == ""
    assert f"its log is {home.log}" in failed.err
    assert not home.in_use()
    assert not home.status.exists()
    with pytest.raises(httpx2.ConnectError):
        await healthy(url)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a child that is stopped stays")
async def test_up_right_after_a_supervisor_was_killed_finds_no_child_in_the_way(tmp_path: Path, home: Home) -> None:
    file, url = written(tmp_path)
    assert (await done("up", str(file), home=home)).code == 0
    found = lives(home)
    for worker in found.workers:
        os.kill(worker, signal.SIGSTOP)
    os.kill(found.pid, signal.SIGKILL)
    again = await done("up", str(file), home=home)
    assert again.code == 0
    assert f"the last Plano ended without stopping (pid {found.pid}); starting anew" in again.err
    assert await healthy(url)
    assert not any(map(is_alive, found.workers))


async def test_leaving_up_before_it_serves_leaves_nothing_behind(tmp_path: Path, home: Home) -> None:
    file, _ = written(tmp_path)
    with held_up(home):
        async with begun("up", str(file), home=home) as up:
            await line_with("starting", up.stderr)
            async with asyncio.timeout(30):
                while not home.in_use():
                    await asyncio.sleep(0.01)
            up.send_signal(signal.SIGINT)
            assert await up.wait() == 1
    async with asyncio.timeout(30):
        while home.in_use():
            await asyncio.sleep(0.01)
    assert not home.status.exists()


@pytest.mark.parametrize("mode", [[], ["--foreground"]], ids=["background", "foreground"])
async def test_a_config_that_can_be_read_but_once_is_refused(home: Home, mode: list[str]) -> None:
    refused = await done("up", "/dev/stdin", *mode, home=home)
    assert refused.code == 1
    assert "/dev/stdin is no file that can be read again, as each reload does: write what it says to one" in refused.err
    assert "is valid" not in refused.err


async def test_a_home_that_can_not_be_made(tmp_path: Path) -> None:
    file, _ = written(tmp_path)
    (tmp_path / "file").touch()
    failed = await done("up", str(file), home=Home(tmp_path / "file"))
    assert failed.code == 1
    assert str(tmp_path / "file") in failed.err


@pytest.mark.parametrize(
    "left", ["", "garbage", '{"pid": %d, "started": 0, "config": "c"}'], ids=["no", "corrupt", "stale"]
)
async def test_down_signals_nobody_on_the_word_of_an_old_file(home: Home, left: str) -> None:
    innocent = await asyncio.create_subprocess_exec("sleep", "600")
    try:
        home.make()
        if left:
            home.status.write_text(left % innocent.pid if "%" in left else left)
        down = await done("down", "--now", home=home)
        assert (down.code, down.out) == (0, "No Plano instance was running\n")
        assert not home.status.exists()
        assert innocent.returncode is None
        assert is_alive(innocent.pid)
    finally:
        innocent.kill()
        await innocent.wait()


@pytest.mark.parametrize("flag", [[], ["--docker"]], ids=["native", "docker"])
async def test_docker_is_a_word_that_is_taken_and_warned_of(home: Home, flag: list[str]) -> None:
    down = await done("down", *flag, home=home)
    assert down.code == 0
    assert ("--docker has no meaning here" in down.err) is bool(flag)


async def test_down_says_what_it_waits_for(tmp_path: Path, home: Home) -> None:
    hold = Hold()
    async with scripted() as upstream:
        upstream.will(stream(*CHAT_STREAM[:2], hold, *CHAT_STREAM[2:4], CHAT_DONE))
        running = await streaming(tmp_path, home, upstream.url, hold)
        async with begun("down", home=home) as down, begun("down", home=home) as another:
            said = await line_with("waiting", down.stderr)
            assert said == "waiting for 1 running request; `planoai down --now` cuts what runs\n"
            await line_with("waiting", another.stderr)  # which, though a second one, cuts nothing
            assert ((await running.whole()) or b"").endswith(CHAT_DONE)
            for each in (down, another):
                out, _ = await each.communicate()
                assert (each.returncode, out) == (0, "✓ Plano stopped!\n".encode())


async def test_leaving_down_leaves_the_stopping_going_on(tmp_path: Path, home: Home) -> None:
    hold = Hold()
    async with scripted() as upstream:
        upstream.will(stream(*CHAT_STREAM[:2], hold, *CHAT_STREAM[2:4], CHAT_DONE))
        running = await streaming(tmp_path, home, upstream.url, hold)
        found = lives(home)
        async with begun("down", home=home) as down:
            await line_with("waiting", down.stderr)
            down.send_signal(signal.SIGINT)
            await line_with("Plano goes on stopping", down.stderr)
            assert await down.wait() == 1
        assert ((await running.whole()) or b"").endswith(CHAT_DONE)
        await gone([found.pid])
    assert not home.in_use()


async def test_now_cuts_what_runs(tmp_path: Path, home: Home) -> None:
    hold = Hold()
    async with scripted() as upstream:
        upstream.will(stream(*CHAT_STREAM[:2], hold))
        running = await streaming(tmp_path, home, upstream.url, hold)
        found = lives(home)
        down = await done("down", "--now", home=home)
        assert (down.code, down.out) == (0, "✓ Plano stopped!\n")
        assert await running.whole() is None
        await gone([found.pid, *found.workers])


async def test_now_cuts_what_a_gentle_down_waits_for(tmp_path: Path, home: Home) -> None:
    hold = Hold()
    async with scripted() as upstream:
        upstream.will(stream(*CHAT_STREAM[:2], hold))
        running = await streaming(tmp_path, home, upstream.url, hold)
        async with begun("down", home=home) as gentle:
            await line_with("waiting", gentle.stderr)
            assert (await done("down", "--now", home=home)).out == "✓ Plano stopped!\n"
            assert await gentle.wait() == 0
        assert await running.whole() is None


async def test_one_that_was_halted_goes_on_and_ends_in_order(tmp_path: Path, home: Home) -> None:
    file, _ = written(tmp_path)
    assert (await done("up", str(file), home=home)).code == 0
    os.kill(lives(home).pid, signal.SIGSTOP)
    down = await done("down", home=home)
    assert (down.code, down.out) == (0, "✓ Plano stopped!\n")
    assert "killing" not in down.err


async def test_one_that_does_not_react_is_killed_in_the_end(tmp_path: Path, home: Home) -> None:
    file, _ = written(tmp_path)
    assert (await done("up", str(file), home=home)).code == 0
    found = lives(home)
    os.kill(found.pid, signal.SIGSTOP)
    down = await done("down", "--now", home=home)
    assert (down.code, down.out) == (0, "✓ Plano stopped!\n")
    assert f"killing process {found.pid}" in down.err
    await gone([found.pid, *found.workers])
    assert not home.status.exists()
