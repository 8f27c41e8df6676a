"""`planoai logs`: what is in the files, and what comes."""

import asyncio
import signal
from pathlib import Path

import httpx2

from planoai.process.home import Home
from tests.cli.command import begun, done, line_with, written


def made(home: Home, **files: bytes) -> None:
    home.make()
    for name, content in files.items():
        (home.logs / f"{name}.log").write_bytes(content)


async def test_the_last_ten_lines_of_an_access_log(home: Home) -> None:
    made(home, access_llm=b"".join(b"line %d\n" % number for number in range(100)), plano=b"hidden\n")
    logs = await done("logs", home=home)
    assert (logs.code, logs.err) == (0, "")
    assert logs.out.splitlines() == [f"line {number}" for number in range(90, 100)]
    assert (await done("logs", "--lines", "2", home=home)).out == "line 98\nline 99\n"


async def test_several_logs_have_headings(home: Home) -> None:
    made(home, access_llm=b"l1\nl2\nunfinished", access_agent=b"a\n", plano=b"p\n")
    (home.logs / "access_llm.log.1").write_bytes(b"rotated\n")
    logs = await done("logs", "--debug", "--lines", "2", home=home)
    assert logs.out == (
        "==> access_agent.log <==\na\n\n==> access_llm.log <==\nl2\nunfinished\n\n==> plano.log <==\np\n"
    )


async def test_no_folder_and_no_files(home: Home) -> None:
    logs = await done("logs", home=home)
    assert logs.code == 1
    assert f"there is no folder {home.logs}: start Plano first, with `planoai up`" in logs.err
    made(home, plano=b"p\n")
    logs = await done("logs", home=home)
    assert logs.code == 1
    assert f"there are no access logs in {home.logs} yet" in logs.err


async def test_lines_are_followed_through_rotation_and_into_new_files(home: Home) -> None:
    made(home, access_llm=b"old\n")
    path = home.logs / "access_llm.log"
    async with begun("logs", "--follow", home=home) as logs:
        await line_with("old", logs.stdout)
        with path.open("ab") as file:
            file.write(b"first\n")
        await line_with("first", logs.stdout)
        path.rename(home.logs / "access_llm.log.1")
        path.write_bytes(b"second\n")
        await line_with("second", logs.stdout)
        (home.logs / "access_agent.log").write_bytes(b"third\n")
        await line_with("==> access_agent.log <==", logs.stdout)
        await line_with("third", logs.stdout)
        with path.open("r+b") as file:
            file.truncate()
        with path.open("ab") as file:
            file.write(b"4th\n")
        await line_with("==> access_llm.log <==", logs.stdout)
        await line_with("4th", logs.stdout)
        logs.send_signal(signal.SIGINT)
        out, err = await logs.communicate()
        assert (logs.returncode, out, err) == (0, b"", b"")


async def test_a_request_is_a_line(tmp_path: Path, home: Home) -> None:
    file, url = written(tmp_path)
    assert (await done("up", str(file), home=home)).code == 0
    async with begun("logs", "--follow", home=home) as logs, httpx2.AsyncClient(base_url=url) as http:
        assert (await http.get("/v1/models?key=sk-secret")).status_code == 200
        line = await line_with("/v1/models", logs.stdout)
        assert '"GET /v1/models HTTP/1.1" 200' in line
        assert "sk-secret" not in line
    assert (await done("down", home=home)).code == 0
    assert '"GET /v1/models HTTP/1.1" 200' in (await done("logs", home=home)).out
    assert f"serves on {url}" in (await done("logs", "--debug", home=home)).out


async def test_in_the_foreground_requests_are_lines_on_stdout(tmp_path: Path, home: Home) -> None:
    file, url = written(tmp_path)
    async with begun("up", str(file), "--foreground", home=home) as up:
        await line_with(f"serves openai/gpt-4o on {url}", up.stderr)
        async with httpx2.AsyncClient(base_url=url) as http:
            assert (await http.get("/v1/models", headers={"connection": "close"})).status_code == 200
        assert '"GET /v1/models HTTP/1.1" 200' in await line_with("", up.stdout)
        up.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            out, _ = await up.communicate()
        assert (up.returncode, out) == (0, b"")
