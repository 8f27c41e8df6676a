"""`planoai build`: is all of it there."""

from importlib.metadata import requires, version

import pytest
from click.testing import CliRunner

from planoai import __version__
from planoai.cli import COMMANDS, build, main


@pytest.mark.parametrize("flags", [[], ["--docker", "--native"]])
def test_an_installation_that_is_whole_is_said_to_be(flags: list[str]) -> None:
    done = CliRunner().invoke(main, ["build", *flags])
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(f"planoai {__version__}\nPython 3.")
    assert f"\nuvloop {version('uvloop')}\n" in done.stdout
    assert f" {len(COMMANDS)} commands, " in done.stdout.splitlines()[-1]


def test_every_module_is_looked_at() -> None:
    found = set(build.modules())
    assert {row.place.partition(":")[0] for row in COMMANDS.values()} <= found
    assert {"planoai.process.worker", "planoai.providers.registry", "planoai.errors"} <= found
    assert "planoai.__main__" not in found


def test_a_module_that_can_not_be_imported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "modules", lambda: iter(["planoai.errors", "planoai.not_there"]))
    done = CliRunner().invoke(main, ["build"])
    assert done.exit_code == 1
    assert "planoai.not_there: No module named 'planoai.not_there'" in done.stderr
    assert "planoai.errors" not in done.stderr


def test_a_library_that_is_not_installed_is_named() -> None:
    told = dict(build.libraries([*(requires("planoai") or ()), "no-such-library[extra]>=2; python_version > '3'"]))
    assert told["no-such-library"] is None
    assert told["click"] == version("click")
