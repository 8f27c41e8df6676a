"""`planoai up`: serve a config."""

import asyncio
import logging
import os
from collections.abc import Sequence
from pathlib import Path

import click

from planoai import __version__
from planoai.config.load import Loaded, load
from planoai.config.schema import Config
from planoai.errors import ConfigError

NAMES = ("config.yaml", "plano_config.yaml")
LEVELS = ("debug", "info", "warn", "warning", "error")


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--path",
    "folder",
    type=click.Path(path_type=Path),
    default=".",
    help="Where to look for config.yaml when FILE is not given.",
)
@click.option("--foreground", is_flag=True, help="Stay attached; Ctrl-C stops it.")
def up(file: Path | None, folder: Path, foreground: bool) -> None:
    """Serve the gateway that FILE describes.

    \b
    Example:
      planoai up config.yaml --foreground
    """
    if not foreground:
        raise click.UsageError("this version serves in the foreground only: add --foreground")
    configure_logging(os.environ.get("LOG_LEVEL") or "info")
    loaded = read(file or find(folder))
    config = loaded.config

    def started(addresses: list[tuple[str, int]]) -> None:
        for host, port in addresses:
            say(f"planoai {__version__} serves {summary(config)} on {url(host, port)} (Ctrl-C stops it)")

    def stopping(running: int) -> None:
        if running:
            say(
                f"waiting for {running} running request{'s' if running > 1 else ''}; Ctrl-C again cuts {'them' if running > 1 else 'it'}"
            )

    import uvloop

    from planoai.gateway.build import models_of
    from planoai.process.worker import work

    try:
        models_of(config)
    except ConfigError as error:
        raise failure([loaded.located(problem) for problem in error.problems]) from None
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(work(config, started, stopping))
        except ConfigError as error:  # the config is sound: an address of it can not be had on this machine
            raise click.ClickException("\n".join(map(loaded.located, error.problems))) from None


def find(folder: Path) -> Path:
    """The config in `folder`."""
    for name in NAMES:
        if (folder / name).is_file():
            return folder / name
    raise click.ClickException(
        f"there is no {' or '.join(NAMES)} in {folder}: name the file, as in `planoai up FILE --foreground`"
    )


def read(file: Path) -> Loaded:
    """The config in `file`, with the `.env` beside it; its warnings are told."""
    try:
        text = file.read_text(encoding="utf-8")
        beside = file.parent / ".env"
        dotenv = beside.read_text(encoding="utf-8") if beside.is_file() else ""
        loaded = load(text, os.environ, name=file.name, dotenv=dotenv)
    except FileNotFoundError:
        raise click.ClickException(f"there is no file {file}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file} can not be read: {error}") from None
    except ConfigError as error:
        raise failure(error.problems) from None
    for warning in loaded.warnings:
        say(f"warning: {warning}")
    return loaded


def failure(problems: Sequence[str]) -> click.ClickException:
    count = len(problems)
    return click.ClickException("\n".join([f"the config has {count} problem{'s' if count > 1 else ''}", *problems]))


def url(host: str, port: int) -> str:
    """RFC 3986, 3.2.2: an address of IPv6 stands in brackets."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def summary(config: Config) -> str:
    names = [entry.name or entry.model for entry in config.model_providers]
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return shown or "no model"


def configure_logging(level: str) -> None:
    if level.lower() not in LEVELS:
        raise click.UsageError(f"Invalid log level {level!r} in LOG_LEVEL; there is {', '.join(LEVELS)}")
    logging.basicConfig(
        level=level.upper().replace("WARN", "WARNING") if level.lower() == "warn" else level.upper(),
        format="%(asctime)s - %(name)s - %(levelname)s - %(message)s",
    )


def say(text: str) -> None:
    """Talk goes to stderr: stdout is for results."""
    click.echo(text, err=True)
