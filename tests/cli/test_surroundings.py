"""Homes, paths, variables and outputs as nobody wishes them: a sentence, and no traceback."""

import os
from pathlib import Path

import pytest

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
