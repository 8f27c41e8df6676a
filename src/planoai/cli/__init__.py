"""The command `planoai`: one command a file, imported when it is run, so that `--help` stays quick."""

import errno
import os
import sys
from importlib import import_module
from typing import NamedTuple, cast

import click
from click.shell_completion import CompletionItem

from planoai.errors import PlanoError
from planoai.process import streams


class Row(NamedTuple):
    """Where a command stands, its line in `planoai --help` (the first sentence of its own help), and the section that has the line."""

    place: str
    line: str
    group: str


_GATEWAY = "Gateway Commands"
_UTILITIES = "Utilities"

# In the order of `planoai --help`.
COMMANDS = {
    "up": Row("planoai.cli.up:up", "Serve the gateway that FILE describes.", _GATEWAY),
    "down": Row("planoai.cli.down:down", "Stop the gateway that runs.", _GATEWAY),
    "reload": Row("planoai.cli.reload:reload", "Serve the config as it is now, without losing a request.", _GATEWAY),
    "build": Row("planoai.cli.build:build", "Check that this installation is whole.", _GATEWAY),
    "logs": Row("planoai.cli.logs:logs", "Show the requests that were served, one a line.", _GATEWAY),
    "status": Row("planoai.cli.status:status", "Show the gateway that runs.", _GATEWAY),
    "init": Row("planoai.cli.init:init", "Write a config to begin with.", _UTILITIES),
    "validate": Row(
        "planoai.cli.validate:validate", "Say everything that is wrong with a config, and how to mend it.", _UTILITIES
    ),
    "doctor": Row("planoai.cli.doctor:doctor", "Look for what would keep a gateway from working.", _UTILITIES),
    "models": Row("planoai.cli.models:models", "List the models that wildcards of a config stand for.", _UTILITIES),
    "prices": Row("planoai.cli.prices:prices", "Show what models cost, and who says so.", _UTILITIES),
    "test": Row("planoai.cli.test:test", "Ask a model one question, as the config says.", _UTILITIES),
    "demo": Row("planoai.cli.demo:demo", "See each client talk to the other API's model.", _UTILITIES),
    "signals": Row("planoai.cli.signals:signals", "Read conversations for behavioural signals.", _UTILITIES),
    "simulate": Row("planoai.cli.simulate:simulate", "Serve a simulated provider.", _UTILITIES),
    "grafana": Row("planoai.cli.grafana:grafana", "Write what shows the gateway in Grafana.", _UTILITIES),
    "completion": Row("planoai.cli.completion:completion", "Print the completion script of a shell.", _UTILITIES),
}

# Commands that belong to Plano and are still to come: who asks for one has not mistyped it.
LATER = ("chatgpt", "cli-agent", "console", "generate-prompt-targets", "obs", "route", "trace")

# What else a command is called, here and there.
SPELLINGS = {"prompt-targets": "generate-prompt-targets"}

# What others call it, who have not seen the list yet.
MEANT = {
    "start": "up",
    "run": "up",
    "serve": "up",
    "stop": "down",
    "restart": "reload",
    "check": "validate",
    "version": "--version",
    "help": "--help",
}

_LOGO = r"""
    ____  __
   / __ \/ /___ _____  ____
  / /_/ / / __ `/ __ \/ __ \
 / ____/ / /_/ / / / / /_/ /
/_/   /_/\__,_/_/ /_/\____/
"""
_TAGLINE = "The Delivery Infrastructure for Agentic Apps"
_COLOUR = (150, 159, 244)


class Commands(click.Group):
    """A group whose commands stand in COMMANDS. `_` and `-` are the same in a command's name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        row = COMMANDS.get(_spelled(cmd_name))
        if row is None:
            return None
        module, _, name = row.place.partition(":")
        return cast("click.Command", getattr(import_module(module), name))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = _spelled(args[0])
        if name not in COMMANDS and not ctx.resilient_parsing and not name.startswith("-"):
            ctx.fail(_unknown(name))
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """As click's own, without importing every command for its line."""
        rows = ((name, row.line) for name, row in COMMANDS.items() if name.startswith(incomplete))
        return [
            *(CompletionItem(name, help=line) for name, line in rows),
            *click.Command.shell_complete(self, ctx, incomplete),
        ]

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: object
    ) -> click.Context:
        """Before anything is said, `--help` and `--version` included: the streams are such that it can be."""
        streams.fill()
        streams.take_anything()
        if os.environ.get("NO_COLOR"):
            extra["color"] = False
        return super().make_context(info_name, args, parent, **extra)

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
        longest = max(map(len, COMMANDS))
        for group in dict.fromkeys(row.group for row in COMMANDS.values()):
            with formatter.section(group):
                formatter.write_dl(
                    [(name.ljust(longest), row.line) for name, row in COMMANDS.items() if row.group == group]
                )


def _spelled(name: str) -> str:
    """The one name of a command, however it is written."""
    name = name.replace("_", "-")
    return SPELLINGS.get(name, name)


def _unknown(name: str) -> str:
    from planoai.table import suggestion  # what looks for likenesses is needed by nobody else who asks for help

    if name in LATER:
        return f"`planoai {name}` is not in this version yet"
    near = f"; did you mean {MEANT[name]!r}?" if name in MEANT else suggestion(name, COMMANDS)
    return f"there is no command {name!r}{near}"


def _forget_unwritten() -> None:
    """What stdout could not take would be tried again when the process ends, and be a traceback then."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _version(ctx: click.Context, option: click.Parameter, wanted: bool) -> None:  # noqa: ARG001
    if wanted and not ctx.resilient_parsing:
        from planoai.cli.version import tell

        tell()
        ctx.exit()


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version, and whether there is a newer one.",
)
@click.pass_context
def main(context: click.Context) -> None:
    """An AI-native proxy and data plane for agents: every model behind every API, from one YAML file.

    \b
    Examples:
      planoai init
      planoai up config.yaml
      planoai COMMAND --help
    """
    if context.invoked_subcommand is None:
        click.secho(_LOGO.strip("\n"), fg=_COLOUR)
        click.echo(f"\n{_TAGLINE}\n")
        click.echo(context.get_help())
