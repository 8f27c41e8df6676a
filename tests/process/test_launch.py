"""A supervisor in the background, from the side of who starts it."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest
from msgspec.msgpack import Decoder

from planoai.errors import PlanoError
from planoai.process import status
from planoai.process.control import Channel
from planoai.process.home import Home
from planoai.process.launch import launch
from planoai.process.settings import Settings
from planoai.process.told import Refused, Serving, Told
from tests.net.raw import Raw
from tests.process.tree import CONFIG, KEY
from tests.support.ports import free_port
from tests.support.program import end_of, gone, held_up


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def settings(tmp_path: Path, port: int) -> Settings:
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG.format(workers=1, port=port, url="http://127.0.0.1:1", listener=""))
    return Settings(file=str(file), home=str(tmp_path / "home"), environ={**os.environ, "THE_KEY": KEY})


async def launched(settings: Settings) -> tuple[bool, list[Told]]:
    told: list[Told] = []
    return await asyncio.to_thread(launch, settings, told.append), told


async def test_it_serves_when_the_start_is_over_and_stays(settings: Settings, port: int) -> None:
    home = Home(Path(settings.home))
    try:
        serves, told = await launched(settings)
        assert serves
        assert told == [Serving((f"http://127.0.0.1:{port}",), ("openai/gpt-4o",), 1)]
        raw = Raw(*await asyncio.open_connection("127.0.0.1", port))
        await raw.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await raw.answer()).status == 200
        raw.writer.close()
        found = status.read(home)
        assert found is not None
        assert os.getsid(found.pid) == found.pid
        assert KEY.encode() not in Path(f"/proc/{found.pid}/environ").read_bytes()
        async with asyncio.timeout(30):
            while "serves on http://127.0.0.1" not in home.log.read_text():  # written aside
                await asyncio.sleep(0.01)
        os.kill(found.pid, signal.SIGTERM)
        await gone([found.pid])
        assert not home.status.exists()
    finally:
        await end_of(home)


async def test_what_keeps_it_from_serving_is_told_and_nothing_is_left(settings: Settings) -> None:
    Path(settings.file).write_text("version: v0.4.0\nlistners: []\n")
    serves, told = await launched(settings)
    assert not serves
    [refused] = told
    assert isinstance(refused, Refused)
    assert refused.of_config
    assert "config.yaml:2:1: listners" in refused.problems[0]
    home = Home(Path(settings.home))
    assert not home.in_use()
    assert not home.status.exists()
    assert "config.yaml:2:1: listners" in home.log.read_text()


def with_a_log(settings: Settings) -> Home:
    home = Home(Path(settings.home))
    home.make()
    home.log.write_text("of the other one\n")
    return home


async def test_a_home_in_use_is_told_and_its_log_left_alone(settings: Settings) -> None:
    home = with_a_log(settings)
    with home.held(), pytest.raises(PlanoError, match="another Plano runs"):
        await launched(settings)
    assert [each.name for each in home.logs.iterdir()] == ["plano.log"]
    assert home.log.read_text() == "of the other one\n"


async def test_of_two_that_start_at_once_the_second_leaves_the_log_of_the_first_alone(settings: Settings) -> None:
    home = with_a_log(settings)
    with held_up(home):
        starting = asyncio.create_task(launched(settings))
        holder = await holder_of(home)
        log = home.log.stat()
        with pytest.raises(PlanoError, match="another `planoai up` is starting a Plano"):
            await launched(settings)
        assert os.path.samestat(home.log.stat(), log)
        async with asyncio.timeout(30):
            while not home.status.exists():  # from then on it knows what a signal means
                await asyncio.sleep(0.01)
        os.kill(holder, signal.SIGTERM)
    serves, told = await starting
    assert not serves
    assert told[-1] == Refused(("it was told to stop",), of_config=False)
    assert "stops" in home.log.read_text()
    assert not home.in_use()


async def holder_of(home: Home) -> int:
    async with asyncio.timeout(30):
        while not (holder := home.holder()):
            await asyncio.sleep(0.01)
    return holder


async def test_a_folder_that_can_not_be_made_is_told(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(FileExistsError):
        await launched(settings)


async def test_the_log_of_before_is_kept(settings: Settings) -> None:
    Path(settings.file).unlink()
    home = Home(Path(settings.home))
    home.make()
    home.log.write_text("of before\n")
    await launched(settings)
    assert home.log.with_name("plano.log.1").read_text() == "of before\n"
    assert "there is no file" in home.log.read_text()


async def test_one_whose_start_is_interrupted_goes(settings: Settings) -> None:
    ours, theirs = socket.socketpair()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "planoai.process.supervisor", str(theirs.fileno()), pass_fds=[theirs.fileno()]
    )
    theirs.close()
    with Channel(ours, Decoder(Told)) as channel:
        channel.send(settings)
    async with asyncio.timeout(20):
        assert await process.wait() == 0
    assert not Home(Path(settings.home)).in_use()
