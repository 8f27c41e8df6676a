"""The command `planoai`: one command a file, imported when it is asked for, so that `--help` stays quick."""

from importlib import import_module
from typing import cast

import click

from planoai import __version__

COMMANDS = {
    "demo": "planoai.cli.demo:demo",
    "simulate": "planoai.cli.simulate:simulate",
    "up": "planoai.cli.up:up",
}


class Commands(click.Group):
    """A group whose commands stand in COMMANDS. `_` and `-` are the same in a command's name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        place = COMMANDS.get(cmd_name.replace("_", "-"))
        if place is None:
            return None
        module, _, name = place.partition(":")
        return cast("click.Command", getattr(import_module(module), name))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="plano version %(version)s")
def main() -> None:
    """An AI-native proxy and data plane for agents: every model behind every API, from one YAML file."""
