"""The command `planoai`: one command a file, imported when it is run, so that `--help` stays quick."""

import errno
import os
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import NamedTuple, cast

import click

from planoai import __version__
from planoai.errors import PlanoError
from planoai.process import streams


class Row(NamedTuple):
    """Where a command stands, and its line in `planoai --help`: the first sentence of its own help."""

    place: str
    line: str
    group: str


COMMANDS = {
    "build": Row("planoai.cli.build:build", "Check that this installation is whole.", "Gateway"),
    "completion": Row(
        "planoai.cli.completion:completion",
        "Print what makes a shell complete the commands, files and models of `planoai`.",
        "Utilities",
    ),
    "demo": Row("planoai.cli.demo:demo", "See each client talk to the other API's model.", "Utilities"),
    "doctor": Row("planoai.cli.doctor:doctor", "Look for what would keep a gateway from working.", "Utilities"),
    "down": Row("planoai.cli.down:down", "Stop the gateway that runs.", "Gateway"),
    "init": Row("planoai.cli.init:init", "Write a config to begin with.", "Utilities"),
    "logs": Row("planoai.cli.logs:logs", "Show the requests that were served, one a line.", "Gateway"),
    "models": Row("planoai.cli.models:models", "List the models that wildcards of a config stand for.", "Utilities"),
    "reload": Row("planoai.cli.reload:reload", "Serve the config as it is now, without losing a request.", "Gateway"),
    "simulate": Row("planoai.cli.simulate:simulate", "Serve a simulated provider.", "Utilities"),
    "status": Row("planoai.cli.status:status", "Show the gateway that runs.", "Gateway"),
    "test": Row("planoai.cli.test:test", "Ask a model one question, as the config says.", "Utilities"),
    "up": Row("planoai.cli.up:up", "Serve the gateway that FILE describes.", "Gateway"),
    "validate": Row(
        "planoai.cli.validate:validate", "Say everything that is wrong with a config, and how to mend it.", "Utilities"
    ),
}


class Commands(click.Group):
    """A group whose commands stand in COMMANDS. `_` and `-` are the same in a command's name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        row = COMMANDS.get(cmd_name.replace("_", "-"))
        if row is None:
            return None
        module, _, name = row.place.partition(":")
        return cast("click.Command", getattr(import_module(module), name))

    def invoke(self, ctx: click.Context) -> object:
        """What can not be done is told in a sentence, whichever command met it."""
        try:
            return super().invoke(ctx)
        except PlanoError as error:
            raise click.ClickException(error.message) from None
        except OSError as error:
            if error.errno == errno.EPIPE:  # nobody reads any more: click leaves without a word
                raise
            _forget_unwritten()
            reason = (error.strerror or str(error)).lower()
            where = "" if error.filename is None else f"{error.filename} can not be used: "
            raise click.ClickException(f"{where}{reason}") from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].line) for name in sorted(COMMANDS)])


def _forget_unwritten() -> None:
    """What stdout could not take would be tried again when the process ends, and be a traceback then."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="plano version %(version)s")
def main() -> None:
    """An AI-native proxy and data plane for agents: every model behind every API, from one YAML file."""
    streams.fill()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # not every terminal has a check mark
