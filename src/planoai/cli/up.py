"""`planoai up`: serve a config, in the background or staying with it."""

import asyncio
import logging
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import click

from planoai.cli import render, stopping, surroundings, talk
from planoai.cli.ports import taken
from planoai.config.load import Loaded
from planoai.net.proxy import Proxies
from planoai.process.aside import Aside
from planoai.process.feeds import fetched
from planoai.process.home import Home
from planoai.process.launch import launch
from planoai.process.reading import read
from planoai.process.settings import Settings
from planoai.process.status import Status
from planoai.process.supervisor import supervise
from planoai.process.told import Refused, Serving, Told, Warned

MOST_WORKERS = 256
_PORT_SECONDS = 2.0  # for the children of a supervisor that was killed, to notice
_LOOKS_SECONDS = 0.05
_LAST_WORDS_SECONDS = 1.0

log = logging.getLogger(__name__)


def workers_given(context: click.Context, option: click.Parameter, value: str | None) -> int | Literal["auto"] | None:  # noqa: ARG001
    if value is None:
        return None
    if value == "auto":
        return "auto"
    if value.isdecimal() and 1 <= int(value) <= MOST_WORKERS:
        return int(value)
    raise click.BadParameter(f"{value!r} is neither a number from 1 to {MOST_WORKERS} nor auto")


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--path",
    "folder",
    type=click.Path(path_type=Path),
    default=".",
    help="Where to look for config.yaml when FILE is not given.",
)
@click.option("--foreground", is_flag=True, help="Stay attached, with a line for each request on stdout.")
@click.option(
    "--workers",
    metavar="N|auto",
    callback=workers_given,
    help="Processes that serve, instead of what FILE says; auto is one a core.",
)
@talk.verbose
@talk.docker
def up(file: Path | None, folder: Path, foreground: bool, workers: int | Literal["auto"] | None, verbose: bool) -> None:
    """Serve the gateway that FILE describes. One that runs already is stopped, once FILE proved good.

    \b
    Examples:
      planoai up config.yaml
      planoai up config.yaml --foreground
    """
    talk.header()
    level = talk.log_to_stderr(verbose=verbose)
    home, environ = surroundings.home(), surroundings.variables()
    file = surroundings.config_file(file, folder)
    make_way(home, checked(file, environ, home))
    settings = Settings(
        file=str(file), home=str(home.root), environ=environ, workers=workers, level=level, echo=foreground
    )
    if foreground:
        stay(settings)
    else:
        leave(settings, home)


def checked(file: Path, environ: Mapping[str, str], home: Home) -> Loaded:
    """The config in `file`, whose warnings are told. Raises ClickException with everything that is wrong in it, or with the address of a proxy."""
    log.info("reading %s", file)
    loaded = read(file, environ, fetched(home.root))
    if isinstance(loaded, Refused):
        raise click.ClickException(render.problems(loaded.problems, of_config=loaded.of_config))
    try:
        Proxies.of(environ)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    for warning in loaded.warnings:
        talk.say(f"warning: {warning}")
    talk.say(f"✓ {loaded.name} is valid")
    return loaded


def make_way(home: Home, loaded: Loaded) -> None:
    """Stops what runs in `home`, unless others have an address that `loaded` needs. Raises ClickException or OSError, and then what runs goes on."""
    home.make()
    replaced = stopping.running(home)
    killed = replaced is None and home.status.exists()
    await_ports(loaded, replaced, _PORT_SECONDS if killed else 0.0)
    if replaced is None:
        return
    talk.say(f"stopping the Plano that runs (pid {replaced.pid})")
    try:
        stopping.stop(home, replaced, now=False, way_out="`planoai down --now` cuts what runs")
    except KeyboardInterrupt:
        talk.say("that one goes on stopping, and no other was started")
        raise SystemExit(1) from None


def await_ports(loaded: Loaded, replaced: Status | None, patience: float) -> None:
    """Raises ClickException where others than `replaced` keep an address for more than `patience` seconds."""
    ours, pid = (replaced.listeners, replaced.pid) if replaced else ((), None)
    deadline = time.monotonic() + patience
    told = False
    while problems := [loaded.located(each) for each in taken(loaded.config, ours, pid)]:
        if time.monotonic() >= deadline:
            raise click.ClickException("\n".join(problems))
        if not told:
            talk.say("waiting for what is left of a Plano that was killed")
            told = True
        time.sleep(_LOOKS_SECONDS)


def leave(settings: Settings, home: Home) -> None:
    """Starts a gateway that stays when the command ends."""
    told: list[Told] = []
    talk.say("starting")
    if not launch(settings, told.append):
        lines = [line for each in told if isinstance(each, Refused) for line in each.problems]
        raise click.ClickException("\n".join([*lines, f"Plano did not start; its log is {home.log}"]))
    for each in told:
        if isinstance(each, Serving):
            click.echo(render.background(each.listeners, str(home.logs)))


def stay(settings: Settings) -> None:
    """Is the gateway, until it is told to stop."""
    serves = False
    refused: list[Refused] = []

    def tell(told: Told) -> None:
        nonlocal serves
        serves = serves or isinstance(told, Serving)
        if isinstance(told, Refused):
            refused.append(told)
        elif serves or not isinstance(told, Warned):  # at the start `checked` has told them
            talk.say(render.foreground(told))

    telling = Aside(tell)  # a terminal that is stopped must not stop the gateway
    code = asyncio.run(supervise(settings, telling.put))
    if not telling.wait(_LAST_WORDS_SECONDS):
        os._exit(code)  # nobody reads what we say, and so we would wait for ever to say how it ended
    if refused:
        raise click.ClickException(render.problems(refused[-1].problems, of_config=refused[-1].of_config))
    raise SystemExit(code)
