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


def test_a_text_has_one_digest_wherever_it_stands_and_another_has_another(file: Path, tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    digests = []
    for each, text in ((file, CONFIG), (tmp_path / "inner" / "plano.yaml", CONFIG), (file, CONFIG + "workers: 2\n")):
        each.write_text(text)
        found = read(each, {"THE_KEY": "sk-1"})
        assert isinstance(found, Loaded)
        digests.append(found.digest)
    assert digests[0] == digests[1] != digests[2]
    assert len(digests[0]) == 12


def test_what_can_not_be_read_is_told_as_values_too_and_by_the_variables_that_lack(file: Path) -> None:
    file.write_text(CONFIG)
    found = read(file, {})
    assert isinstance(found, Refused)
    assert (found.of_config, found.missing) == (True, ("THE_KEY",))
    assert [note.written("config.yaml") for note in found.notes] == list(found.problems)


def test_what_is_not_served_yet_is_refused_only_where_it_is_to_be_served(file: Path) -> None:
    file.write_text(CONFIG.replace("$THE_KEY", "sk-1") + "console: {enabled: true}\n")
    found = read(file, {})
    assert isinstance(found, Refused)
    assert found.of_config
    assert found.problems == ("config.yaml:4:10: console: `console` is not served by this version yet",)
    assert [note.written("config.yaml") for note in found.notes] == list(found.problems)
    looked_at = read(file, {}, refuse_unserved=False)
    assert isinstance(looked_at, Loaded)
    assert looked_at.config.console.enabled
    assert looked_at.unserved == found.problems


def test_models_of_two_entries_are_told_as_values_too(file: Path) -> None:
    file.write_text(
        "version: v0.4.0\nmodel_providers: [{model: openai/*}, {model: openrouter/openai/gpt-4o, name: gpt-4o}]\n"
    )
    found = read(file, {})
    assert isinstance(found, Loaded)
    assert [note.written("config.yaml") for note in found.notes] == list(found.warnings)


def test_no_file(file: Path) -> None:
    assert refused(file) == f"there is no file {file}"


def test_a_byte_that_is_no_text_is_told_at_its_place(file: Path) -> None:
    file.write_bytes("# für alle\nname: caf".encode() + b"\xe9\n")
    found = read(file, {})
    assert isinstance(found, Refused)
    assert found.problems == ("config.yaml:2:10: byte 22 is not UTF-8; save the file in that encoding",)
    assert [note.written(file.name) for note in found.notes] == list(found.problems)


def test_certificates_are_all_told_and_with_them_what_is_not_served_yet(file: Path) -> None:
    file.write_text(
        "version: v0.4.0\nlisteners:\n  - {type: model, name: a, tls: {cert: a.pem, key: b.pem}}\n"
        "console: {enabled: true}\noverrides: {upstream_tls_ca_path: c.pem}\n"
    )
    found = read(file, {})
    assert isinstance(found, Refused)
    assert [note.path for note in found.notes] == ["listeners[0].tls", "console", "overrides.upstream_tls_ca_path"]


def test_the_variables_beside_it_are_blamed_for_what_is_wrong_in_them(file: Path) -> None:
    file.write_text(CONFIG)
    beside = file.parent / ".env"
    beside.write_bytes(b"THE_KEY=sk-\xff\n")
    assert refused(file) == f"{beside} can not be read: byte 12 is not UTF-8"


def test_a_virtual_environment_with_the_name_of_the_variables_is_none_of_them(file: Path) -> None:
    file.write_text(CONFIG)
    (file.parent / ".env").mkdir()
    found = read(file, {"THE_KEY": "sk-1"})
    assert isinstance(found, Loaded)
    assert found.config.model_providers[0].access_key == "sk-1"


def test_a_folder_is_no_file(file: Path) -> None:
    file.mkdir()
    assert refused(file) == f"{file} is no file that can be read again, as each reload does: write what it says to one"


def test_a_pipe_is_no_file_and_nobody_waits_for_it(file: Path) -> None:
    os.mkfifo(file)
    assert "is no file that can be read again" in refused(file)


def test_what_is_too_long_to_be_a_config_is_not_read(file: Path) -> None:
    with file.open("wb") as opened:
        opened.truncate(20 * 1024 * 1024)
    assert refused(file) == f"{file} has 20 MiB, and more than 16 are not read"


def test_a_link_to_a_file_is_one(file: Path) -> None:
    file.with_name("other.yaml").write_text(CONFIG.replace("$THE_KEY", "sk-1"))
    file.symlink_to("other.yaml")
    assert isinstance(read(file, {}), Loaded)
