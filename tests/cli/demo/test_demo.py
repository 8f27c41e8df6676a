"""`planoai demo` and the command as a whole."""

import re

import httpx2

from planoai import __version__
from planoai.cli import COMMANDS
from tests.support.program import planoai


async def test_the_demo_shows_six_exchanges_and_leaves() -> None:
    async with planoai("demo", "--once") as program:
        assert await program.ends() == 0
    titles = [re.sub(r"\(\w+\)[,:] ?", "", title) for title in re.findall(r"^\d\. (.*)$", program.said, re.MULTILINE)]
    assert titles == [
        f"{client} client {upstream} upstream {what}"
        for what in ("a whole answer", "a stream", "a tool call, and its result")
        for client, upstream in (("OpenAI", "Anthropic"), ("Anthropic", "OpenAI"))
    ]
    assert program.said.count("of it ours") == 8
    assert program.said.count("18 degrees") >= 4  # the result goes up, and the answer quotes it


async def test_the_demo_stays_up_and_what_it_says_to_paste_works() -> None:
    async with planoai("demo", "--port", "0") as program:
        command = await program.says(r"curl (http://\S+/v1/messages) -d '(.*)'")
        async with httpx2.AsyncClient() as http:
            answer = await http.post(command[1], content=command[2])
        assert answer.json()["content"][0]["text"]
        program.signal()
        assert await program.ends() == 0


async def test_the_command_tells_what_there_is() -> None:
    async with planoai("--help") as program:
        assert await program.ends() == 0
    assert set(COMMANDS) <= set(program.said.split())
    async with planoai("--version") as program:
        assert await program.ends() == 0
    assert program.said == f"plano version {__version__}\n"
    async with planoai("dmeo") as program:
        assert await program.ends() == 2
