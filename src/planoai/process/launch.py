"""Starts a supervisor in the background and waits until it serves, or has said why it does not."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

from msgspec.msgpack import Decoder

from planoai.process.control import Channel
from planoai.process.home import Home
from planoai.process.settings import Settings, scrubbed
from planoai.process.told import Refused, Serving, Tell, Told

START_SECONDS = 60.0


def launch(settings: Settings, tell: Tell) -> bool:
    """Whether a supervisor serves now, which then outlives the caller. `tell` hears what it says, the last time of Serving or Refused.

    What it and its children say goes to `plano.log` of its home; the one of before is kept beside it as `plano.log.1`. An interruption ends it.
    """
    home = Home(Path(settings.home))
    try:
        process, ours = _start(home, settings)
    except OSError as error:
        tell(Refused((f"{home.log} can not be written: {error.strerror}",), of_config=False))
        return False
    with ours:
        last = asyncio.run(_listen(ours, settings, tell))
    if isinstance(last, Serving):
        process.returncode = 0  # it outlives us, so nobody waits for it, and its object is not to complain of that
        return True
    if last is None:
        tell(Refused((f"it ended before it served; {home.log} says more",), of_config=False))
    process.wait()
    return False


def _start(home: Home, settings: Settings) -> tuple["subprocess.Popen[bytes]", socket.socket]:
    """Raises OSError."""
    home.make()
    if home.log.exists():
        home.log.replace(home.log.with_suffix(".log.1"))
    log = os.open(home.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - it is ourselves
            [sys.executable, "-P", "-m", "planoai.process.supervisor", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[theirs.fileno()],
            env=scrubbed(settings.environ),
            start_new_session=True,
        )
    os.close(log)
    return process, ours


async def _listen(sock: socket.socket, settings: Settings, tell: Tell) -> Told | None:
    """What was told last; None where nothing was, or too late."""
    last: Told | None = None
    with Channel(sock, Decoder(Told)) as channel:
        channel.send(settings)
        try:
            async with asyncio.timeout(START_SECONDS):
                while (received := await channel.receive()) is not None:
                    last = received.message
                    tell(last)
                    if isinstance(last, Serving | Refused):
                        return last
        except TimeoutError:
            pass
    return None
