"""`planoai up`, from the first word to the exit code."""

import asyncio
import signal
import socket
from pathlib import Path

import httpx2
import pytest

from tests.cli.command import ASKED, CONFIG
from tests.support.answers import CHAT, CHAT_DONE, CHAT_STREAM
from tests.support.ports import free_port
from tests.support.program import planoai
from tests.support.upstream import Hold, scripted, stream, whole

pytestmark = pytest.mark.no_cover


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


async def test_it_serves_until_it_is_told_to_stop(config: Path) -> None:
    async with scripted() as upstream:
        upstream.will(whole(CHAT))
        config.write_text(CONFIG.format(port=free_port(), url=upstream.url))
        async with planoai("up", str(config), "--foreground", environ={"THE_KEY": "sk-1"}) as program:
            url = (await program.says(r"serves openai/gpt-4o on (http://\S+)"))[1]
            await program.says(rf"Models with your key: openai/gpt-4o\n(.*\n)+  curl {url}/v1/chat/completions ")
            async with httpx2.AsyncClient(base_url=url) as http:
                assert (await http.get("/healthz")).status_code == 200
                assert (await http.post("/v1/chat/completions", json=ASKED)).json() == CHAT
            program.signal(signal.SIGTERM)
            assert await program.ends() == 0
        assert upstream.asked[0].headers["authorization"] == "Bearer sk-1"
        assert "sk-1" not in program.said


async def test_the_folder_and_the_variables_beside_it_are_found(config: Path) -> None:
    config.write_text(CONFIG.format(port=free_port(), url="http://127.0.0.1:1"))
    (config.parent / ".env").write_text("THE_KEY=sk-of-the-file\n")
    async with planoai("up", "--path", str(config.parent), "--foreground") as program:
        await program.says("serves openai/gpt-4o")
        program.signal(signal.SIGINT)
        assert await program.ends() == 0


async def test_a_stream_that_runs_may_end_before_it_leaves(config: Path) -> None:
    hold = Hold()
    async with scripted() as upstream:
        upstream.will(stream(*CHAT_STREAM[:2], hold, *CHAT_STREAM[2:4], CHAT_DONE))
        config.write_text(CONFIG.format(port=free_port(), url=upstream.url))
        async with planoai("up", str(config), "--foreground", environ={"THE_KEY": "k"}) as program:
            url = (await program.says(r"on (http://\S+)"))[1]
            seen = b""
            async with (
                httpx2.AsyncClient(base_url=url) as http,
                http.stream("POST", "/v1/chat/completions", json={**ASKED, "stream": True}) as answer,
            ):
                async for chunk in answer.aiter_bytes():
                    seen += chunk
                    if b"Hello" in seen and not hold.release.is_set():
                        program.signal()
                        await program.says("waiting for 1 running request")
                        hold.release.set()
            assert seen.endswith(CHAT_DONE)
            assert await program.ends() == 0


async def test_a_second_signal_cuts_what_runs(config: Path) -> None:
    hold = Hold()
    async with scripted() as upstream:
        upstream.will(stream(*CHAT_STREAM[:2], hold))
        config.write_text(CONFIG.format(port=free_port(), url=upstream.url))
        async with planoai("up", str(config), "--foreground", environ={"THE_KEY": "k"}) as program:
            url = (await program.says(r"on (http://\S+)"))[1]
            async with httpx2.AsyncClient(base_url=url) as http:
                asking = asyncio.ensure_future(http.post("/v1/chat/completions", json={**ASKED, "stream": True}))
                await hold.reached.wait()
                program.signal()
                await program.says("Ctrl-C again cuts it")
                program.signal(signal.SIGINT)
                with pytest.raises(httpx2.HTTPError):
                    await asking
            assert await program.ends() == 0


async def test_everything_that_is_wrong_is_said_at_once(config: Path) -> None:
    config.write_text(
        "version: v0.4.0\nlistners: []\nmodel_providers:\n  - {model: gpt-4o, access_key: $NOT_SET_ANYWHERE}\n"
    )
    async with planoai("up", str(config), "--foreground") as program:
        assert await program.ends() == 1
    assert "config.yaml:2:1: listners" in program.said
    assert "Invalid model name" in program.said
    assert "NOT_SET_ANYWHERE" in program.said
    assert "Traceback" not in program.said


async def test_a_port_that_is_taken(config: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        config.write_text(CONFIG.format(port=port, url="http://127.0.0.1:1"))
        async with planoai("up", str(config), "--foreground", environ={"THE_KEY": "k"}) as program:
            assert await program.ends() == 1
    assert f"127.0.0.1:{port} can not be bound: address already in use" in program.said
    assert "config.yaml:4:5: listeners[0]: " in program.said
    assert "problem" not in program.said  # of the machine, not of the config
    assert "Traceback" not in program.said


async def test_an_address_of_ipv6_is_told_as_a_url_has_it(config: Path) -> None:
    text = CONFIG.format(port=free_port(), url="http://127.0.0.1:1").replace("address: 127.0.0.1", "address: '::1'")
    config.write_text(text)
    async with planoai("up", str(config), "--foreground", environ={"THE_KEY": "k"}) as program:
        url = (await program.says(r"on (http://\S+)"))[1]
        assert url.startswith("http://[::1]:")
        async with httpx2.AsyncClient(base_url=url) as http:
            assert (await http.get("/healthz")).status_code == 200
        program.signal()
        assert await program.ends() == 0


async def test_an_empty_log_level_is_none(config: Path) -> None:
    config.write_text(CONFIG.format(port=free_port(), url="http://127.0.0.1:1"))
    async with planoai("up", str(config), "--foreground", environ={"THE_KEY": "k", "LOG_LEVEL": ""}) as program:
        await program.says("serves openai/gpt-4o")
        program.signal()
        assert await program.ends() == 0


async def test_wrong_use(config: Path) -> None:
    config.write_bytes(b"\xff\xfe")
    for words, code, said in (
        (["up", str(config), "--workers", "0"], 2, "'0' is neither a number from 1 to 256 nor auto"),
        (["up", str(config), "--workers", "many"], 2, "'many' is neither"),
        (["up", str(config.parent / "nothing.yaml"), "--foreground"], 1, "there is no file"),
        (
            ["up", "--path", str(config.parent / "nowhere"), "--foreground"],
            1,
            "there is no config.yaml or plano_config.yaml",
        ),
        (["up", str(config), "--foreground"], 1, "byte 1 is not UTF-8"),
    ):
        async with planoai(*words) as program:
            assert await program.ends() == code
            assert said in program.said
            assert "Traceback" not in program.said
    async with planoai("up", str(config), "--foreground", environ={"LOG_LEVEL": "loud"}) as program:
        assert await program.ends() == 2
        assert "Invalid log level" in program.said
