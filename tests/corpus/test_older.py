"""Configs as they were written for older versions of the format: each loads, and rewritten in the newest form it means the same."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from planoai.cli import main
from planoai.config.load import Loaded, load
from planoai.config.older.migrate import NEWEST

OLDER = sorted((Path(__file__).parent / "older").glob("*.yaml"))
LISTENERS = {
    "function-of-a-service": [("model", "egress_traffic", 12000), ("prompt", "ingress_traffic", 10000)],
    "model-gateway": [("model", "egress_traffic", 12000)],
    "preference-routing": [("model", "egress_traffic", 12000)],
    "two-agents": [("agent", "travel", 8001), ("model", "egress_traffic", 12000)],
    "weather-forecast": [("prompt", "ingress_traffic", 10000), ("model", "egress_traffic", 12000)],
}
each_file = pytest.mark.parametrize("file", OLDER, ids=lambda file: file.stem)


def keys(text: str) -> dict[str, str]:
    return {name: f"of-{name}" for name in re.findall(r"\$\{?(\w+_KEY)", text)}


def loaded(text: str) -> Loaded:
    return load(text, keys(text))


def migrated(old: Path, new: Path) -> Result:
    environ = keys(old.read_text())
    return CliRunner().invoke(main, ["validate", str(old), "--migrate", "-o", str(new)], env=environ)


def rewritten(file: Path, folder: Path) -> str:
    result = migrated(file, folder / "new.yaml")
    assert result.exit_code == 0, result.stderr
    return (folder / "new.yaml").read_text()


def comments(text: str) -> list[str]:
    return sorted(re.findall(r"(?:^|\s)(#.*)", text))


def test_every_older_version_is_among_them() -> None:
    versions = {re.findall(r"^version: (\S+)", file.read_text(), re.MULTILINE)[0] for file in OLDER}
    assert versions == {"v0.1", "v0.1.0", "0.1-beta", "0.2.0", "v0.3.0"}


@each_file
def test_it_loads_and_is_told_to_be_old(file: Path) -> None:
    found = loaded(file.read_text())
    assert found.config.version == NEWEST
    assert sorted((each.type, each.name, each.port) for each in found.config.listeners) == sorted(LISTENERS[file.stem])
    assert any("older version" in warning for warning in found.warnings)


@each_file
def test_rewritten_it_means_the_same(file: Path, tmp_path: Path) -> None:
    old, new = loaded(file.read_text()), loaded(rewritten(file, tmp_path))
    assert new.config == old.config
    assert {note.path for note in new.later} == {note.path for note in old.later}


@each_file
def test_rewritten_it_keeps_its_comments_and_its_variables(file: Path, tmp_path: Path) -> None:
    old, new = file.read_text(), rewritten(file, tmp_path)
    assert comments(new) == comments(old)
    assert sorted(re.findall(r"\$\w+", new)) == sorted(re.findall(r"\$\w+", old))


@each_file
def test_rewritten_it_is_told_to_be_new(file: Path, tmp_path: Path) -> None:
    text = rewritten(file, tmp_path)
    assert not [warning for warning in loaded(text).warnings if "old" in warning or "deprecated" in warning]
    again = migrated(tmp_path / "new.yaml", tmp_path / "newer.yaml")
    assert again.exit_code == 0
    assert not (tmp_path / "newer.yaml").exists()
    assert (tmp_path / "new.yaml").read_text() == text


def test_preferences_inside_entries_are_gathered() -> None:
    preferences = loaded((OLDER[0].parent / "preference-routing.yaml").read_text()).config.routing_preferences
    assert [(each.name, each.models) for each in preferences] == [
        ("code understanding", ("openai/gpt-4o",)),
        ("code generation", ("openai/gpt-4o", "anthropic/claude-sonnet-4-5")),
        ("prose", ("anthropic/claude-sonnet-4-5",)),
    ]


def test_prose_and_numbers_of_a_prompt_target_arrive_as_text() -> None:
    config = loaded((OLDER[0].parent / "weather-forecast.yaml").read_text()).config
    assert config.system_prompt is not None
    assert "$UNIT" in config.system_prompt
    assert [each.default for each in config.prompt_targets[0].parameters] == [None, "7"]
