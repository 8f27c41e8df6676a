"""What the commands share: talk on stderr, options that several of them have, the level of what is logged."""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

import planoai
from planoai.cli import completing
from planoai.process import logbook

Command = TypeVar("Command", bound=Callable[..., Any])

LEVELS = ("debug", "info", "warn", "warning", "error")
_PLACE = click.Path(path_type=Path, readable=False)  # whoever reads it says why it can not


def say(text: str | None) -> None:
    """Talk goes to stderr: stdout is for results. None is nothing to say."""
    if text is not None:
        click.echo(text, err=True)


def header() -> None:
    say(f"\nPlano CLI v{planoai.__version__}\n")


def log_to_stderr(*, verbose: bool) -> str:
    """The level that LOG_LEVEL names, else info: what a gateway logs. Of the command itself only warnings are, unless it is `verbose`.

    Raises UsageError where LOG_LEVEL names no level.
    """
    level = (os.environ.get("LOG_LEVEL") or "info").lower()
    if level not in LEVELS:
        raise click.UsageError(f"Invalid log level {level!r} in LOG_LEVEL; there is {', '.join(LEVELS)}")
    logbook.log_to_stderr(level)
    if not verbose:
        logging.getLogger("planoai.cli").setLevel(logging.WARNING)
    return level


def names_config(command: Command) -> Command:
    """FILE and --path, of a command that reads a config: what `surroundings.config_file` takes."""
    file = click.argument("file", type=_PLACE, required=False, shell_complete=completing.config_files)
    said = "Where to look for config.yaml when FILE is not given."
    return file(click.option("--path", "folder", type=_PLACE, default=".", help=said)(command))


def _docker(context: click.Context, option: click.Parameter, wanted: bool) -> None:  # noqa: ARG001
    if wanted:
        say("warning: --docker has no meaning here: Plano runs natively")


docker = click.option("--docker", is_flag=True, expose_value=False, callback=_docker, help="Has no meaning any more.")
verbose = click.option("-v", "--verbose", is_flag=True, help="Say more of what is done.")
