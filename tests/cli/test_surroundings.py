"""Homes, paths, variables and outputs as nobody wishes them: a sentence, and no traceback."""

import os
from pathlib import Path

import click
import pytest

from planoai.cli.surroundings import config_file
from planoai.process.home import Home
from tests.cli.command import KEY, done, lives, written

COMMANDS = {"up": ("up", "config.yaml"), "down": ("down",), "reload": ("reload",), "logs": ("logs",)}
NOT_UTF8 = os.fsdecode(b"caf\xe9")


async def test_a_variable_that_is_no_text_stands_in_nobodys_way(tmp_path: Path, home: Home) -> None:
    file, _ = written(tmp_path)
    up = await done("up", str(file), home=home, environ={**KEY, "PLACE": NOT_UTF8, NOT_UTF8: "x"})
    assert up.code == 0, up.err
    assert lives(home).state == "serving"


@pytest.mark.parametrize("mode", [[], ["--foreground"]], ids=["background", "foreground"])
async def test_a_path_that_is_no_text_is_refused(tmp_path: Path, home: Home, mode: list[str]) -> None:
    folder = tmp_path / NOT_UTF8
    folder.mkdir()
    file, _ = written(folder)
    up = await done("up", str(file), *mode, home=home)
    assert up.code == 1
    assert f"{tmp_path}/caf?/config.yaml can not be used: its name is not UTF-8" in up.err
    assert not home.in_use()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("root", "said"),
    [
        ("~nobody-of-this-name/x", "PLANO_HOME, ~nobody-of-this-name/x: there is no such user, or one without a home"),
        (f"/nowhere/{NOT_UTF8}", "/nowhere/caf? can not be used: its name is not UTF-8"),
    ],
    ids=["of nobody", "no text"],
)
async def test_a_home_that_can_not_be(tmp_path: Path, home: Home, command: str, root: str, said: str) -> None:
    written(tmp_path)
    words = [str(tmp_path / each) if each.endswith(".yaml") else each for each in COMMANDS[command]]
    refused = await done(*words, home=home, environ={**KEY, "PLANO_HOME": root})
    assert refused.code == 1
    assert said in refused.err


async def test_a_home_with_a_name_that_is_too_long(tmp_path: Path, home: Home) -> None:
    file, _ = written(tmp_path)
    refused = await done("up", str(file), home=home, environ={**KEY, "PLANO_HOME": "/" + 300 * "x"})
    assert refused.code == 1
    assert f"/{300 * 'x'}" in refused.err
    assert "can not be used: file name too long" in refused.err


@pytest.mark.parametrize("mode", [[], ["--foreground"]], ids=["background", "foreground"])
async def test_a_home_that_is_a_file(tmp_path: Path, home: Home, mode: list[str]) -> None:
    file, _ = written(tmp_path)
    home.root.touch()
    refused = await done("up", str(file), *mode, home=home)
    assert refused.code == 1
    assert f"Error: {home.root} can not be used: file exists\n" in refused.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
async def test_an_output_that_takes_nothing(home: Home) -> None:
    with open("/dev/full", "wb") as full:
        refused = await done("down", home=home, stdout=full.fileno())
    assert refused.code == 1
    assert refused.err.endswith("Error: no space left on device\n")


@pytest.mark.parametrize("name", ["config.yaml", "plano_config.yaml"])
def test_the_config_of_a_folder_is_found(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert config_file(None, tmp_path) == tmp_path / name


def test_of_two_configs_in_a_folder_the_shorter_name_is_the_one(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").touch()
    (tmp_path / "plano_config.yaml").touch()
    assert config_file(None, tmp_path) == tmp_path / "config.yaml"


def refused(file: Path | None, folder: Path) -> str:
    with pytest.raises(click.ClickException) as caught:
        config_file(file, folder)
    return caught.value.message


@pytest.mark.parametrize(
    ("there", "asked", "end"),
    [
        ("config.yaml", "confg.yaml", "; did you mean 'config.yaml'?"),
        ("config.yml", None, "; did you mean 'config.yml'?"),
        ("gateway.yaml", "zzz.yaml", "; there is 'gateway.yaml'"),
        ("notes.txt", "config.yaml", "; `planoai init` writes one to begin with"),
        ("notes.txt", None, "; `planoai init` writes one to begin with"),
        (NOT_UTF8 + ".yaml", None, "; `planoai init` writes one to begin with"),
    ],
)
def test_a_config_that_is_not_there_is_told_with_what_may_have_been_meant(
    tmp_path: Path, there: str, asked: str | None, end: str
) -> None:
    (tmp_path / there).touch()
    missing = "config.yaml or plano_config.yaml in " if asked is None else "file "
    where = str(tmp_path) if asked is None else str(tmp_path / asked)
    assert refused(tmp_path / asked if asked else None, tmp_path) == f"there is no {missing}{where}{end}"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert refused(None, tmp_path / "nowhere").endswith("nowhere; there is no such folder")
    assert refused(tmp_path / "nowhere" / "config.yaml", tmp_path).startswith("there is no file ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("command", ["up", "validate", "doctor"])
async def test_a_file_that_may_not_be_read_is_no_wrong_use(tmp_path: Path, home: Home, command: str) -> None:
    file, _ = written(tmp_path)
    file.chmod(0)
    told = await done(command, str(file), home=home)
    assert told.code == 1
    assert f"{file} can not be read: permission denied" in told.out + told.err


def test_a_folder_in_the_place_of_a_file_is_told_with_the_option_that_takes_it(tmp_path: Path) -> None:
    assert refused(tmp_path, Path()) == f"{tmp_path} is a folder; `--path {tmp_path}` looks for config.yaml in it"
    folder = tmp_path / "my configs"
    folder.mkdir()
    assert f"; `--path '{folder}'` looks" in refused(folder, Path())
