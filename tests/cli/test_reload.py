"""`planoai reload`: the outcome is told to who asked for it."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import click
import httpx2
import pytest

from planoai.cli.reload import outcome
from planoai.process import status
from planoai.process.home import Home
from tests.cli.command import ASKED, begun, done, line_with, lives, streaming, written
from tests.support.answers import CHAT, CHAT_DONE, CHAT_STREAM
from tests.support.upstream import Hold, scripted, stream, whole

pytestmark = pytest.mark.no_cover


async def asked(url: str) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=url) as http:
        return await http.post("/v1/chat/completions", json=ASKED, headers={"connection": "close"})


async def test_the_file_and_what_is_beside_it_are_read_again(tmp_path: Path, home: Home) -> None:
    async with scripted() as upstream:
        upstream.will(whole(CHAT))
        file, url = written(tmp_path, upstream.url)
        beside = tmp_path / ".env"
        beside.write_text("THE_KEY=sk-one\n")
        assert (await done("up", str(file), home=home, environ={})).code == 0
        await asked(url)
        beside.write_text("THE_KEY=sk-two\n")
        _, other = written(tmp_path, upstream.url)
        reloaded = await done("reload", home=home, environ={})
        assert (reloaded.code, reloaded.out) == (0, f"✓ Plano serves the config as it is now, on {other}\n")
        assert (await asked(other)).json() == CHAT
    keys = [each.headers["authorization"] for each in upstream.asked]
    assert keys == ["Bearer sk-one", "Bearer sk-two"]


async def test_what_the_environment_said_stays_said(tmp_path: Path, home: Home) -> None:
    async with scripted() as upstream:
        upstream.will(whole(CHAT))
        file, url = written(tmp_path, upstream.url)
        assert (await done("up", str(file), home=home, environ={"THE_KEY": "sk-one"})).code == 0
        (tmp_path / ".env").write_text("THE_KEY=sk-of-the-file\n")
        assert (await done("reload", home=home, environ={"THE_KEY": "sk-two"})).code == 0
        await asked(url)
    assert upstream.asked[0].headers["authorization"] == "Bearer sk-one"


async def test_a_config_that_can_not_be_served_changes_nothing_and_is_explained(tmp_path: Path, home: Home) -> None:
    async with scripted() as upstream:
        upstream.will(whole(CHAT))
        file, url = written(tmp_path, upstream.url)
        assert (await done("up", str(file), home=home)).code == 0
        before = lives(home)
        good = file.read_text()
        file.write_text(good.replace("openai/gpt-4o", "gpt-4o").replace("listeners", "listners"))
        refused = await done("reload", home=home)
        assert (refused.code, refused.out) == (1, "")
        assert "config.yaml:3:1: listners" in refused.err
        assert "Invalid model name" in refused.err
        assert "the running configuration is unchanged" in refused.err
        assert lives(home).workers == before.workers
        assert (await asked(url)).json() == CHAT

        file.write_text(good)  # and the next one is not blamed for the last
        assert (await done("reload", home=home)).code == 0


async def test_nothing_runs(home: Home) -> None:
    refused = await done("reload", home=home)
    assert refused.code == 1
    assert "no Plano is running: `planoai up FILE` starts one" in refused.err


async def test_one_that_stops_reads_nothing_any_more(tmp_path: Path, home: Home) -> None:
    hold = Hold()
    async with scripted() as upstream:
        upstream.will(stream(*CHAT_STREAM[:2], hold, *CHAT_STREAM[2:4], CHAT_DONE))
        running = await streaming(tmp_path, home, upstream.url, hold)
        async with begun("down", home=home) as down:
            await line_with("waiting", down.stderr)
            refused = await done("reload", home=home)
            assert refused.code == 1
            assert "Plano is stopping" in refused.err
            await running.whole()
            assert await down.wait() == 0


async def test_a_gateway_in_the_foreground_is_reloaded_and_stopped_from_elsewhere(tmp_path: Path, home: Home) -> None:
    file, url = written(tmp_path)
    async with begun("up", str(file), "--foreground", home=home) as up:
        await line_with("serves openai/gpt-4o", up.stderr)
        assert (await done("reload", home=home)).code == 0
        await line_with(f"✓ Plano serves the config as it is now, on {url}", up.stderr)
        file.write_text("version: v0.4.0\nlistners: []\n")
        assert (await done("reload", home=home)).code == 1
        await line_with("the running configuration is unchanged", up.stderr)
        await line_with("config.yaml:2:1: listners", up.stderr)
        assert (await done("down", home=home)).code == 0
        assert await up.wait() == 0
    assert status.read(home) is None


async def pends(pid: int, number: signal.Signals) -> None:
    """Returns once a process that is stopped has been sent a signal."""
    async with asyncio.timeout(30):
        while True:
            said = Path(f"/proc/{pid}/status").read_text()
            if int(said.partition("ShdPnd:")[2].split()[0], 16) & 1 << number - 1:
                return
            await asyncio.sleep(0.01)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what signals a process has been sent")
async def test_a_reload_whose_gateway_dies_does_not_wait_for_ever(tmp_path: Path, home: Home) -> None:
    file, _ = written(tmp_path)
    assert (await done("up", str(file), home=home)).code == 0
    found = lives(home)
    os.kill(found.pid, signal.SIGSTOP)
    async with begun("reload", home=home) as reload:
        await pends(found.pid, signal.SIGHUP)
        os.kill(found.pid, signal.SIGKILL)
        await line_with("Plano ended before it had read the config", reload.stderr)
        assert await reload.wait() == 1


def test_a_gateway_that_says_nothing_is_not_waited_for_for_ever(home: Home) -> None:
    with home.held():
        said = status.Status(pid=os.getpid(), started=1.0, config="/c.yaml", state="serving")
        status.write(home.status, said)
        with pytest.raises(click.ClickException, match=r"has not said within 0 s .*plano\.log may say it"):
            outcome(home, said, 0.0)
