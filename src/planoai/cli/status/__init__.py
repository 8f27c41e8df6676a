"""`planoai status`: the gateway that runs, as it says itself and as its listeners answer."""

import asyncio
import sys
import time
from pathlib import Path

import click
import msgspec

from planoai.cli import stopping, surroundings
from planoai.cli.status import probing
from planoai.cli.status.condition import Condition, shown
from planoai.process.home import Home
from planoai.process.status import Status, digest_of

_PROC = Path("/proc")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
def status(as_json: bool) -> None:
    """Show the gateway that runs: since when, with which config, and whether its listeners answer. Without one the exit code is 1.

    \b
    Examples:
      planoai status
      planoai status --json
    """
    found = look(surroundings.home())
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        click.echo(shown(found))
    if not found.runs:
        sys.exit(1)


def look(home: Home) -> Condition:
    """How the gateway in `home` is; one that does not answer is waited for a few seconds at most."""
    try:
        found = stopping.running(home)
    except click.ClickException:  # it lives where we can not see it, and its file can not be read
        return Condition(state="silent", home=str(home.root), log=str(home.log), elsewhere=True)
    if found is None:
        return _gone(home)
    elsewhere = home.holder() == 0
    return Condition(
        state=found.state if found.started else "silent",
        home=str(home.root),
        log=str(home.log),
        pid=None if elsewhere else found.pid,
        elsewhere=elsewhere,
        halted=not elsewhere and _is_halted(found.pid),
        started=found.started,
        uptime=max(time.time() - found.started, 0.0) if found.started else 0.0,
        config=found.config,
        digest=found.digest,
        changed=_changed(found),
        listeners=asyncio.run(probing.doors(found.listeners)),
        workers=found.workers,
        recorder=found.recorder,
        waiting=found.waiting,
        reload=found.reload,
    )


def _gone(home: Home) -> Condition:
    """What one that did not end in order has left behind says who it was."""
    try:
        left = msgspec.json.decode(home.status.read_bytes(), type=Status)
    except (FileNotFoundError, NotADirectoryError):
        return Condition(state="stopped", home=str(home.root), log=str(home.log))
    except (OSError, msgspec.MsgspecError):
        return Condition(state="crashed", home=str(home.root), log=str(home.log))
    return Condition(state="crashed", home=str(home.root), log=str(home.log), pid=left.pid, config=left.config)


def _changed(found: Status) -> bool | None:
    if not found.digest or not found.config:
        return None
    now = digest_of(Path(found.config))
    return None if now is None else now != found.digest


def _is_halted(pid: int) -> bool:
    """Linux tells; elsewhere it is taken to run. proc(5): the state follows the name, which stands in brackets."""
    try:
        told = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return False
    return told.rpartition(")")[2].split()[:1] in (["T"], ["t"])
