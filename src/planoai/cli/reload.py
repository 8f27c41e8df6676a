"""`planoai reload`: have the gateway read its config again."""

import signal
import time

import click

from planoai.cli import render, stopping, surroundings
from planoai.process import status
from planoai.process.home import Home
from planoai.process.status import Status

_LOOKS_SECONDS = 0.05
_OUTCOME_SECONDS = 90.0  # the workers have 30 to begin, and the reload of somebody else may come first


@click.command()
def reload() -> None:
    """Serve the config as it is now, without losing a request. What is wrong in it changes nothing, and is told.

    The file is the one that `up` was given, and the `.env` beside it is read again. Other variables have the values they had when `up` was called.

    \b
    Example:
      planoai reload
    """
    home = surroundings.home()
    found = stopping.running(home)
    if found is None:
        raise click.ClickException("no Plano is running: `planoai up FILE` starts one")
    if found.state == "draining":
        raise click.ClickException("Plano is stopping, and reads no config any more")
    stopping.send(home, found, signal.SIGHUP)
    current = outcome(home, found, _OUTCOME_SECONDS)
    if current.reload.problems:
        raise click.ClickException("\n".join([*current.reload.problems, render.UNCHANGED]))
    click.echo(render.reloaded(current.listeners))


def outcome(home: Home, before: Status, patience: float) -> Status:
    """The status once the supervisor has done, or refused, what it was asked for after `before`.

    Raises ClickException where it has ended, or has not said so within `patience` seconds.
    """
    deadline = time.monotonic() + patience
    while (current := status.read(home)) is None or current.reload.number <= before.reload.asked:
        if home.holder() != before.pid:
            raise click.ClickException(f"Plano ended before it had read the config; {home.log} may say why")
        if time.monotonic() > deadline:
            said = f"Plano has not said within {patience:g} s what became of the config"
            raise click.ClickException(f"{said}; {home.log} may say it, and {home.status} should be one it can write")
        time.sleep(_LOOKS_SECONDS)
    return current
