"""`planoai down`: stop the gateway that runs in the background, or in another terminal."""

import logging

import click

from planoai.cli import render, stopping, surroundings, talk

log = logging.getLogger(__name__)


@click.command()
@click.option("--now", is_flag=True, help="Cut what runs instead of waiting for it.")
@talk.verbose
@talk.docker
def down(now: bool, verbose: bool) -> None:
    """Stop the gateway that runs. Requests that run may come to their end, within `shutdown_timeout`.

    \b
    Example:
      planoai down
    """
    talk.header()
    talk.log_to_stderr(verbose=verbose)
    home = surroundings.home()
    found = stopping.running(home)
    if found is None:
        stopping.tidy(home)
        click.echo(render.NOT_RUNNING)
        return
    log.info("stopping process %d, which serves %s", found.pid, found.config)
    try:
        stopping.stop(home, found, now=now, way_out="`planoai down --now` cuts what runs")
    except KeyboardInterrupt:
        talk.say("Plano goes on stopping; `planoai down` waits for it again, `planoai down --now` cuts what runs")
        raise SystemExit(1) from None
    stopping.tidy(home)
    click.echo(render.STOPPED)
