"""Commands of `planoai` within the process of the test, and a gateway that runs there as if it were one of its own."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from click.testing import CliRunner, Result
from msgspec import structs

from planoai.cli import main
from planoai.config.load import Loaded
from planoai.process import status
from planoai.process.doors import url
from planoai.process.home import Home
from planoai.process.reading import read
from planoai.process.status import State, Status
from planoai.process.worker import serving
from tests.cli.command import KEY

CLIENT_KEY = "sk-of-a-client-0123456789"
SECRETS = {**KEY, "TEAM_KEY": CLIENT_KEY, "OPENAI_API_KEY": "sk-of-a-vendor-0123456789"}


async def said(*words: str, home: Home, environ: Mapping[str, str | None] = KEY) -> Result:
    """What `planoai WORDS` says, beside what goes on in the test. No secret is in it, whatever it was asked."""
    result = await asyncio.to_thread(
        CliRunner().invoke, main, list(words), env={"PLANO_HOME": str(home.root), **environ}
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    for secret in SECRETS.values():
        assert secret not in result.output
    return result


@asynccontextmanager
async def gateway(
    home: Home, file: Path, environ: Mapping[str, str] = KEY, *, state: State = "serving", digest: str = ""
) -> AsyncIterator[Loaded]:
    """This process serves `file`, and says so in `home` as a supervisor does."""
    loaded = read(file, environ)
    assert isinstance(loaded, Loaded), loaded
    async with serving(loaded.config):
        with home.held():
            running = Status(pid=os.getpid(), started=time.time(), config=str(file), digest=digest, state=state)
            listeners = tuple(map(url, loaded.config.listeners)) if state != "starting" else ()
            status.write(home.status, structs.replace(running, listeners=listeners, workers=(os.getpid(),)))
            yield loaded
