"""What `planoai` says of its commands."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from planoai.cli import COMMANDS, LATER, MEANT, SPELLINGS, main, manual
from planoai.cli.version import SKIP

PAGE = Path(__file__).parents[2] / "docs" / "help.md"
TAGLINE = "The Delivery Infrastructure for Agentic Apps"


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command and what is below it, by what a user types."""
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {below}", each) for below, each in command.commands.items())


def test_help_imports_no_command() -> None:
    code = "import sys; from planoai.cli import main; main(['--help'], standalone_mode=False); print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = said.splitlines()[-1].split()
    assert "planoai.cli" in loaded
    assert not {"asyncio", "msgspec", "yaml", "uvloop", "rich", "urllib.request", "difflib"} & set(loaded)
    assert not {row.place.partition(":")[0] for row in COMMANDS.values()} & set(loaded)
    assert all(f"\n  {name} " in said for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_line_of_the_list_is_the_start_of_the_help_it_stands_for(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.help is not None
    assert command.help.startswith(COMMANDS[name].line.rstrip("."))
    assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_the_help_of_every_command_has_an_example_that_begins_with_its_name() -> None:
    without = [name for name, command in commands() if not _example(command.help or "", name)]
    assert without == []


def _example(text: str, name: str) -> bool:
    _, _, examples = text.partition("Example")
    return any(f"planoai {name}" in line for line in examples.splitlines())


def test_the_page_has_the_help_of_every_command() -> None:
    assert PAGE.read_text() == manual.page(), "run `python -m planoai.cli.manual > docs/help.md`"
    assert {name for name, _ in manual.texts()} == {"planoai", *(f"planoai {name}" for name, _ in commands())}


def test_alone_it_shows_who_it_is_and_the_help() -> None:
    alone = CliRunner().invoke(main, [])
    assert alone.exit_code == 0
    assert alone.output.startswith("    ____")
    assert alone.output.endswith(CliRunner().invoke(main, ["--help"]).output)
    assert f"\n{TAGLINE}\n" in alone.output
    assert "\x1b" not in alone.output


def test_colours_are_for_terminals_whose_owner_wants_them() -> None:
    assert "\x1b[38;2;150;159;244m" in CliRunner().invoke(main, [], color=True).output
    assert "\x1b" not in CliRunner().invoke(main, [], color=True, env={"NO_COLOR": "1"}).output
    assert "\x1b" in CliRunner().invoke(main, [], color=True, env={"NO_COLOR": ""}).output


def test_commands_stand_in_sections() -> None:
    _, _, said = CliRunner().invoke(main, ["--help"]).output.partition("\nGateway Commands:\n")
    gateway, _, rest = said.partition("\nUtilities:\n")
    assert [line.split()[0] for line in gateway.splitlines()] == ["up", "down", "reload", "build", "logs", "status"]
    assert {line.split()[0] for line in rest.splitlines()} == set(COMMANDS) - {
        line.split()[0] for line in gateway.splitlines()
    }


@pytest.mark.parametrize("name", [*LATER, *SPELLINGS, "cli_agent", "generate_prompt_targets", "prompt_targets"])
def test_a_command_of_plano_that_is_to_come_is_known(name: str) -> None:
    told = CliRunner().invoke(main, [name, "--port", "4317"])
    assert told.exit_code == 2
    assert told.stdout == ""
    assert told.stderr.endswith("is not in this version yet\n")


def test_no_command_is_both_here_and_to_come() -> None:
    assert COMMANDS.keys().isdisjoint(LATER)
    assert set(SPELLINGS.values()) <= {*COMMANDS, *LATER}


@pytest.mark.parametrize(("name", "meant"), MEANT.items())
def test_a_command_that_is_called_otherwise_elsewhere_is_named(name: str, meant: str) -> None:
    told = CliRunner().invoke(main, [name])
    assert told.exit_code == 2
    assert told.stderr.endswith(f"there is no command {name!r}; did you mean {meant!r}?\n")
    assert name not in COMMANDS
    assert meant in COMMANDS or CliRunner(env={SKIP: "1"}).invoke(main, [meant]).exit_code == 0


def test_what_is_no_command_is_wrong_use_and_the_nearest_is_named() -> None:
    told = CliRunner().invoke(main, ["vaildate", "config.yaml"])
    assert told.exit_code == 2
    assert "there is no command 'vaildate'; did you mean 'validate'" in told.stderr
    assert CliRunner().invoke(main, ["no_command"]).exit_code == 2
    assert "No such option" in CliRunner().invoke(main, ["--no-option"]).stderr
