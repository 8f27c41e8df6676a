"""What Tab offers, and the scripts that ask for it."""

import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from planoai.cli import COMMANDS, completing, main
from planoai.cli.completion import SHELLS
from planoai.cli.init import template
from planoai.providers import catalog
from planoai.providers.provider import Provider

CONFIG = """
version: v0.4.0
model_providers:
  - {model: openai/gpt-4o, access_key: $A_KEY_NOBODY_HAS_SET, default: true}
  - {model: anthropic/*, access_key: $ANOTHER}
  - {model: custom/own, name: mine, provider_interface: openai, base_url: "${A_HOST}"}
model_aliases:
  fast: {target: gpt-4o}
"""

ASK = click.Command(
    "ask",
    params=[
        click.Argument(["model"], shell_complete=completing.models),
        click.Argument(["file"], shell_complete=completing.config_files, type=click.Path(path_type=Path)),
        click.Option(["--path", "folder"], type=click.Path(path_type=Path)),
        click.Option(["--template"], shell_complete=completing.templates),
    ],
)


def offered(*words: str, of: click.Command = ASK) -> list[str]:
    """What Tab offers after `words`, of which the last is being typed."""
    *before, incomplete = words
    return [each.value for each in ShellComplete(of, {}, "x", "_X_COMPLETE").get_completions(before, incomplete)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_models_are_those_of_the_config_by_every_name_they_are_listed_under(folder: Path) -> None:
    (folder / "config.yaml").write_text(CONFIG)
    names = offered("")
    assert {"fast", "openai/gpt-4o", "mine"} <= set(names)
    assert any(name.startswith("anthropic/claude-") for name in names)
    assert names == sorted(set(names))
    assert offered("fa") == ["fast"]
    assert offered("groq/") == []


def test_the_config_is_the_one_that_the_line_names(folder: Path) -> None:
    (folder / "other").mkdir()
    (folder / "other" / "plano_config.yaml").write_text(CONFIG)
    assert offered("--path", "other", "mi") == ["mine"]
    assert "mine" not in offered("mi")


@pytest.mark.parametrize("text", [None, "", "model_providers: [", "version: v9\n", "\x00", "listeners: 7"])
def test_without_a_config_that_is_right_models_are_those_of_the_providers(folder: Path, text: str | None) -> None:
    if text is not None:
        (folder / "config.yaml").write_text(text)
    assert {"openai/", "anthropic/", "groq/"} <= set(offered(""))
    assert all(name.endswith("/") for name in offered(""))
    assert offered("mist")[0] == "mistral/"
    assert len(offered("mist")) > 1
    assert all(name.startswith("openai/gpt-") for name in offered("openai/gpt-"))
    assert "openai/gpt-4o" in offered("openai/gpt-")


def test_a_config_that_is_no_text_offers_the_providers(folder: Path) -> None:
    (folder / "config.yaml").write_bytes(b"\xff\xfe")
    assert "openai/" in offered("op")


def test_a_provider_is_offered_for_having_a_row(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = Provider(name="newcomer", display="Newcomer", base_url="https://api.newcomer.test/v1")
    monkeypatch.setitem(catalog.PROVIDERS, "newcomer", row)
    assert offered("newc") == ["newcomer/"]


def test_files_are_those_of_yaml_and_the_shells_own_where_there_are_none(folder: Path) -> None:
    (folder / "conf").mkdir()
    for name in ("config.yaml", "other.yml", "notes.txt", ".hidden.yaml", "conf/team.yaml"):
        (folder / name).write_text("")
    assert offered("gpt-4o", "") == ["config.yaml", "other.yml"]
    assert offered("gpt-4o", "conf/") == ["conf/team.yaml"]
    assert offered("gpt-4o", f"{folder}/o") == [f"{folder}/other.yml"]
    assert offered("gpt-4o", ".h") == [".hidden.yaml"]


@pytest.mark.parametrize("command", ["up", "validate", "doctor", "models refresh", "test fast"])
def test_a_command_that_takes_a_config_is_offered_the_configs_that_there_are(folder: Path, command: str) -> None:
    (folder / "config.yaml").write_text(CONFIG)
    assert offered(*command.split(), "con", of=main) == ["config.yaml"]


def test_a_command_that_takes_a_model_is_offered_those_of_the_config(folder: Path) -> None:
    (folder / "config.yaml").write_text(CONFIG)
    assert offered("test", "fa", of=main) == ["fast"]


@pytest.mark.parametrize("start", ["conf", "no/such/", "~nobody-is-called-so/", "\x00"])
def test_where_no_file_is_found_the_shell_looks_itself(folder: Path, start: str) -> None:
    [item] = ShellComplete(ASK, {}, "x", "_X_COMPLETE").get_completions(["gpt-4o"], start)
    assert (item.type, item.value) == ("file", start)


def test_templates_are_those_that_can_be_written() -> None:
    assert offered("--template", "") == list(template.offered())
    assert offered("--template", "te") == ["team"]


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_has_a_script_that_asks_planoai(shell: str) -> None:
    said = CliRunner().invoke(main, ["completion", shell])
    assert said.exit_code == 0
    assert f"_PLANOAI_COMPLETE={shell}_complete" in said.stdout


def test_another_shell_is_wrong_use() -> None:
    assert CliRunner().invoke(main, ["completion", "tcsh"]).exit_code == 2
    assert CliRunner().invoke(main, ["completion"]).exit_code == 2


def test_commands_are_offered_by_their_names_and_lines() -> None:
    assert offered("", of=main) == list(COMMANDS)
    assert offered("va", of=main) == ["validate"]
    assert offered("--ver", of=main) == ["--version"]
    assert offered("no-command", "val", of=main) == ["validate"]
    [item] = ShellComplete(main, {}, "x", "_X_COMPLETE").get_completions([], "val")
    assert item.help == COMMANDS["validate"].line


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_with_its_script(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("")
    program = tmp_path / "planoai"
    code = "from planoai.cli import main; main(prog_name='planoai')"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{code}" "$@"\n')
    program.chmod(0o700)
    (tmp_path / "script").write_text(CliRunner().invoke(main, ["completion", "bash"]).stdout)
    tab = "COMP_WORDS=(planoai models refresh con); COMP_CWORD=3; COMPREPLY=(); _planoai_completion ./planoai"
    asked = f'source ./script; {tab}; echo "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", asked], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("config.yaml\n", "")
