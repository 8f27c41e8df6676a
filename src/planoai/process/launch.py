"""Starts a supervisor in the background and waits until it serves, or has said why it does not."""

import asyncio
import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec.msgpack import Decoder

from planoai.errors import PlanoError
from planoai.process.control import Channel
from planoai.process.home import Home
from planoai.process.settings import Settings, scrubbed
from planoai.process.told import Refused, Serving, Stopping, Tell, Told

START_SECONDS = 60.0


def launch(settings: Settings, tell: Tell) -> bool:
    """Whether a supervisor serves now, which then outlives the caller. `tell` hears what it says, the last time of Serving or Refused.

    What it and its children say goes to `plano.log` of its home; the one of before is kept beside it as `plano.log.1`. An interruption ends it.
    Raises PlanoError where another one runs there or is being started, OSError where there can be no log; then nothing was touched.
    """
    home = Home(Path(settings.home))
    home.make()
    with _alone(home):
        process, ours = _start(home, settings)
        with ours:
            last = asyncio.run(_listen(ours, settings, tell))
        if isinstance(last, Serving):
            process.returncode = 0  # it outlives us, so nobody waits for it, and its object is not to complain of that
            return True
        process.wait()
    if not isinstance(last, Refused):
        why = "it was told to stop" if isinstance(last, Stopping) else f"it did not come to serve; {home.log} says more"
        tell(Refused((why,), of_config=False))
    return False


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Until a supervisor holds the lock of its home, the log that it is given is not to be moved away by who starts another. Raises PlanoError."""
    descriptor = os.open(home.logs, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PlanoError(f"another `planoai up` is starting a Plano with {home.root}") from None
        if home.in_use():
            raise PlanoError(f"another Plano runs with {home.root}; `planoai down` stops it")
        yield
    finally:
        os.close(descriptor)


def _start(home: Home, settings: Settings) -> tuple["subprocess.Popen[bytes]", socket.socket]:
    """Raises OSError."""
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
    """What was told last, or before the time was up; None where nothing was."""
    last: Told | None = None
    with Channel(sock, Decoder(Told)) as channel, suppress(TimeoutError):
        channel.send(settings)
        async with asyncio.timeout(START_SECONDS):
            while not isinstance(last, Serving | Refused) and (received := await channel.receive()) is not None:
                last = received.message
                tell(last)
    return last
