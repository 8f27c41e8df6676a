"""How a gateway is started: the way is made free, then it is left alone in the background, or the command stays and is it."""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import msgspec

from planoai.cli import render, stopping, talk
from planoai.cli.ports import told
from planoai.config.load import Loaded
from planoai.process.aside import Aside
from planoai.process.home import Home
from planoai.process.launch import launch
from planoai.process.settings import Settings
from planoai.process.status import Status
from planoai.process.supervisor import supervise
from planoai.process.told import Refused, Serving, Told, Warned, sentence

Summary = Callable[[Sequence[str]], Sequence[str]]  # of URLs of listeners

_PORT_SECONDS = 2.0  # for the children of a supervisor that was killed, to notice
_LOOKS_SECONDS = 0.05
_LAST_WORDS_SECONDS = 1.0
_REFUSED = sentence(Refused((), of_config=False))
_LOG_LINES = 10
_LOG_BYTES = 16 * 1024


def make_way(home: Home, loaded: Loaded, file: Path, *, written: bool) -> None:
    """Stops what runs in `home`, unless others have an address that `loaded` needs. `written`: somebody has written `file`, and can change it.

    Raises ClickException or OSError, and then what runs goes on.
    """
    home.make()
    replaced = stopping.running(home)
    killed = replaced is None and home.status.exists()
    if killed:
        talk.say(f"the last Plano ended without stopping{left_by(home)}; starting anew")
    await_ports(loaded, replaced, _PORT_SECONDS if killed else 0.0, written=written)
    if replaced is None:
        return
    other = f", with {replaced.config}" if replaced.config not in {"", str(file)} else ""
    talk.say(f"stopping the Plano that runs (pid {replaced.pid}{other})")
    try:
        stopping.stop(home, replaced, now=False, way_out="`planoai down --now` cuts what runs")
    except KeyboardInterrupt:
        talk.say("that one goes on stopping, and no other was started")
        raise SystemExit(1) from None


def await_ports(loaded: Loaded, replaced: Status | None, patience: float, *, written: bool = True) -> None:
    """Raises ClickException where others than `replaced` keep an address for more than `patience` seconds."""
    ours, pid = (replaced.listeners, replaced.pid) if replaced else ((), None)
    deadline = time.monotonic() + patience
    waits = False
    while problems := list(told(loaded, ours, pid, written=written)):
        if time.monotonic() >= deadline:
            raise click.ClickException("\n".join(problems))
        if not waits:
            talk.say("waiting for what is left of a Plano that was killed")
            waits = True
        time.sleep(_LOOKS_SECONDS)


def leave(settings: Settings, home: Home, summary: Summary) -> None:
    """Starts a gateway that stays when the command ends."""
    told: list[Told] = []
    talk.say("starting")
    if not launch(settings, told.append):
        problems = [line for each in told if isinstance(each, Refused) for line in each.problems]
        raise click.ClickException(not_started(problems, end_of(home.log), str(home.log)))
    for each in told:
        if isinstance(each, Warned) and not each.of_config:
            talk.say(sentence(each))
        if isinstance(each, Serving):
            click.echo(render.background(each.listeners, str(home.logs), summary(each.listeners)))


def stay(settings: Settings, summary: Summary) -> None:
    """Is the gateway, until it is told to stop."""
    serves = False
    refused: list[Refused] = []

    def tell(told: Told) -> None:
        nonlocal serves
        serves = serves or isinstance(told, Serving)
        if isinstance(told, Refused):
            refused.append(told)
        elif serves or not (isinstance(told, Warned) and told.of_config):  # at the start the command has told them
            talk.say(render.foreground(told))
        if isinstance(told, Serving):
            talk.say("\n".join(summary(told.listeners)))

    telling = Aside(tell)  # a terminal that is stopped must not stop the gateway
    code = asyncio.run(supervise(settings, telling.put))
    if not telling.wait(_LAST_WORDS_SECONDS):
        os._exit(code)  # nobody reads what we say, and so we would wait for ever to say how it ended
    if refused:
        raise click.ClickException(render.refused(refused[-1]))
    raise SystemExit(code)


def not_started(problems: Sequence[str], log: Sequence[str], place: str) -> str:
    """`log`: its last lines, which are at `place`; those that only repeat the problems are left out. Pure."""
    more = [line for line in log if _REFUSED not in line and not any(each in line for each in problems)]
    end = ["its log ends with:", *(f"  {line}" for line in more)] if more else []
    return "\n".join([*problems, *end, f"Plano did not start; its log is {place}"])


def left_by(home: Home) -> str:
    """Who has left a status behind; nothing where that can not be read."""
    try:
        return f" (pid {msgspec.json.decode(home.status.read_bytes(), type=Status).pid})"
    except (OSError, msgspec.MsgspecError):
        return ""


def end_of(log: Path) -> list[str]:
    try:
        with log.open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - _LOG_BYTES, 0))
            return file.read().decode(errors="replace").splitlines()[-_LOG_LINES:]
    except OSError:
        return []
