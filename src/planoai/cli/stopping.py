"""A gateway that runs, brought to its end by signals: what `down` does, and `up` before it starts another."""

import os
import signal
import time
from contextlib import suppress

import click

from planoai.cli import render
from planoai.cli.talk import say
from planoai.errors import PlanoError
from planoai.process import status
from planoai.process.home import Home
from planoai.process.status import Status

_LOOKS_SECONDS = 0.05
_STARTS_SECONDS = 1.0  # a supervisor that has just begun says who it is within this time
_MORE_SECONDS = 15.0  # over shutdown_timeout: children that do not react are ended by the supervisor by then
_NOW_SECONDS = 10.0
_UNKNOWN_TIMEOUT = 300.0  # the shutdown_timeout of one that does not tell it: as long as it is where nothing is set
_CHILDREN_SECONDS = 5.0  # and some init processes take their time to forget one that has ended


def running(home: Home) -> Status | None:
    """Who runs in `home`; None where nobody does. One that can not say more, as on a full disk, is known by its process id alone.

    Raises ClickException where not even that can be known.
    """
    deadline = time.monotonic() + _STARTS_SECONDS
    while (found := status.read(home)) is None and (holder := home.holder()) is not None:
        if time.monotonic() > deadline:
            if holder:
                return Status(pid=holder, started=0.0, config="", shutdown_timeout=_UNKNOWN_TIMEOUT)
            raise click.ClickException(_elsewhere(home))
        time.sleep(_LOOKS_SECONDS)
    return found


def stop(home: Home, found: Status, *, now: bool, way_out: str) -> None:
    """Returns once the supervisor `found` is gone. `now`: what runs is cut. `way_out` ends the line that says what is waited for.

    What does not end by itself is killed; its children end when they notice.
    """
    if found.state != "draining":  # to one that drains, one more signal means to cut
        send(home, found, signal.SIGTERM)
    if not now:
        send(home, found, signal.SIGCONT)  # one that was halted, as by Ctrl-Z, has heard nothing yet
    else:
        _until_it_drains(home, found)
        send(home, found, signal.SIGTERM)
    deadline = time.monotonic() + (_NOW_SECONDS if now else found.shutdown_timeout + _MORE_SECONDS)
    said = 0
    while home.holder() == found.pid:  # not one that somebody has started since
        current = status.read(home) or found
        if time.monotonic() > deadline:
            _kill(home, current)
            deadline += _NOW_SECONDS
        if current.waiting != said:
            said = current.waiting
            say(render.waiting(said, way_out))
        time.sleep(_LOOKS_SECONDS)


def send(home: Home, found: Status, number: signal.Signals) -> None:
    """A signal to the supervisor `found`, if it lives. Raises ClickException where it is out of reach."""
    holder = home.holder()
    if holder == 0:
        raise click.ClickException(_elsewhere(home))
    if holder != found.pid:  # the process id may be somebody else's by now
        return
    try:
        os.kill(found.pid, number)
    except ProcessLookupError:
        return
    except PermissionError:
        raise click.ClickException(f"process {found.pid} belongs to another user: it can not be told to stop") from None


def _elsewhere(home: Home) -> str:
    return (
        f"the Plano with {home.root} runs in another container, or on another machine: no signal reaches it from here"
    )


def _until_it_drains(home: Home, found: Status) -> None:
    """Two signals of a kind that come at once are one: the second waits until the first was heard, or has had its time."""
    deadline = time.monotonic() + _STARTS_SECONDS
    while (current := status.read(home)) is not None and current.pid == found.pid and current.state != "draining":
        if time.monotonic() > deadline:
            return
        time.sleep(_LOOKS_SECONDS)


def _kill(home: Home, found: Status) -> None:
    """Returns when its children have noticed, and ended."""
    say(f"it does not end: killing process {found.pid}")
    send(home, found, signal.SIGKILL)
    children = [*found.workers, *([found.recorder] if found.recorder else [])]
    deadline = time.monotonic() + _CHILDREN_SECONDS
    while any(map(_exists, children)) and time.monotonic() < deadline:
        time.sleep(_LOOKS_SECONDS)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def tidy(home: Home) -> None:
    """Removes what a supervisor that was killed has left, as whoever gets the lock does. Another one that has it is starting just now."""
    if home.status.exists():
        with suppress(PlanoError, OSError), home.held():
            pass
