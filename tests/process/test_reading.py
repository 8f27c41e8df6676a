"""From files to a config, or to what is wrong with a file."""

import os
from pathlib import Path

import pytest

from planoai.config.load import Loaded
from planoai.process.reading import read
from planoai.process.told import Refused

CONFIG = "version: v0.4.0\nmodel_providers:\n  - {model: openai/gpt-4o, access_key: $THE_KEY}\n"


def refused(file: Path) -> str:
    found = read(file, {})
    assert isinstance(found, Refused)
    assert not found.of_config
    [problem] = found.problems
    return problem


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


def test_a_file_and_what_is_beside_it(file: Path) -> None:
    file.write_text(CONFIG)
    (file.parent / ".env").write_text("THE_KEY=sk-1\n")
    found = read(file, {})
    assert isinstance(found, Loaded)
    assert found.config.model_providers[0].access_key == "sk-1"


def test_no_file(file: Path) -> None:
    assert refused(file) == f"there is no file {file}"


def test_a_file_that_is_not_text_is_named(file: Path) -> None:
    file.write_bytes(b"version: \xff\n")
    assert refused(file) == f"{file} can not be read: byte 10 is not UTF-8"


def test_the_variables_beside_it_are_blamed_for_what_is_wrong_in_them(file: Path) -> None:
    file.write_text(CONFIG)
    beside = file.parent / ".env"
    beside.write_bytes(b"THE_KEY=sk-\xff\n")
    assert refused(file) == f"{beside} can not be read: byte 12 is not UTF-8"


def test_a_folder_is_no_file(file: Path) -> None:
    file.mkdir()
    assert refused(file) == f"{file} is no file that can be read again, as each reload does: write the config to one"


def test_a_pipe_is_no_file_and_nobody_waits_for_it(file: Path) -> None:
    os.mkfifo(file)
    assert "is no file that can be read again" in refused(file)


def test_a_link_to_a_file_is_one(file: Path) -> None:
    file.with_name("other.yaml").write_text(CONFIG.replace("$THE_KEY", "sk-1"))
    file.symlink_to("other.yaml")
    assert isinstance(read(file, {}), Loaded)
