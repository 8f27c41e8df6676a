"""A running `planoai up` in front of the simulated provider, what reached that one, and what the gateway's logs say of it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planoai.net.server import Server, listen
from planoai.process.home import Home
from planoai.simulate import Options, Simulator
from tests.sdk.conftest import CONFIG, Witness
from tests.support.ports import free_port
from tests.support.program import planoai
from tests.support.upstream import Asked

_PATHS = {
    "chat": r"/v1/chat/completions",
    "messages": r"/v1/messages",
    "responses": r"/v1/responses",
    "converse": r"/model/.*/converse(-stream)?",
}
_ACCESS = re.compile(r'\] "(\S+ \S+) HTTP/1\.1" (\d+) ')
_LOST = re.compile(r"(can not carry|answer:) (.+?)(?: of \S+ is lost)?$")


@dataclass
class House:
    url: str
    asked: list[Asked]  # of the simulated provider, oldest first
    home: Home

    def conversations(self, api: str) -> list[dict[str, Any]]:
        """The bodies of the calls to a model that speaks `api`, oldest first."""
        calls = [each for each in self.asked if re.fullmatch(_PATHS[api], each.target.partition("?")[0])]
        return [each.json for each in calls]

    def requests(self) -> list[tuple[str, int]]:
        """What clients asked the gateway: method and path, and the status of the answer."""
        text = (self.home.logs / "access_llm.log").read_text()
        return [(line[1], int(line[2])) for line in _ACCESS.finditer(text)]

    def lost(self) -> list[str]:
        """What the upstream's API, or the client's, had no words for."""
        lines = (_LOST.search(line) for line in self.home.log.read_text().splitlines())
        paths = [
            f"{'answer: ' if line[1] == 'answer:' else ''}{path}"
            for line in lines
            if line is not None
            for path in re.findall(r"'((?:[^'\\]|\\.)*)'", line[2])
        ]
        return list(dict.fromkeys(paths))


@asynccontextmanager
async def opened(folder: Path, options: Options) -> AsyncIterator[House]:
    """`folder` gets the config."""
    witness = Witness(Simulator(options))
    async with Server(witness, [listen("127.0.0.1", 0)], drain_seconds=1.0) as server:
        [(host, port)] = server.addresses
        door = free_port()
        config = folder / "config.yaml"
        config.write_text(CONFIG.replace("URL", f"http://{host}:{port}").replace("port: 12000", f"port: {door}"))
        async with planoai("up", str(config), environ={"LOG_LEVEL": "debug"}) as program:
            assert await program.ends() == 0, program.said
            yield House(f"http://127.0.0.1:{door}", witness.asked, program.home)
