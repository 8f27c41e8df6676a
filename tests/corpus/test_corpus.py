"""What is said of configs with mistakes in them: every mistake at once, in its place, and no secret. `case` tells how they are written."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from planoai.cli import main
from planoai.process.home import Home
from tests.cli.command import done
from tests.corpus.case import CASES, Case, Expected

REFUSED = [case for case in CASES if case.problems]
ACCEPTED = [case for case in CASES if not case.problems]
MANY = 300


def laid(case: Case, folder: Path) -> Path:
    if case.dotenv:
        (folder / ".env").write_text(case.dotenv)
    file = folder / "config.yaml"
    file.write_bytes(case.config)
    return file


def run(case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    """`planoai WORDS FILE` in this process, with the variables of the case and no others that a config may name."""
    file = laid(case, folder)
    for name in [name for name in os.environ if name.endswith(("_KEY", "_TOKEN", "_PASS"))]:
        monkeypatch.delenv(name)
    home = {"PLANO_HOME": str(folder / "home"), "COLUMNS": "200"}
    result = CliRunner().invoke(main, [*words, str(file)], env={**home, **case.environ})
    if Home(folder / "home").status.exists():  # it was served, against all expectation
        CliRunner().invoke(main, ["down", "--now"], env=home)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    for secret in case.secrets:
        assert secret not in result.stdout + result.stderr
    return result


def compared(told: Sequence[str], expected: Sequence[Expected]) -> str:
    """What differs; empty where each line fits, in this order, and there is no other."""
    if len(told) == len(expected) and all(each.fits(line) for each, line in zip(expected, told, strict=True)):
        return ""
    return "\n".join(["told:", *told, "expected:", *map(str, expected)])


def written(notes: Sequence[Mapping[str, object]]) -> list[str]:
    """Notes of `--json` as the lines of the talk begin after the name of the file."""
    return [
        f"{note['line']}:{note['column']}: " + (f"{note['path']}: " if note["path"] else "") + str(note["message"])
        for note in notes
    ]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_validate_tells_everything_in_its_place(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(case, tmp_path, monkeypatch, "validate", "--json")
    report = json.loads(result.stdout)
    assert compared(written(report["problems"]), case.problems) == ""
    assert report["missing"] == list(case.missing)
    assert report["valid"] is not bool(case.problems)
    assert result.exit_code == (1 if case.problems else 0)
    if not case.problems:
        assert compared(written(report["warnings"]), case.warnings) == ""


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_up_refuses_in_the_same_words(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(case, tmp_path, monkeypatch, "up")
    told = [line.removeprefix("config.yaml:") for line in result.stderr.splitlines() if line.startswith("config.yaml:")]
    assert compared(told, case.problems) == ""
    assert all(f"{name} not found" in result.stderr for name in case.missing)
    assert result.exit_code == 1


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_strict_takes_warnings_for_problems(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(case, tmp_path, monkeypatch, "validate", "--strict").exit_code == 1


async def test_a_program_that_is_refused_leaves_no_traceback(tmp_path: Path) -> None:
    case = next(case for case in CASES if case.name == "across-all-parts")
    program = await done("up", str(laid(case, tmp_path)), home=Home(tmp_path / "home"))
    assert program.code == 1
    assert program.err.count("config.yaml:") == len(case.problems)


def test_a_long_file_loses_none_of_its_problems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = "".join(f"  - {{model: openai/gpt-{number}, base_url: nowhere}}\n" for number in range(MANY))
    where = [f"{number + 3}:{36 + len(str(number))}: model_providers[{number}].base_url: " for number in range(MANY)]
    case = Case(
        kind="long",
        name="three hundred entries",
        config=f"version: v0.4.0\nmodel_providers:\n{entries}".encode(),
        problems=tuple(Expected((each,)) for each in where),
        warnings=(),
        environ={},
        dotenv="",
        missing=(),
        secrets=(),
    )
    report = json.loads(run(case, tmp_path, monkeypatch, "validate", "--json").stdout)
    assert compared(written(report["problems"]), case.problems) == ""


def test_there_are_many_classes_of_mistakes() -> None:
    assert len({case.kind for case in CASES}) >= 25
    assert len(REFUSED) >= 50
