"""What `planoai` says of its commands."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from planoai.cli import COMMANDS, main


def test_help_imports_no_command() -> None:
    code = "import sys; from planoai.cli import main; main(['--help'], standalone_mode=False); print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = said.splitlines()[-1].split()
    assert "planoai.cli" in loaded
    assert not {"asyncio", "msgspec", "yaml", "uvloop", "rich"} & set(loaded)
    assert not {row.place.partition(":")[0] for row in COMMANDS.values()} & set(loaded)
    assert all(f"\n  {name} " in said for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_line_of_the_list_is_the_start_of_the_help_it_stands_for(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.help is not None
    assert command.help.startswith(COMMANDS[name].line.rstrip("."))
    assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_an_underscore_is_a_dash_and_what_is_no_command_is_wrong_use() -> None:
    assert CliRunner().invoke(main, ["no_command"]).exit_code == 2
