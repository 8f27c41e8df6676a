"""What `--help` says, of every command on one page: `python -m planoai.cli.manual > docs/help.md`."""

import sys
from collections.abc import Iterator

import click

from planoai.cli import COMMANDS, main

_WIDTH = 100
_HEAD = """# Commands

What `planoai COMMAND --help` says, of every command. This page is made from the commands themselves: `python -m planoai.cli.manual > docs/help.md`.

Results go to stdout and talk to stderr. The exit code is 0 where all went well, 1 where it did not, and 2 where the command was used wrongly.
"""


def page() -> str:
    return "\n".join([_HEAD, *(f"## {name}\n\n```text\n{text}\n```\n" for name, text in texts())])


def texts() -> Iterator[tuple[str, str]]:
    """By what is typed: the help of `planoai`, of each command, and of what is below one."""
    whole = click.Context(main, info_name="planoai", terminal_width=_WIDTH, **main.context_settings)
    yield "planoai", _text(whole)
    for name in COMMANDS:
        command = main.get_command(whole, name)
        if command is not None:
            yield from _below(command, name, whole)


def _below(command: click.Command, name: str, parent: click.Context) -> Iterator[tuple[str, str]]:
    context = click.Context(command, info_name=name, parent=parent, **command.context_settings)
    yield context.command_path, _text(context)
    if isinstance(command, click.Group):
        for below, each in command.commands.items():
            yield from _below(each, below, context)


def _text(context: click.Context) -> str:
    return context.get_help().rstrip()


if __name__ == "__main__":
    sys.stdout.write(page())
